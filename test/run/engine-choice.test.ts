/** How a run chooses its engine where the job leaves it open. @module */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import type { ItemRecord } from '../../src/dataset/ledger/record.js';
import { type JobInput, jobSchema } from '../../src/job/schema.js';
import type { DeviceReport } from '../../src/run/doctor/doctor.js';
import { withChosenEngine } from '../../src/run/engines/engine-choice.js';

const jobWith = (run: JobInput['run']) =>
  jobSchema.parse({ content: { root: 'c' }, style: { root: 's' }, output: { root: 'o' }, run });

const found = (changes: Partial<DeviceReport>): DeviceReport => ({
  engine: 'onnx',
  device: 'cpu',
  precision: 'float32',
  available: true,
  version: 'fake 1',
  reason: null,
  enable: null,
  conformance: { passed: 12, failed: 0, difference: 0, failures: [] },
  stepsPerSecond: 1,
  speeds: [],
  lossRatio: null,
  onProcessor: null,
  ...changes,
});
const wrong = { passed: 11, failed: 1, difference: 1, failures: [{ name: 'a', message: 'b' }] };
const machine = [
  found({}),
  found({ engine: 'openvino', stepsPerSecond: 2 }),
  found({ engine: 'openvino', precision: 'bf16', stepsPerSecond: 5, lossRatio: 1.01 }),
  found({ device: 'webgpu', stepsPerSecond: 9, conformance: wrong }),
];

const folder = await mkdtemp(join(tmpdir(), 'wildstyle-choice-'));
test.after.always(() => rm(folder, { recursive: true, force: true }));
process.env.XDG_CACHE_HOME = folder;
let files = 0;

async function chosen(
  run: JobInput['run'],
  devices: readonly DeviceReport[] = machine,
  records: readonly ItemRecord[] = [],
) {
  const cacheFile = join(folder, 'wildstyle', `${files++}.json`);
  const options = { examine: async () => devices, records, cacheFile };
  const { engine, device, precision } = (await withChosenEngine(jobWith(run), options)).run;
  return `${engine} ${device} ${precision}`;
}

test('what a job names is not examined', async (t) => {
  const job = jobWith({ engine: 'reference' });
  t.is(await withChosenEngine(job, { examine: () => t.fail() as never }), job);
});

test('auto is the fastest engine that computes correctly, in the precision of the job', async (t) => {
  t.is(await chosen({ engine: 'auto' }), 'openvino cpu float32');
  t.is(await chosen({ engine: 'auto', precision: 'auto' }), 'openvino cpu bf16');
  t.is(await chosen({ engine: 'auto', precision: 'auto' }, machine.slice(0, 1)), 'onnx cpu float32');
});

test('16 bits are taken only if they reach the loss of float32', async (t) => {
  const lossy = machine.map((report) => ({ ...report, lossRatio: report.lossRatio && 1.03 }));
  t.is(await chosen({ engine: 'auto', precision: 'auto' }, lossy), 'openvino cpu float32');
  t.is(await chosen({ engine: 'openvino', precision: 'auto' }, lossy), 'openvino cpu float32');
  t.is(await chosen({ engine: 'openvino', precision: 'auto' }), 'openvino cpu bf16');
  t.is(await chosen({ precision: 'auto' }), 'onnx cpu float32', 'onnx has float32 alone');
});

test('a run that is resumed keeps the engine that it began with', async (t) => {
  const record = (engine: object) =>
    [{ status: 'complete', kind: 'stylized', engine }] as unknown as readonly ItemRecord[];
  const early = record({ name: 'onnx', device: 'cuda', version: '1' });
  t.is(await chosen({ engine: 'auto', precision: 'auto' }, machine, early), 'onnx cuda float32');
  const half = record({ name: 'openvino', device: 'cpu', version: '1', precision: 'bf16' });
  t.is(await chosen({ engine: 'auto', precision: 'auto' }, machine, half), 'openvino cpu bf16');
  t.is(await chosen({ engine: 'auto' }, machine, half), 'openvino cpu float32', 'the job asks for float32');
  t.is(await chosen({ precision: 'auto' }, machine, half), 'onnx cpu float32', 'the job asks for onnx');
});

