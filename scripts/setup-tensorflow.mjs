// Gets TensorFlow for the engine `tensorflow` into the cache folder: `npm run setup:tensorflow [-- --from-wheel VERSION]
// [--gpu]`. libtensorflow and its headers come from TensorFlow's wheel on PyPI (274 MB, 860 MB on the disk), the kernels and
// the source of the binding from the npm package @tensorflow/tfjs-node-gpu; one call of a C++ compiler builds the binding.
// `--gpu` takes the wheel for NVIDIA GPUs and the CUDA libraries that it asks for (3 GB to download). No script of
// a package runs, and Python is needed here alone, not when wildstyle runs. Plain JavaScript: runs without a build.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  cacheFolder,
  downloadWheel,
  downloadWheels,
  fail,
  publishFolder,
  python,
  reportFailures,
  succeeds,
  unpackPackage,
} from './setup/downloads.mjs';

/** The wheels whose checksums are known here. Of others, pip compares the checksum with the index. */
const checksums = {
  'tensorflow-cpu==2.21.0': 'd143e92f5c0661cdfa26eaca8f73cd2efd0ec53a68af8dec82f584ba8eb14b83',
  'tensorflow==2.21.0': '77c6f298e695ea1d283cdd7d30f8d97530cc6e92c1395a9ddbab9771c99233a4',
};
const packages = {
  binding: {
    name: '@tensorflow/tfjs-node-gpu@4.22.0',
    integrity:
      'sha512-p//NN6DGiN4hInUmIkRffaFVMcdTREUMjPyjW04J7OXvB2zBlQimj61eFKSgRrH3f5TnOfKzb0n56he/B6a4bw==',
  },
  protobuf: {
    name: 'google-protobuf@3.21.4',
    integrity:
      'sha512-MnG7N936zcKTco4Jd2PX2U96Kf9PxygAPKBug+74LHzmHXmceN16MmRcdgZv+DGef/S9YvQAfRsNCn4cjf9yyQ==',
  },
  headers: {
    name: 'node-api-headers@1.9.0',
    integrity:
      'sha512-2oNILP4jXwRB4ywnYKjVk1YyJ96n2D4EOVJO6S3oYZ5PtbJrw3Yt9TpAuX3nBLMuzn74rnfGQrv13pS9vC+YiA==',
  },
};
const platforms = ['manylinux_2_27', 'manylinux_2_17', 'manylinux2014', 'manylinux_2_12', 'manylinux2010'];
const wheelArguments = [
  ...['--python-version', '3.10'],
  ...platforms.flatMap((platform) => ['--platform', `${platform}_x86_64`]),
];

reportFailures('tensorflow', 'Without TensorFlow, wildstyle runs on the onnx engine.');

