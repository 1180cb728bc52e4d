/**
 * Checks an engine on this machine: `node dist/scripts/engines/check.js <engine> <device> [--precision bf16] [--steps 40]`. Runs the
 * conformance suite and the same job of eight items as on the `reference` engine, 5 steps each; with `--steps`, a longer
 * one, compared with the `onnx` engine. Prints one line of JSON; exits with 1 if anything differs more than it may.
 * @module
 */
import { parseArgs } from 'node:util';
import type { Precision } from '../../src/engine/index.js';
import { smokeBounds } from '../../src/engine/smoke/smoke-test.js';
import { runConformance } from './run-conformance.js';
import { compareJobs } from './same-job.js';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { steps: { type: 'string' }, precision: { type: 'string', default: 'float32' } },
});
const [engine = 'onnx', device = 'cpu'] = positionals;

/**
 * What may differ: mean of an image after the short job, in 8-bit values, and final losses. Those of 16 bits are recorded
 * as 16 bits compute them, and after five steps they still fall steeply.
 */
const bounds = { image: 2, shortLoss: values.precision === 'float32' ? 0.02 : 0.1, loss: 0.02 };
const precision = values.precision as Precision;

const conformance = await runConformance({ engine, device, precision, bound: smokeBounds[precision] });
if ('unavailable' in conformance) {
  process.stdout.write(`${JSON.stringify(conformance)}\n`);
  process.exit(1);
}
const place = { engine, device, run: { precision } };
const short = await compareJobs(place, { engine: 'reference', device: 'cpu' }, 5);
const steps = Number(values.steps ?? 0);
const long = steps > 0 ? await compareJobs(place, { engine: 'onnx', device: 'cpu' }, steps) : undefined;
const isRight =
  conformance.failed.length === 0 &&
  conformance.passed === conformance.cases &&
  (precision !== 'float32' || short.image <= bounds.image) &&
  short.loss <= bounds.shortLoss &&
  (long?.loss ?? 0) <= bounds.loss;
process.stdout.write(
  `${JSON.stringify({ ...conformance, overReference: short, overOnnx: long, isRight })}\n`,
);
process.exitCode = isRight ? 0 : 1;
