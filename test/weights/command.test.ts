import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { openSafetensors } from '../../src/files/safetensors/read.js';
import { safetensorsBytes } from '../../src/files/safetensors/write.js';
import { networkNames } from '../../src/stylize/networks/index.js';
import { torchvisionConvolutions } from '../../src/stylize/networks/torchvision.js';
import { vgg19Blocks } from '../../src/stylize/networks/vgg/vgg.js';
import { convolutionBytes } from '../../src/weights/convolutions.js';
import { listWeights } from '../../src/weights/list.js';
import { packagedWeights } from '../../src/weights/packaged.js';
import { publishedWeights } from '../../src/weights/published.js';
import { temporaryFolder } from '../dataset/support.js';
import { mainFile, until, wildstyle } from '../support/command-line.js';
import { repositoryRoot } from '../support/paths.js';
import { smallJob } from '../support/small-job.js';
import { faultyServer } from './faulty-server.js';

/** A file in half precision with the shapes and the first filter of torchvision's VGG-19. */
function vgg19File(): Uint8Array {
  const small = Float32Array.from({ length: 1 << 16 }, (_, i) => Math.sin(i) / 16);
  const values = (size: number) => {
    const data = new Float32Array(size);
    for (let i = 0; i < size; i += small.length) data.set(small.subarray(0, size - i), i);
    return data;
  };
  const tensors = Object.fromEntries(
    torchvisionConvolutions(vgg19Blocks).flatMap(({ name, inputs, outputs }) => [
      [`${name}.weight`, { data: values(outputs * inputs * 9), shape: [outputs, inputs, 3, 3] }],
      [`${name}.bias`, { data: values(outputs), shape: [outputs] }],
    ]),
  );
  tensors['features.0.weight']?.data.set(publishedWeights.vgg19?.origins[0]?.firstFilter ?? []);
  const head = { data: values(1 << 20), shape: [1 << 20] };
  return safetensorsBytes({ ...tensors, 'head.fc.weight': head }, { dtype: 'F16' });
}

