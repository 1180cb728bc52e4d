/** What `wildstyle doctor` finds. @module */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { candidateDevices } from '../../../src/engine/candidates.js';
import { engineNames } from '../../../src/engine/index.js';
import { smokeCases } from '../../../src/engine/smoke/cases.js';
import { type DoctorReport, diagnose } from '../../../src/run/doctor/doctor.js';
import { wildstyle } from '../../support/command-line.js';

const examineModule = new URL('./fake-examine.js', import.meta.url);
const on = (...devices: string[]) => within(60_000, ...devices);
const within = (timeoutMs: number, ...devices: string[]) =>
  diagnose({
    examineModule,
    timeoutMs,
    candidates: devices.map((device) => ({
      engine: 'onnx',
      device,
      precision: 'float32',
      enable: `get ${device}`,
    })),
  });

test('the fastest device is the fastest of those that compute correctly', async (t) => {
  const { devices, fastest } = await on('right:3', 'wrong:9', 'right:5', 'absent');
  t.deepEqual(fastest, { engine: 'onnx', device: 'right:5', precision: 'float32' });
  t.deepEqual(
    devices.map(({ available, stepsPerSecond }) => [available, stepsPerSecond]),
    [
      [true, 3],
      [true, 9],
      [true, 5],
      [false, null],
    ],
  );
  t.like(devices[1].conformance, { passed: 11, failed: 1 });
  t.is((await on('wrong:9', 'absent')).fastest, null);
});

test('a device that is not available has its reason and what enables it', async (t) => {
  const { devices } = await on('absent', 'right:1');
  t.like(devices[0], { available: false, version: null, reason: 'no such device', enable: 'get absent' });
  t.like(devices[1], { available: true, version: 'fake 1.0', reason: null, enable: null });
});

test('a driver that crashes ends its own process alone', async (t) => {
  const { devices, fastest } = await on('crashing', 'right:1');
  t.regex(devices[0].reason ?? '', /The process ended with (SIGABRT|\d+)/);
  t.deepEqual(
    devices.map(({ available }) => available),
    [false, true],
  );
  t.deepEqual(fastest, { engine: 'onnx', device: 'right:1', precision: 'float32' });
});

test('a device that does not answer is given up', async (t) => {
  const { devices } = await within(1500, 'silent');
  t.like(devices[0], { available: false });
  t.regex(devices[0].reason ?? '', /did not respond within 1.5 s/);
});

test('every engine is a candidate, with devices that depend on the platform', (t) => {
  for (const platform of ['linux', 'darwin', 'win32'] as const) {
    const candidates = candidateDevices(platform);
    t.deepEqual([...new Set(candidates.map(({ engine }) => engine))].sort(), engineNames.toSorted());
    t.is(
      candidates.some(({ device }) => device === 'cuda'),
      platform !== 'darwin',
    );
  }
});

test('the command examines this machine', async (t) => {
  const cache = await mkdtemp(join(tmpdir(), 'wildstyle-doctor-'));
  t.teardown(() => rm(cache, { recursive: true, force: true }));
  const { exitCode, stdout, stderr } = await wildstyle(['doctor', '--json'], { cache });
  t.is(exitCode, 0, stderr);
  const { devices, fastest, cores } = JSON.parse(stdout) as DoctorReport;
  t.true(cores >= 1);
  const cpu = devices.find(({ engine, device }) => engine === 'onnx' && device === 'cpu');
  t.like(cpu, { available: true, reason: null, enable: null });
  t.like(cpu?.conformance, { passed: smokeCases.length, failed: 0 });
  t.true((cpu?.stepsPerSecond ?? 0) > 0);
  t.truthy(fastest);
  for (const { available, reason } of devices) t.is(available, reason === null);
});
