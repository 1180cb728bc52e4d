/** Says in plain words why ONNX Runtime cannot use a device. @module */

/** What ONNX Runtime says, and what it means. */
const known: readonly (readonly [said: RegExp, meaning: string])[] = [
  [
    /No supported adapters|RequestAdapterStatus/,
    'no GPU with a driver for Vulkan, Metal or Direct3D was found',
  ],
  [/requires f16 but the device/, 'it does not compute in float16'],
  [/libvulkan|vulkan-1\.dll/i, 'the Vulkan loader is missing'],
  [
    /ExecutionProvider_Cuda.*Failed to load shared library/i,
    "ONNX Runtime's CUDA library is missing, or the driver, CUDA 12 or cuDNN 9 that it needs",
  ],
  [
    /tensorrt.*Failed to load shared library|providers_tensorrt/i,
    "ONNX Runtime's TensorRT library is missing, or TensorRT 10, CUDA 12 or cuDNN 9 that it needs",
  ],
  [/CUDA failure 100\b|no CUDA-capable device/i, 'no NVIDIA GPU was found'],
  [/CUDA failure 101\b|invalid device ordinal/i, 'there is no GPU with this number'],
  [/CUDA failure 35\b|driver version is insufficient/i, 'the NVIDIA driver is too old for CUDA 12'],
  [/CUDA failure 2\b|out of memory/i, 'the memory of the GPU is full'],
];

/** Source files, lines and signatures, which say nothing to a user. */
const places = /\S*\/onnxruntime\/\S+\.(cc|h):\d+ .*? (?=\S+ was false|\S+ failed)/g;

/** A short reason for a message of ONNX Runtime. A message that is not known stays, without the places in its source. */
export function deviceReason(message: string): string {
  const meaning = known.find(([said]) => said.test(message))?.[1];
  return meaning ?? message.replace(places, '').replace(/\s+/g, ' ').trim();
}
