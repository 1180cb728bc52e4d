/** Names of the onnx engine's devices. */
import test from 'ava';
import { onnxDevice } from '../../src/engine/onnx/devices.js';

test('devices are named by kind, and GPUs of CUDA by number', (t) => {
  t.deepEqual(onnxDevice('cpu').providers, ['cpu']);
  t.deepEqual(onnxDevice('webgpu').providers, ['webgpu', 'cpu']);
  t.deepEqual(onnxDevice('cuda').providers, ['cuda', 'cpu']);
  t.deepEqual(onnxDevice('cuda:12').providers, [{ name: 'cuda', deviceId: 12 }, 'cpu']);
});

for (const device of [
  '',
  'gpu',
  'CUDA',
  'cpu:0',
  'webgpu:1',
  'cuda:',
  'cuda:x',
  'cuda:-1',
  'cuda:1:2',
  'cuda:1000',
  'cuda ',
  'toString',
]) {
  test(`"${device}" is refused`, (t) => {
    t.throws(() => onnxDevice(device), {
      code: 'engine-unavailable',
      message: `The onnx engine does not run on "${device}".`,
    });
  });
}

test('the refusal names the devices', (t) => {
  const error = t.throws(() => onnxDevice('cuda:1:2'));
  t.like(error, { cure: 'Use one of these devices: cpu, cuda, cuda:0, webgpu.' });
});
