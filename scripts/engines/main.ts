/**
 * What every engine of this machine shows: `npm run engines [-- --short] [--steps 2000] [--json] [ENGINE ...]`. For each
 * engine and device that opens: the conformance suite, the job of eight items, the same items in several batches and with
 * several threads, memory over many steps, compilation, and speed. `--short` leaves out all but the items and the memory.
 * @module
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { type Candidate, candidateDevices } from '../../src/engine/candidates.js';
import { smokeBounds } from '../../src/engine/smoke/smoke-test.js';
import type { Measured, Measurement } from './measure.js';
import { runConformance } from './run-conformance.js';
import { compareJobs } from './same-job.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    short: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    steps: { type: 'string', default: '2000' },
  },
});
const measureScript = join(dirname(fileURLToPath(import.meta.url)), 'measure.js');
const batches = [1, 2, 4, 8];
const otherThreads = [2];
/** Memory may grow by this much per step: what a garbage collector leaves lying around. */
const bytesPerStepBound = 4096;

async function opens({ engine, device, precision }: Candidate): Promise<boolean> {
  const module = new URL('../../src/engine/index.js', import.meta.url).href;
  const script = `(await import('${module}')).createEngine('${engine}', ${JSON.stringify({ device, precision })})
    .then(() => process.exit(0), () => process.exit(1));`;
  // A driver that crashes ends its own process alone.
  return promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]).then(
    () => true,
    () => false,
  );
}

async function measured(measurement: Measurement): Promise<Measured> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    measureScript,
    JSON.stringify(measurement),
  ]);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Measured;
}

/** The largest difference of a pixel, in the range of colors. */
async function pixelDifference(file: string, other: string): Promise<number> {
  const [a, b] = await Promise.all(
    [file, other].map(async (path) => {
      const bytes = await readFile(path);
      return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    }),
  );
  return a.reduce((most, value, index) => Math.max(most, Math.abs(value - b[index])), 0);
}

async function examined({ engine, device, precision }: Candidate, folder: string) {
  const steps = Number(values.steps);
  const file = join(folder, `${engine} ${device} ${precision}`.replace(/\W/g, '-'));
  const common = { engine, device, precision };
  const own = { ...common, steps, batches, file, rounds: values.short ? 0 : 5, threads: 1 };
  const found = await measured(own);
  const differences: Record<string, number> = {};
  for (const batch of batches.slice(1))
    differences[`batch ${batch}`] = await pixelDifference(`${file}.${batch}`, `${file}.1`);
  for (const threads of otherThreads) {
    const name = `${file}-${threads}`;
    await measured({ ...common, steps: 0, batches: [4], file: name, rounds: 0, threads });
    differences[`${threads} threads`] = await pixelDifference(`${name}.4`, `${file}.4`);
  }
  const row = { ...common, ...found, differences };
  if (values.short) return row;
  const conformance = await runConformance({ ...common, bound: smokeBounds[precision] });
  const place = { engine, device, run: { precision } };
  const short = await compareJobs(place, { engine: 'reference', device: 'cpu' }, 5);
  const long = await compareJobs(place, { engine: 'onnx', device: 'cpu' }, 40);
  return { ...row, conformance, overReference: short, overOnnx: long };
}

type Row = Awaited<ReturnType<typeof examined>>;

function text(row: Row): string[] {
  const { bytesPerStep = 0, residentBytes = 0, tensors = [0, 0], differences, compileMs } = row;
  const lines = [
    `same items: ${Object.entries(differences)
      .map(([name, value]) => `${name} ${value.toExponential(1)}`)
      .join(', ')}`,
    `memory: ${(bytesPerStep / 1024).toFixed(2)} KiB a step over the second half, ${Math.round(residentBytes / 1e6)} MB; tensors ${tensors.join(' -> ')}`,
  ];
  if (!('conformance' in row)) return lines;
  const { conformance, overReference, overOnnx, timeOverOnnx = 0, busyRows = 0 } = row;
  const suite =
    'unavailable' in conformance
      ? conformance.unavailable
      : `${conformance.passed} of ${conformance.cases}, worst ${conformance.worstPassed.toExponential(1)}, ${conformance.version}`;
  const percent = (share: number, digits = 2) => `${(100 * share).toFixed(digits)}%`;
  return [
    `suite: ${suite}`,
    `job against reference, 5 steps: loss ${percent(overReference.loss)}, image ${overReference.image.toFixed(2)}`,
    `job against onnx, 40 steps: loss ${percent(overOnnx.loss)}, image ${overOnnx.image.toFixed(2)}`,
    ...lines,
    `compilation: ${Object.entries(compileMs)
      .map(([size, ms]) => `${(ms / 1000).toFixed(2)} s at ${size} px`)
      .join(', ')}`,
    `step: ${timeOverOnnx.toFixed(2)} times that of onnx on the processor; rows busy ${percent(busyRows, 1)}`,
  ];
}

const folder = await mkdtemp(join(tmpdir(), 'wildstyle-engines-'));
let isFlat = true;
try {
  for (const candidate of candidateDevices()) {
    const { engine, device, precision } = candidate;
    if (engine === 'reference' || (positionals.length > 0 && !positionals.includes(engine))) continue;
    const name = `${engine} ${device} ${precision}`;
    if (!(await opens(candidate))) {
      if (!values.json) process.stdout.write(`${name}: not available here\n`);
      continue;
    }
    const row = await examined(candidate, folder);
    isFlat &&= (row.bytesPerStep ?? 0) < bytesPerStepBound && row.tensors?.[0] === row.tensors?.[1];
    if (values.json) process.stdout.write(`${JSON.stringify(row)}\n`);
    else process.stdout.write(`${[name, ...text(row)].join('\n  ')}\n`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = isFlat ? 0 : 1;