const { values, positionals } = parseArgs({
  options: { 'from-wheel': { type: 'boolean' }, gpu: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const version = positionals[0] ?? '2.21.0';
const target = join(cacheFolder, 'tensorflow', `${version}-${values.gpu ? 'gpu' : 'cpu'}`);

/** Unpacks libtensorflow and the headers that the binding includes. */
const unpackTensorflow = `
import os, re, shutil, sys, zipfile
wheel, target = sys.argv[1:]
library = re.compile(r'tensorflow/(libtensorflow_(?:cc|framework)\\.so\\.2)$')
header = re.compile(r'tensorflow/include/((?:tensorflow/(?:c|core/platform|tsl)|tsl|xla/tsl)/.*\\.h)$')
found = 0
with zipfile.ZipFile(wheel) as archive:
    for entry in archive.infolist():
        match = library.match(entry.filename)
        path = match and os.path.join('lib', match[1])
        found += 1 if match else 0
        match = header.match(entry.filename)
        path = os.path.join('include', match[1]) if match else path
        if path:
            file = os.path.join(target, path)
            os.makedirs(os.path.dirname(file), exist_ok=True)
            with archive.open(entry) as source, open(file, 'wb') as copy:
                shutil.copyfileobj(source, copy, 1 << 20)
sys.exit(0 if found == 2 else 'The wheel has no libtensorflow_cc.so.2: use version 2.12.1 or later.')
`;

/** Prints what the wheel asks for, for GPUs. */
const printCudaRequirements = `
import re, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    name = next(name for name in archive.namelist() if name.endswith('.dist-info/METADATA'))
    for line in archive.read(name).decode().splitlines():
        match = re.match(r"Requires-Dist: (nvidia-[^;]+?)\\s*;.*and-cuda", line)
        if match:
            print(match[1])
`;

/** Unpacks the shared libraries of CUDA to where libtensorflow looks for them. */
const unpackCuda = `
import glob, os, re, sys, zipfile
folder, target = sys.argv[1:]
wanted = re.compile(r'nvidia/[^/]+/(lib/[^/]+\\.so[^/]*|bin/ptxas|nvvm/libdevice/.*)$')
for wheel in glob.glob(os.path.join(folder, '*.whl')):
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.infolist():
            if wanted.match(entry.filename):
                archive.extract(entry, target)
                os.chmod(os.path.join(target, entry.filename), 0o755)
`;

function compile(folder, headers) {
  const compiler = process.env.CXX || 'c++';
  const dependencies = join(folder, 'deps');
  const output = join(folder, 'lib', 'napi-v8');
  mkdirSync(output, { recursive: true });
  const definitions = ['NAPI_VERSION=8', 'NODE_GYP_MODULE_NAME=tfjs_binding', 'BUILDING_NODE_EXTENSION'];
  const compiled = succeeds(
    compiler,
    [
      ...['-std=c++17', '-O2', '-fPIC', '-shared', '-fno-exceptions', '-fno-rtti'],
      ...definitions.map((definition) => `-D${definition}`),
      ...[join(headers, 'include'), join(dependencies, 'include')].map((include) => `-I${include}`),
      ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((source) => join(folder, 'binding', source)),
      `-L${join(dependencies, 'lib')}`,
      '-Wl,-rpath,$ORIGIN/../../deps/lib',
      ...['-ltensorflow', '-ltensorflow_framework', '-o', join(output, 'tfjs_binding.node')],
    ],
    'build the binding (Debian, Ubuntu: apt-get install g++)',
  );
  if (!compiled) fail('the binding could not be built.');
}

/** The package without what nobody needs at run time, on libtensorflow. */
function build(folder, work) {
  unpackPackage(packages.binding.name, packages.binding.integrity, folder, work);
  const modules = join(folder, 'node_modules');
  unpackPackage(packages.protobuf.name, packages.protobuf.integrity, join(modules, 'google-protobuf'), work);
  const headers = join(work, 'headers');
  unpackPackage(packages.headers.name, packages.headers.integrity, headers, work);
  // The engine puts wildstyle's own TF.js in the place of these.
  for (const name of ['tfjs', 'tfjs-core']) {
    mkdirSync(join(modules, '@tensorflow', name), { recursive: true });
    writeFileSync(join(modules, '@tensorflow', name, 'index.js'), '');
  }
  const requirement = `${values.gpu ? 'tensorflow' : 'tensorflow-cpu'}==${version}`;
  const wheel = downloadWheel(requirement, wheelArguments, work, checksums[requirement]);
  const dependencies = join(folder, 'deps');
  if (!python('-c', unpackTensorflow, wheel, dependencies)) fail('the wheel could not be unpacked.');
  for (const [link, file] of [
    ['libtensorflow.so', 'libtensorflow_cc.so.2'],
    ['libtensorflow_framework.so', 'libtensorflow_framework.so.2'],
  ])
    symlinkSync(file, join(dependencies, 'lib', link));
  compile(folder, headers);
  rmSync(join(dependencies, 'include'), { recursive: true });
  if (values.gpu) addCuda(wheel, dependencies, work);
}

function addCuda(wheel, dependencies, work) {
  const { stdout } = spawnSync('python3', ['-c', printCudaRequirements, wheel], { encoding: 'utf8' });
  const requirements = stdout.split('\n').filter(Boolean);
  if (requirements.length === 0) fail('the wheel does not say which CUDA libraries it needs.');
  process.stdout.write(`tensorflow: downloading ${requirements.length} CUDA wheels ...\n`);
  const folder = join(work, 'cuda');
  downloadWheels(requirements, wheelArguments, folder);
  if (!python('-c', unpackCuda, folder, dependencies)) fail('the CUDA wheels could not be unpacked.');
}

if (existsSync(target)) {
  process.stdout.write(`tensorflow: ${version} is already in ${target}.\n`);
} else {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    fail('the wheels are for Linux on x64. Elsewhere, install @tensorflow/tfjs-node with its own scripts.');
  process.stdout.write(`tensorflow: downloading the wheel of ${version} ...\n`);
  publishFolder(target, build);
  process.stdout.write(`tensorflow: ${version} is in ${target}. Try: wildstyle doctor\n`);
}
