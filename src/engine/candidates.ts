/** The devices that each engine could run on, and what enables them. @module */
import { existsSync } from 'node:fs';
import type { EngineName } from './index.js';

/** An engine and one of its devices, whether or not this machine has it. */
export interface Candidate {
  readonly engine: EngineName;
  readonly device: string;
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
  return driver
    ? `export VK_ICD_FILENAMES=${driver}`
    : `apt-get install libvulkan1 chromium && export VK_ICD_FILENAMES=${swiftshader[0]}`;
}

/** The candidates of a platform; those of the preferred engine come first. */
export function candidateDevices(platform: NodeJS.Platform = process.platform): Candidate[] {
  const webgpu = enableWebgpu(platform);
  return [
    { engine: 'onnx', device: 'cpu', enable: 'npm install' },
    ...(platform === 'darwin'
      ? []
      : [{ engine: 'onnx', device: 'cuda', enable: 'npm run setup:gpu' } as const]),
    { engine: 'onnx', device: 'webgpu', ...(webgpu && { enable: webgpu }) },
    { engine: 'reference', device: 'cpu' },
  ];
}