test('a resumed run says where the machine could do better', async (t) => {
  const records = [
    { status: 'complete', kind: 'stylized', engine: { name: 'onnx', device: 'cpu', version: '1' } },
  ] as unknown as readonly ItemRecord[];
  const fasterThan = async (devices: readonly DeviceReport[]) => {
    let faster: unknown;
    const onFaster = (choice: unknown) => {
      faster = choice;
    };
    const cacheFile = join(folder, 'wildstyle', `${files++}.json`);
    const options = { examine: async () => devices, records, cacheFile, onFaster };
    const { run } = await withChosenEngine(jobWith({ engine: 'auto', precision: 'auto' }), options);
    t.like(run, { engine: 'onnx', device: 'cpu', precision: 'float32' });
    return faster;
  };
  t.like(await fasterThan(machine), { engine: 'openvino', precision: 'bf16' });
  t.is(await fasterThan(machine.slice(0, 1)), undefined, 'it is the fastest');
  t.is(await fasterThan(machine.slice(3)), undefined, 'nothing computes correctly');
});

test('what holds for a kind of device holds for each of them', async (t) => {
  const gpu = [
    found({ device: 'cuda', stepsPerSecond: 50 }),
    found({ device: 'cuda', precision: 'float16', stepsPerSecond: 90, lossRatio: 1.001 }),
  ];
  for (const device of ['cuda', 'cuda:0', 'cuda:1'])
    t.is(await chosen({ device, precision: 'auto' }, gpu), `onnx ${device} float16`);
  t.is(await chosen({ device: 'webgpu', precision: 'auto' }, gpu), 'onnx webgpu float32');
  const two: JobInput['run'] = { engine: 'onnx', devices: ['cuda:0', 'cuda:1'], precision: 'auto' };
  t.is(await chosen(two, gpu), 'onnx cpu float16', 'workers take their devices from the list');
  t.is(await chosen({ ...two, devices: ['cuda:0', 'cpu'] }, gpu), 'onnx cpu float32', 'not all of a kind');
  // The run that goes on has another device of the kind.
  const earlier = [
    { status: 'complete', kind: 'stylized', engine: { name: 'onnx', device: 'cuda', version: '1' } },
  ] as unknown as readonly ItemRecord[];
  t.is(await chosen({ device: 'cuda:1', precision: 'auto' }, gpu, earlier), 'onnx cuda:1 float32');
});

// It changes the environment.
test.serial('a library that comes or goes makes the choice anew', async (t) => {
  const cacheFile = join(folder, 'wildstyle', 'libraries.json');
  let examined = 0;
  const examine = async () => {
    examined++;
    return machine;
  };
  const libraries = await mkdtemp(join(folder, 'libraries-'));
  const before = process.env.WILDSTYLE_OPENVINO;
  process.env.WILDSTYLE_OPENVINO = libraries;
  t.teardown(() => {
    if (before === undefined) delete process.env.WILDSTYLE_OPENVINO;
    else process.env.WILDSTYLE_OPENVINO = before;
  });
  const choose = () => withChosenEngine(jobWith({ engine: 'auto' }), { examine, cacheFile });
  await choose();
  await writeFile(join(libraries, 'libopenvino_c.so'), '');
  await choose();
  t.is(examined, 2);
  await choose();
  t.is(examined, 2);
  await rm(join(libraries, 'libopenvino_c.so'));
  await choose();
  t.is(examined, 2, 'the first choice is remembered');
});

test('the machine is examined once', async (t) => {
  const cacheFile = join(folder, 'wildstyle', 'once.json');
  let examined = 0;
  const examine = async () => {
    examined++;
    return machine;
  };
  for (let run = 0; run < 3; run++)
    await withChosenEngine(jobWith({ engine: 'auto' }), { examine, cacheFile });
  t.is(examined, 1);
  await withChosenEngine(jobWith({ engine: 'auto', precision: 'auto' }), { examine, cacheFile });
  t.is(examined, 2, 'for another wish');
});

test('a machine without a right engine is an error', async (t) => {
  const error = await t.throwsAsync(chosen({ engine: 'auto' }, machine.slice(3)));
  t.like(error, { code: 'engine-unavailable', cure: 'See wildstyle doctor.' });
});
