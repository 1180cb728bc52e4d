// Downloads the GPU part of ONNX Runtime. `npm install` skips it because it is large and not hosted on the package
// registry. Plain JavaScript, so that it runs without a build.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';

/** The folder of a package: in a clone below this one, in a project that depends on wildstyle beside it. */
function folderOf(name) {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}

const parts = [
  {
    name: 'onnxruntime-node',
    what: 'the CUDA libraries of ONNX Runtime (linux x64, CUDA 12)',
    args: ['script/install.js', '--onnxruntime-node-install=cuda12'],
    // The project's .npmrc disables the download at install time. npm passes that setting to this script, so override it.
    env: { ONNXRUNTIME_NODE_INSTALL: 'cuda12', npm_config_onnxruntime_node_install: 'cuda12' },
  },
];

const failed = [];
for (const { name, what, args, env } of parts) {
  const cwd = folderOf(name);
  process.stdout.write(`${name}: downloading ${what} ...\n`);
  const missing = cwd === undefined;
  const result = missing
    ? undefined
    : spawnSync(process.execPath, args, { cwd, stdio: 'inherit', env: { ...process.env, ...env } });
  if (result?.status === 0) process.stdout.write(`${name}: done.\n`);
  else
    failed.push(
      `${name}: ${missing ? 'the package is not installed; run npm install first' : 'the download failed'}.`,
    );
}
if (failed.length > 0) {
  process.stderr.write(`${failed.join('\n')}\nWithout these parts, wildstyle runs on the CPU.\n`);
  process.exitCode = 1;
}
