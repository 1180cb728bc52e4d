/**
 * Checks an engine on this machine: `node dist/scripts/engines/check.js <engine> <device> [--steps 40]`. Runs the
 * conformance suite and the same job of eight items as on the `reference` engine, 5 steps each; with `--steps`, a longer
 * one, compared with the `onnx` engine. Prints one line of JSON; exits with 1 if anything differs more than it may.
 * @module
 */
import { parseArgs } from 'node:util';
import { runConformance } from './run-conformance.js';
import { compareJobs } from './same-job.js';

const { positionals, values } = parseArgs({ allowPositionals: true, options: { steps: { type: 'string' } } });
const [engine = 'onnx', device = 'cpu'] = positionals;

/** What may differ: mean of an image after the short job, in 8-bit values, and final losses. */
const bounds = { image: 2, loss: 0.02 };

const conformance = await runConformance({ engine, device });
if ('unavailable' in conformance) {
  process.stdout.write(`${JSON.stringify(conformance)}\n`);
  process.exit(1);
}
const place = { engine, device };
const short = await compareJobs(place, { engine: 'reference', device: 'cpu' }, 5);
const steps = Number(values.steps ?? 0);
const long = steps > 0 ? await compareJobs(place, { engine: 'onnx', device: 'cpu' }, steps) : undefined;
const isRight =
  conformance.failed.length === 0 &&
  conformance.passed === conformance.cases &&
  short.image <= bounds.image &&
  short.loss <= bounds.loss &&
  (long?.loss ?? 0) <= bounds.loss;
process.stdout.write(
  `${JSON.stringify({ ...conformance, overReference: short, overOnnx: long, isRight })}\n`,
);
process.exitCode = isRight ? 0 : 1;