test('a job without weights names the command, which gets them, survives Ctrl-C, and the job then runs', async (t) => {
  const job = await smallJob({ recipe: { network: 'vgg19', steps: 1 } });
  t.teardown(job.remove);
  const environment = { cache: job.cache, cwd: job.folder };
  const before = await wildstyle(['plan', job.file], environment);
  t.is(before.exitCode, 2);
  t.regex(
    before.stderr,
    /^wildstyle: weights-missing: .*\n {2}Get them once: wildstyle weights fetch vgg19\./,
  );

  // The first request for the convolutions stalls after a megabyte, so that Ctrl-C comes in the middle.
  const file = vgg19File();
  let isSlow = true;
  const { origin, requests } = await faultyServer(t, file, {
    stallAfter: (n) => (isSlow && n > 0 ? 1_000_000 : undefined),
  });
  const words = ['weights', 'fetch', 'vgg19', '--from', `${origin}/model.safetensors`];
  const child = spawn(process.execPath, [mainFile, ...words], {
    env: { PATH: process.env.PATH, XDG_CACHE_HOME: job.cache },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  await until('the convolutions are asked for', () => requests.length > 1);
  await new Promise((resolve) => setTimeout(resolve, 300));
  child.kill('SIGINT');
  const [exitCode] = await once(child, 'close');
  t.is(exitCode, 75, stderr);
  t.regex(stdout, /^Fetching 40 MB of 42\.1 MB, from http:/);
  t.regex(
    stderr,
    /^wildstyle: download-interrupted: .*it was stopped\.\n {2}Run the command again\. It continues at \d+%/,
  );
  const weights = join(job.cache, 'wildstyle', 'weights');
  t.deepEqual(await readdir(weights), ['vgg19.partial']);

  isSlow = false;
  const resumed = await wildstyle(words, environment);
  t.is(resumed.exitCode, 0, resumed.stderr);
  t.regex(resumed.stdout, /^Fetching 40 MB of 42\.1 MB, .* already fetched, from/);
  t.regex(resumed.stdout, /\nsha256 [0-9a-f]{64}\nChecked: .*--whole/);
  t.deepEqual(await readdir(weights), ['vgg19.safetensors']);

  const again = await wildstyle(['weights', 'fetch', 'vgg19'], environment);
  t.regex(again.stdout, /vgg19\.safetensors already exists\./, 'asks no server');
  const listed = await wildstyle(['weights', 'list'], environment);
  t.true(
    listed.stdout.includes(`vgg19          ${join(weights, 'vgg19.safetensors')}, 40.1 MB`),
    listed.stdout,
  );
  const checked = await wildstyle(['weights', 'check', join(weights, 'vgg19.safetensors')], environment);
  t.is(checked.exitCode, 0);
  t.regex(checked.stdout, /network {3}VGG-19, all values finite, F16\norigin {4}torchvision\n/);
  const after = await wildstyle(['plan', job.file], environment);
  t.is(after.exitCode, 0, after.stderr);
});

test('the list has every network in order, then the published weights without a network', async (t) => {
  const listed = await listWeights();
  t.deepEqual(
    listed.filter(({ isUsed }) => isUsed).map(({ network }) => network),
    [...networkNames],
  );
  const [own, other] = await listWeights({ own: { needsWeights: false }, other: { needsWeights: true } });
  t.deepEqual([own?.status, own?.command, other?.status, other?.command], ['built-in', null, 'absent', null]);
  t.true(listed.some(({ network }) => network === 'vgg19'));
});

test('published files are consistent', (t) => {
  t.is(convolutionBytes(publishedWeights.vgg19), 4 * 20_024_384);
  t.is(convolutionBytes(publishedWeights.squeezenet1_1), 4 * 722_496);
  for (const { files, origins, isWhole } of Object.values(publishedWeights)) {
    // Something must tell whether they are right.
    if (isWhole) t.true(files.every(({ sha256 }) => sha256 !== undefined));
    else t.is(origins[0].firstFilter?.length, 9);
    for (const { url, sha256 } of files) {
      t.true(url.startsWith('https://'));
      // PyTorch puts the beginning of the digest into the name.
      const [, prefix] = /-([0-9a-f]{8})\.pth$/.exec(url) ?? [];
      if (prefix) t.true(sha256?.startsWith(prefix) && sha256.length === 64, url);
    }
  }
});

test('convert names its output after the input, and never overwrites the input', async (t) => {
  const folder = await temporaryFolder(t);
  const file = vgg19File();
  await mkdir(join(folder, 'in'));
  await writeFile(join(folder, 'in', 'model.safetensors'), file);
  const environment = { cache: folder, cwd: join(folder, 'in') };
  const { exitCode, stdout } = await wildstyle(['weights', 'convert', 'model.safetensors'], environment);
  t.is(exitCode, 0);
  t.regex(
    stdout,
    /^model-convolutions\.safetensors: VGG-19 from torchvision, 40\.1 MB, pixels rgb-imagenet\n/,
  );
  const same = ['weights', 'convert', 'model.safetensors', '--out', './model.safetensors'];
  t.regex((await wildstyle(same, environment)).stderr, /option-invalid: The output .* is the input/);
  t.true((await readFile(join(folder, 'in', 'model.safetensors'))).equals(file));
});

test('compact is in the package: list, check and fetch say so, with its license', async (t) => {
  const environment = { cache: await temporaryFolder(t) };
  const file = join(repositoryRoot, 'weights', 'compact.safetensors');
  const { metadata } = openSafetensors(await readFile(file));
  const listed = await wildstyle(['weights', 'list'], environment);
  t.true(
    listed.stdout.includes(
      `compact        in the package: ${file}, 940 kB\n               license: CC BY 4.0`,
    ),
  );
  t.true(packagedWeights.compact.license.startsWith(metadata.license));
  for (const line of [
    'random         needs no file',
    'randomShallow  needs no file',
    'squeezenet1_1  not found, 2.89 MB',
  ])
    t.true(listed.stdout.includes(`\n${line}\n`), listed.stdout);

  const checked = await wildstyle(['weights', 'check', file], environment);
  t.is(checked.exitCode, 0, checked.stdout);
  for (const line of [
    'network   compact, all values finite, F16',
    'origin    this package',
    'license   CC BY 4.0',
    `by        ${metadata.attribution}`,
  ])
    t.true(checked.stdout.includes(`\n${line}\n`), checked.stdout);

  const cut = join(environment.cache, 'cut.safetensors');
  await writeFile(cut, (await readFile(file)).subarray(0, 300_000));
  const refused = await wildstyle(['weights', 'check', cut], environment);
  t.is(refused.exitCode, 2);
  t.true(
    refused.stderr.startsWith(`wildstyle: weights-invalid: ${cut}: The weights file cannot`),
    refused.stderr,
  );

  const fetch = (...words: string[]) => wildstyle(['weights', 'fetch', ...words], environment);
  const compact = await fetch('compact');
  t.is(compact.stdout, 'compact comes with the package; there is nothing to fetch.\n');
  t.is(compact.exitCode, 0);
  t.regex((await fetch('random')).stdout, /^random needs no weights file; there is nothing to fetch\.\n$/);
  t.is((await fetch('compact', '--from', file)).exitCode, 2);
});
