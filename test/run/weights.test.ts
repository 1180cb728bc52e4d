import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { WildstyleError } from '../../src/errors.js';
import { cacheFolder } from '../../src/files/cache-folder.js';
import { openSafetensors } from '../../src/files/safetensors/read.js';
import { safetensorsBytes } from '../../src/files/safetensors/write.js';
import { packageFile } from '../../src/package-file.js';
import { findWeights, rightsOfWeights, WeightStore } from '../../src/run/preparing/weights.js';
import { packagedCompactFile } from '../../src/stylize/networks/compact.js';
import { networks } from '../../src/stylize/networks/index.js';
import { cachedWeightsFile } from '../../src/weights/cache.js';

// These tests change the cache folder in the environment, so they run serially.
const before = process.env.XDG_CACHE_HOME;
test.afterEach.always(() => {
  if (before === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = before;
});

test.serial('finds weights in the cache folder', async (t) => {
  const home = await mkdtemp(join(tmpdir(), 'wildstyle-weights-'));
  t.teardown(() => rm(home, { recursive: true }));
  process.env.XDG_CACHE_HOME = home;
  t.is(cacheFolder(), join(home, 'wildstyle'));
  t.deepEqual(findWeights(undefined), {});
  const file = join(home, 'wildstyle', 'weights', 'vgg19.safetensors');
  await mkdir(join(home, 'wildstyle', 'weights'), { recursive: true });
  await writeFile(file, '');
  t.deepEqual(findWeights(undefined), { vgg19: file });
});

test.serial(
  'a given file takes precedence and must exist; it is for the one network that needs it',
  async (t) => {
    process.env.XDG_CACHE_HOME = join(tmpdir(), 'wildstyle-no-such-folder');
    const folder = await mkdtemp(join(tmpdir(), 'wildstyle-weights-'));
    t.teardown(() => rm(folder, { recursive: true }));
    const mine = join(folder, 'mine.safetensors');
    const error = t.throws(() => findWeights(mine), { instanceOf: WildstyleError });
    t.is(error?.code, 'weights-missing');
    t.true(error?.message.includes(mine));
    await writeFile(mine, 'anything');
    for (const needing of ['vgg19', 'vgg16'] as const)
      t.deepEqual(findWeights(mine, ['random', 'compact', needing]), { [needing]: mine });
    const unclear = t.throws(() => findWeights(mine, ['vgg16', 'vgg19']), { instanceOf: WildstyleError });
    t.is(unclear?.code, 'option-invalid');
    t.regex(unclear?.message ?? '', /vgg16, vgg19/);
  },
);

test.serial(
  'each network may have its own file; a single file is for the network in use that needs one',
  async (t) => {
    process.env.XDG_CACHE_HOME = join(tmpdir(), 'wildstyle-no-such-folder');
    const folder = await mkdtemp(join(tmpdir(), 'wildstyle-weights-'));
    t.teardown(() => rm(folder, { recursive: true }));
    const file = join(folder, 'w.safetensors');
    await writeFile(file, 'anything');
    t.deepEqual(findWeights({ vgg19: file }), { vgg19: file });
    t.deepEqual(findWeights(file, ['random', 'vgg19']), { vgg19: file });
    t.deepEqual(findWeights({ vgg19: file }, ['random']), { vgg19: file });
    t.deepEqual(findWeights({ compact: file }), { compact: file }, 'a file instead of that of the package');
    for (const network of ['random', 'compact'] as const) {
      const ignored = t.throws(() => findWeights(file, [network]), { instanceOf: WildstyleError });
      t.is(ignored?.code, 'option-invalid');
      t.regex(ignored?.message ?? '', new RegExp(`no network in use \\(${network}\\) reads weights`));
      t.regex(ignored?.cure ?? '', /network: vgg19/);
    }
    const refused = t.throws(() => findWeights({ random: file }), { instanceOf: WildstyleError });
    t.is(refused?.code, 'option-invalid');
    t.throws(() => findWeights({ vgg19: join(folder, 'none') }), { code: 'weights-missing' });
  },
);

test('loads weights once', async (t) => {
  const store = new WeightStore({});
  const [first, second] = await Promise.all([store.get('random'), store.get('random')]);
  t.is(second, first);
  t.is(await store.get('random'), first);
});

test('loads a file for compact, or else the one in the package', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'wildstyle-weights-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const packaged = await new WeightStore({}).get('compact');
  const file = join(folder, 'retrained.safetensors');
  const { shapes, read } = openSafetensors(await readFile(packageFile(packagedCompactFile) ?? ''));
  const entries = Object.entries(shapes).map(([name, shape]) => [name, { data: read(name), shape }] as const);
  await writeFile(file, safetensorsBytes(Object.fromEntries(entries), { dtype: 'F32' }));
  const loaded = await new WeightStore({ compact: file }).get('compact');
  t.not(loaded.digest, packaged.digest);
  t.deepEqual(loaded.tensors, packaged.tensors);
  await writeFile(file, 'this is not a safetensors file');
  const error = await t.throwsAsync(new WeightStore({ compact: file }).get('compact'));
  t.true(error?.message.startsWith(`${file}: `), error?.message);
});

test('reports weights that are unknown, missing or invalid', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'wildstyle-weights-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const text = join(folder, 'text.safetensors');
  await writeFile(text, 'this is not a safetensors file');
  const codeOf = async (files: Readonly<Record<string, string>>) =>
    t.throwsAsync(new WeightStore(files).get('vgg19'), { instanceOf: WildstyleError });
  const unknown = await codeOf({});
  t.is(unknown?.code, 'weights-missing');
  t.regex(unknown?.cure ?? '', /wildstyle weights fetch vgg19\. .*--weights .* network: compact/);
  const missing = await codeOf({ vgg19: join(folder, 'none') });
  t.is(missing?.code, 'weights-missing');
  t.regex(missing?.message ?? '', /none cannot be read/);
  const invalid = await codeOf({ vgg19: text });
  t.is(invalid?.code, 'weights-invalid');
  t.true(invalid?.message.startsWith(`${text}: `), invalid?.message);
});

test.serial(
  'the license of weights is that of their file or, if it was fetched, of its publisher',
  async (t) => {
    const { license, attribution, isTrained } = rightsOfWeights(
      'compact',
      await networks.compact.loadWeights(),
      undefined,
    );
    t.deepEqual({ license, isTrained }, { license: 'CC BY 4.0', isTrained: true });
    t.regex(attribution ?? '', /VGG-19/);
    const set = (metadata: Record<string, string>) => ({ digest: 'd', tensors: {}, metadata });
    const licenseOf = (metadata: Record<string, string>, file: string) =>
      rightsOfWeights('vgg19', set(metadata), file).license;
    const fetched = cachedWeightsFile('vgg19');
    t.regex(licenseOf({ preprocess: 'rgb-imagenet' }, fetched) ?? '', /BSD-3-Clause/);
    t.is(licenseOf({ preprocess: 'rgb-imagenet' }, 'mine.safetensors'), null);
    t.is(licenseOf({ preprocess: 'bgr-255-caffe' }, fetched), null);
    t.is(licenseOf({ preprocess: 'bgr-255-caffe', licence: 'CC BY 4.0' }, 'mine.safetensors'), 'CC BY 4.0');
    t.false(rightsOfWeights('random', { digest: 'd', tensors: {} }, undefined).isTrained);
  },
);
