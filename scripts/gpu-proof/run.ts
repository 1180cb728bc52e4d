/**
 * Proves the engine on the devices of this machine:
 * `node dist/scripts/gpu-proof/run.js --out FILE [--devices cuda,webgpu] [--weights VGG19]`. A file that exists is added to.
 * Every measurement runs in a process of its own, so that a driver that crashes takes one figure with it, not the rest.
 * @module
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { repositoryRoot } from '../docs/repository.js';
import { runConformance } from '../engines/run-conformance.js';
import { compareJobs } from '../engines/same-job.js';

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'gpu-proof.json' },
    devices: { type: 'string', default: 'cuda,webgpu' },
    python: { type: 'string', default: 'python3' },
    sizes: { type: 'string', default: '256,512' },
    batches: { type: 'string', default: '1,8' },
    minutes: { type: 'string', default: '8' },
    weights: { type: 'string', default: '' },
    only: { type: 'string', default: 'conformance,job,throughput,optimization,torch' },
  },
});
const here = dirname(fileURLToPath(import.meta.url));
const deadline = performance.now() + 60_000 * Number(values.minutes);
const list = (text: string) => text.split(',').filter((part) => part !== '');
const [devices, sizes, batches, parts] = [values.devices, values.sizes, values.batches, values.only].map(
  list,
);

const report: Record<string, unknown> = {
  ...(existsSync(values.out) && (JSON.parse(readFileSync(values.out, 'utf8')) as object)),
  machine: { processor: cpus()[0]?.model, threads: cpus().length, gpu: gpuName() },
  node: process.version,
};
const save = () => writeFileSync(values.out, `${JSON.stringify(report, null, 1)}\n`);

for (const device of devices) {
  if (parts.includes('throughput')) {
    report[`throughput ${device}`] = await eachSize((size, batch) => measured(device, size, batch));
    save();
  }
  if (parts.includes('job')) {
    report[`job ${device}`] = await job(device);
    save();
  }
  for (const [network, precision] of optimizations(device)) {
    if (!parts.includes('optimization')) break;
    report[`optimization ${device} ${network} ${precision}`] = await eachSize((size, batch) =>
      lastLine(
        process.execPath,
        [join(here, 'optimize.js'), device, network, size, batch, precision, values.weights],
        {},
      ),
    );
    save();
  }
  if (parts.includes('conformance')) {
    // TensorFloat-32 keeps 10 bits of the mantissa: the suite's bound is for float32.
    report[`conformance ${device}`] = await conformance(device, { NVIDIA_TF32_OVERRIDE: '0' });
    save();
  }
}
if (parts.includes('torch')) {
  for (const precision of ['float32', 'tf32', 'bf16']) {
    report[`torch ${precision}`] = await eachSize((size, batch) => torch(precision, size, batch));
    save();
  }
}
save();

async function eachSize(measure: (size: string, batch: string) => object): Promise<object[]> {
  const rows: object[] = [];
  for (const size of sizes) {
    for (const batch of batches) {
      if (performance.now() > deadline) return [...rows, { stopped: 'out of time' }];
      rows.push(measure(size, batch));
      process.stdout.write(`${JSON.stringify(rows.at(-1))}\n`);
    }
  }
  return rows;
}

/** The networks and precisions of whole optimization steps. CPUs have no half precision. */
function optimizations(device: string): readonly (readonly [network: string, precision: string])[] {
  const networks = values.weights ? ['compact', 'vgg19'] : ['compact'];
  const precisions = device === 'cpu' ? ['float32'] : ['float32', 'float16'];
  return networks.flatMap((network) => precisions.map((precision) => [network, precision] as const));
}

/** Eight items through the command line, against the processor. */
async function job(device: string): Promise<object> {
  const difference = await compareJobs(
    { engine: 'onnx', device },
    { engine: 'onnx', device: 'cpu' },
    5,
  ).catch((error: Error) => ({ failed: error.message }));
  process.stdout.write(`${JSON.stringify(difference)}\n`);
  return difference;
}

function measured(device: string, size: string, batch: string): object {
  return lastLine(process.execPath, [join(here, 'throughput.js'), device, size, batch], {});
}

function torch(precision: string, size: string, batch: string): object {
  const script = join(repositoryRoot, 'scripts', 'gpu-proof', 'torch_step.py');
  return lastLine(values.python, [script, 'cuda', size, batch, precision], {});
}

/** Runs a program that prints a line of JSON. */
function lastLine(program: string, args: readonly string[], env: Record<string, string>): object {
  const { stdout, stderr, status, signal } = spawnSync(program, args, {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    timeout: 180_000,
  });
  try {
    return JSON.parse(stdout?.trim().split('\n').at(-1) ?? '') as object;
  } catch {
    return { args: args.slice(1), failed: signal ?? status, error: (stderr ?? '').trim().slice(-600) };
  }
}

async function conformance(device: string, env: Record<string, string>): Promise<object> {
  const summary = await runConformance({ engine: 'onnx', device, env, deadlineMs: deadline });
  process.stdout.write(`${JSON.stringify(summary)}\n`);
  return summary;
}

function gpuName(): string {
  const query = ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader'];
  const { stdout, status } = spawnSync('nvidia-smi', query, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : 'none found';
}
