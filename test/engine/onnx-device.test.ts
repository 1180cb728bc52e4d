/** Names of the onnx engine's devices. */
import test from 'ava';
import { deviceReason } from '../../src/engine/onnx/device-errors.js';
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

test('what ONNX Runtime says about a device becomes a reason', (t) => {
  const adapter =
    '/onnxruntime_src/onnxruntime/core/providers/webgpu/webgpu_context.cc:136 ' +
    'onnxruntime::webgpu::WebGpuContext::Initialize(const onnxruntime::webgpu::WebGpuContextConfig&)::<lambda()> ' +
    'adapter_result.status == wgpu::RequestAdapterStatus::Success was false. ' +
    'Failed to get a WebGPU adapter: No supported adapters';
  t.is(deviceReason(adapter), 'no GPU with a driver for Vulkan, Metal or Direct3D was found');
  const library = 'OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library';
  t.regex(deviceReason(library), /^ONNX Runtime's CUDA library is missing/);
  const other =
    '/onnxruntime_src/onnxruntime/core/providers/x.cc:9 ns::F(int) y.ok() was false.  It is\nfull';
  t.is(deviceReason(other), 'y.ok() was false. It is full');
});
