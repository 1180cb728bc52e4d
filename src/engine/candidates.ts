/** The devices that each engine could run on, and what enables them. @module */
import { existsSync } from 'node:fs';
import type { Precision } from './engine.js';
import type { EngineName } from './index.js';
import { setupCommand } from './libraries/setup-command.js';
import { hasNativeBf16 } from './openvino/processor.js';
import { tensorflowSetup } from './tensorflow/folders.js';

/** An engine and one of its devices, whether or not this machine has it. */
export interface Candidate {
  readonly engine: EngineName;
  readonly device: string;
  /** `float32` unless the device computes 16 bits natively. */
  readonly precision: Precision;
  /** The command that gets what is missing, if one does. */
  readonly enable?: string;
}

/** Drivers that run Vulkan on a CPU; they come with browsers. */
const swiftshader = [
  '/usr/lib/chromium/vk_swiftshader_icd.json',
  '/opt/google/chrome/vk_swiftshader_icd.json',
];

/** Without a GPU, WebGPU runs on a driver for CPUs: slowly, but for real. */
function enableWebgpu(platform: NodeJS.Platform): string | undefined {
  if (platform !== 'linux') return undefined;
  const driver = swiftshader.find((file) => existsSync(file));
  const what = '# without a GPU: SwiftShader, a slow driver for CPUs';
  return driver
    ? `export VK_ICD_FILENAMES=${driver}  ${what}`
    : `apt-get install libvulkan1 chromium && export VK_ICD_FILENAMES=${swiftshader[0]}  ${what}`;
}

/** Providers that ONNX Runtime has on one platform alone. */
const otherProviders: Readonly<Partial<Record<NodeJS.Platform, readonly Omit<Candidate, 'precision'>[]>>> = {
  linux: [
    { engine: 'onnx', device: 'tensorrt', enable: `${setupCommand('gpu')}  # and install TensorRT 10` },
  ],
  win32: [{ engine: 'onnx', device: 'dml' }],
  darwin: [{ engine: 'onnx', device: 'coreml' }],
};

/** The candidates of a platform; those of the preferred engine come first. */
export function candidateDevices(platform: NodeJS.Platform = process.platform): Candidate[] {
  const webgpu = enableWebgpu(platform);
  const cuda =
    platform === 'darwin' ? [] : [{ engine: 'onnx', device: 'cuda', enable: setupCommand('gpu') } as const];
  const openvino = { engine: 'openvino', device: 'cpu', enable: setupCommand('openvino') } as const;
  const tensorflow: Omit<Candidate, 'precision'>[] =
    platform === 'linux'
      ? [
          { engine: 'tensorflow', device: 'cpu', enable: tensorflowSetup('cpu') },
          { engine: 'tensorflow', device: 'cuda', enable: tensorflowSetup('gpu') },
        ]
      : [{ engine: 'tensorflow', device: 'cpu' }];
  const inFloat32: Omit<Candidate, 'precision'>[] = [
    { engine: 'onnx', device: 'cpu', enable: 'npm install' },
    ...cuda,
    ...(otherProviders[platform] ?? []),
    { engine: 'onnx', device: 'webgpu', ...(webgpu && { enable: webgpu }) },
    openvino,
    ...tensorflow,
    { engine: 'reference', device: 'cpu' },
  ];
  return [
    ...inFloat32.map((candidate) => ({ ...candidate, precision: 'float32' as const })),
    ...cuda.map((candidate) => ({ ...candidate, precision: 'float16' as const })),
    ...(hasNativeBf16() ? [{ ...openvino, precision: 'bf16' as const }] : []),
  ];
}
