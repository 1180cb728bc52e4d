// Gets OpenVINO's C library for CPUs from its wheel on PyPI into the cache folder: 59 MB to download, 90 MB on the disk.
// Nothing is compiled, and Python is needed here alone, not when wildstyle runs. Plain JavaScript: runs without a build.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

const version = '2026.4.1';
const wheel = {
  arguments: ['--python-version', '3.11', '--platform', 'manylinux_2_28_x86_64'],
  sha256: '2d22b1da03f7caf74df30e9f6417d0ab2f637e4a38e08e1dcd294d2c37407aaf',
};

const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'wildstyle', 'openvino');
const target = join(cache, version);

function fail(message) {
  throw new Error(message);
}

process.on('uncaughtException', ({ message }) => {
  process.stderr.write(`openvino: ${message}\nWithout OpenVINO, wildstyle runs on the onnx engine.\n`);
  process.exitCode = 1;
});

function python(...args) {
  const { status, error } = spawnSync('python3', args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (error) fail(`python3 is needed to download and unpack the wheel: ${error.message}`);
  return status === 0;
}

/** Unpacks the libraries of the wheel that a CPU needs. */
const unpack = `
import os, re, sys, zipfile
wheel, target = sys.argv[1:]
wanted = re.compile(r'openvino/libs/(libopenvino(_c|_intel_cpu_plugin|_onnx_frontend)?\\.so|libtbb(malloc|bind_2_5)?\\.so|libhwloc)')
with zipfile.ZipFile(wheel) as archive:
    for entry in archive.infolist():
        if wanted.match(entry.filename):
            with open(os.path.join(target, os.path.basename(entry.filename)), 'wb') as file:
                file.write(archive.read(entry))
`;

if (existsSync(target)) {
  process.stdout.write(`openvino: ${version} is in ${target} already.\n`);
  process.exit(0);
}
if (process.platform !== 'linux' || process.arch !== 'x64')
  fail(
    'the wheel is for Linux on x64. Install OpenVINO, and set WILDSTYLE_OPENVINO to the folder of its libraries.',
  );
mkdirSync(cache, { recursive: true });
const work = mkdtempSync(join(tmpdir(), 'wildstyle-openvino-'));
try {
  process.stdout.write(`openvino: downloading the wheel of ${version} ...\n`);
  const download = [
    '-m',
    'pip',
    'download',
    '--quiet',
    '--disable-pip-version-check',
    '--no-deps',
    '--only-binary=:all:',
  ];
  if (!python(...download, ...wheel.arguments, '-d', work, `openvino==${version}`))
    fail('the download failed.');
  const file = join(work, readdirSync(work).find((name) => name.endsWith('.whl')) ?? '');
  const found = createHash('sha256').update(readFileSync(file)).digest('hex');
  if (found !== wheel.sha256) fail(`the wheel has the SHA-256 ${found}, not ${wheel.sha256}.`);
  const partial = mkdtempSync(join(cache, '.partial-'));
  try {
    if (!python('-c', unpack, file, partial)) fail('the wheel could not be unpacked.');
    renameSync(partial, target);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  process.stdout.write(`openvino: ${version} is in ${target}. Try: wildstyle doctor\n`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
