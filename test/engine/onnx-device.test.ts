/** Names of the onnx engine's devices. */
import test from 'ava';
import { onProcessorText } from '../../src/cli/text/on-processor.js';
import { createEngine } from '../../src/engine/index.js';
import { deviceReason } from '../../src/engine/onnx/device-errors.js';
import { missingProvider, onnxDevice } from '../../src/engine/onnx/devices.js';
import { countNodes } from '../../src/engine/onnx/placement.js';
import { onProcessor } from '../../src/run/doctor/step-placement.js';

test('devices are named by kind, and GPUs of CUDA by number', (t) => {
  t.deepEqual(onnxDevice('cpu').providers, ['cpu']);
  t.deepEqual(onnxDevice('webgpu').providers, ['webgpu', 'cpu']);
  t.deepEqual(onnxDevice('cuda').providers, ['cuda', 'cpu']);
  t.deepEqual(onnxDevice('cuda:12').providers, [{ name: 'cuda', deviceId: 12 }, 'cpu']);
});

test('TensorRT falls back to CUDA, and everything to the CPU', (t) => {
  t.deepEqual(onnxDevice('tensorrt:1').providers, [
    { name: 'tensorrt', deviceId: 1 },
    { name: 'cuda', deviceId: 1 },
    'cpu',
  ]);
  t.deepEqual(onnxDevice('dml:1').providers, [{ name: 'dml', deviceId: 1 }, 'cpu']);
  t.deepEqual(onnxDevice('coreml').providers, ['coreml', 'cpu']);
});

test('a provider that the build lacks is named', async (t) => {
  t.is(missingProvider('cuda:1', ['cpu', 'cuda']), undefined);
  t.regex(missingProvider('dml', ['cpu', 'webgpu']) ?? '', /no provider "dml": it has cpu, webgpu/);
  const here = process.platform === 'darwin' ? 'dml' : 'coreml';
  t.like(await t.throwsAsync(createEngine('onnx', { device: here })), { code: 'engine-unavailable' });
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
  t.like(error, {
    cure: 'Use one of these devices: cpu, cuda, cuda:0, tensorrt, tensorrt:0, webgpu, dml, dml:0, coreml.',
  });
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

test('nodes are counted by provider and operator', (t) => {
  const event = (name: string, operator: string, provider: string) => ({
    cat: 'Node',
    name,
    args: { op_name: operator, provider: `${provider}ExecutionProvider` },
  });
  const events = [
    { cat: 'Session', name: 'model_run' },
    event('a', 'Conv', 'CUDA'),
    event('a', 'Conv', 'CUDA'),
    event('b', 'Conv', 'CUDA'),
    event('c', 'Loop', 'CPU'),
  ];
  const placement = countNodes(events);
  t.deepEqual(placement, { cuda: { Conv: 2 }, cpu: { Loop: 1 } });
  t.deepEqual(onProcessor(placement), { nodes: 3, operators: { Loop: 1 } });
  t.is(onProcessorText(onProcessor(placement)), '1 of 3 nodes of a step run on the processor: Loop 1');
  t.is(onProcessorText({ nodes: 3, operators: {} }), undefined);
});
