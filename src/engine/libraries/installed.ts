/** What this machine has that decides which engines run. @module */

import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { nvidiaGpus } from '../gpus.js';
import { openvinoFile } from '../openvino/library.js';
import { tensorflowFolder } from '../tensorflow/folders.js';

/** Libraries and GPUs that may come and go. What was measured with others does not hold. */
export function installedLibraries(): readonly unknown[] {
  const { visible, count } = nvidiaGpus();
  return [
    openvinoFile() ?? null,
    tensorflowFolder('cpu') ?? null,
    tensorflowFolder('gpu') ?? null,
    onnxProviders(),
    visible ?? null,
    count,
    process.env.VK_ICD_FILENAMES ?? null,
    process.env.NVIDIA_TF32_OVERRIDE ?? null,
  ];
}

/** The files of ONNX Runtime for this platform: the setup command adds those of GPUs. */
function onnxProviders(): string[] {
  try {
    const root = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
    const builds = readdirSync(join(root, 'bin'));
    return builds
      .flatMap((build) => readdirSync(join(root, 'bin', build, process.platform, process.arch)))
      .sort();
  } catch {
    return [];
  }
}
