// Gets OpenVINO's C library for CPUs from its wheel on PyPI into the cache folder: 59 MB to download, 90 MB on the disk.
// Nothing is compiled, and Python is needed here alone, not when wildstyle runs. Plain JavaScript: runs without a build.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  cacheFolder,
  downloadWheel,
  fail,
  publishFolder,
  python,
  reportFailures,
} from './setup/downloads.mjs';

const version = '2026.4.1';
const wheel = {
  arguments: ['--python-version', '3.11', '--platform', 'manylinux_2_28_x86_64'],
  sha256: '2d22b1da03f7caf74df30e9f6417d0ab2f637e4a38e08e1dcd294d2c37407aaf',
};

const target = join(cacheFolder, 'openvino', version);

reportFailures('openvino', 'Without OpenVINO, wildstyle runs on the onnx engine.');

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
  process.stdout.write(`openvino: ${version} is already in ${target}.\n`);
} else {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    fail(
      'the wheel is for Linux on x64. Install OpenVINO, and set WILDSTYLE_OPENVINO to the folder of its libraries.',
    );
  process.stdout.write(`openvino: downloading the wheel of ${version} ...\n`);
  publishFolder(target, (folder, work) => {
    const file = downloadWheel(`openvino==${version}`, wheel.arguments, work, wheel.sha256);
    if (!python('-c', unpack, file, folder)) fail('the wheel could not be unpacked.');
  });
  process.stdout.write(`openvino: ${version} is in ${target}. Try: wildstyle doctor\n`);
}
