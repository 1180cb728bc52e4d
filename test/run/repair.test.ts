import { readdirSync } from 'node:fs';
import { appendFile, mkdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { readManifest } from '../../src/dataset/ledger/manifest.js';
import { fileOf } from '../../src/dataset/ledger/record-kinds.js';
import { outputPaths } from '../../src/dataset/output-paths.js';
import { verifyDataset } from '../../src/dataset/verify/verify.js';
import { exportDataset } from '../../src/export/export-dataset.js';
import { nodeFileSystem } from '../../src/files/file-system.js';
import { loadJob } from '../../src/job/load.js';
import { replaceReport } from '../../src/report/page/replace-report.js';
import { prepare } from '../../src/run/preparing/prepare.js';
import { repairDataset } from '../../src/run/repair/repair.js';
import { setAsideFolder } from '../../src/run/repair/set-aside.js';
import { FaultPoint, faultFileSystem } from '../crash/support/fault-file-system.js';
import { contentsOf, copyOf, faultsOf, type SmallRun, smallRun } from '../crash/support/small-run.js';
import { imagesBelow, timesBelow } from '../support/dataset-tree.js';

let small: SmallRun;
let whole: Record<string, string>;
let source = '';

test.before(async () => {
  small = await smallRun();
  source = join(small.job.folder, 'whole/out');
  await small.run(source);
  await exportDataset(source, 'csv');
  whole = await contentsOf(source);
});
test.after.always(() => small?.job.remove());

const copy = (name: string) => copyOf(source, join(small.job.folder, name, 'out'));

/** What is done to a dataset, and the number of images that a repair makes anew. */
interface Damage {
  readonly harm: (root: string) => Promise<unknown>;
  readonly setAside: (root: string) => Promise<readonly string[]>;
}

const first = async (root: string) => (await imagesBelow(root))[0];
const edit = async (path: string, from: string | RegExp, to: string) =>
  writeFile(path, (await readFile(path, 'utf8')).replace(from, to));

const damages: Readonly<Record<string, Damage>> = {
  'a missing image': {
    harm: async (root) => rm(join(root, await first(root))),
    setAside: async () => [],
  },
  'an altered image': {
    harm: async (root) => appendFile(join(root, await first(root)), 'x'),
    setAside: async (root) => [await first(root)],
  },
  'a partial image': {
    harm: async (root) => writeFile(join(root, await first(root)), 'half'),
    setAside: async (root) => [await first(root)],
  },
  'a link in the place of an image': {
    async harm(root) {
      const path = join(root, await first(root));
      await rm(path);
      await symlink(join(source, await first(source)), path);
    },
    setAside: async () => [await first(source)],
  },
  'foreign files, one in a class of its own, and an empty class': {
    async harm(root) {
      await mkdir(join(root, 'train/none'));
      await mkdir(join(root, 'train/strangers'));
      await writeFile(join(root, 'train/strangers/one.png'), 'foreign');
      await writeFile(join(root, 'train/ponds/one.txt'), 'foreign');
    },
    setAside: async () => ['train/none', 'train/ponds/one.txt', 'train/strangers/one.png'],
  },
  'altered metadata': {
    harm: (root) => edit(join(root, 'train/metadata.jsonl'), 'ponds', 'lakes'),
    setAside: async () => [],
  },
  'an edited card': {
    harm: (root) => appendFile(join(root, 'README.md'), 'mine'),
    setAside: async () => ['README.md'],
  },
  'a damaged export with a foreign file': {
    async harm(root) {
      await writeFile(join(root, 'exports/csv/train.csv'), 'x');
      await writeFile(join(root, 'exports/csv/notes.txt'), 'x');
    },
    setAside: async () => ['exports/csv/notes.txt', 'exports/csv/train.csv'],
  },
  'an altered manifest of which there is a copy': {
    harm: (root) => writeFile(outputPaths(root).manifest, '{}'),
    setAside: async () => [],
  },
  'a manifest with an edited line, a missing one and one that is no record, without a copy': {
    async harm(root) {
      const { manifest, manifestCopy } = outputPaths(root);
      await rm(manifestCopy);
      const [, second, , ...others] = (await readFile(manifest, 'utf8')).split('\n');
      const lines = ['{}', second.replace(/"label":"\w+"/, '"label":"other"'), ...others];
      await writeFile(manifest, lines.join('\n'));
    },
    setAside: async () => (await readManifest(source)).slice(0, 3).map(fileOf),
  },
  'no manifest': {
    harm: (root) => rm(outputPaths(root).manifest),
    setAside: async () => [],
  },
  'no manifest, no copy of it, and an altered image': {
    harm: async (root) => {
      await rm(outputPaths(root).manifest);
      await rm(outputPaths(root).manifestCopy);
      await appendFile(join(root, await first(root)), 'x');
    },
    setAside: async () => imagesBelow(source),
  },
  'neither manifest nor summary, and an altered image': {
    harm: async (root) => {
      await rm(outputPaths(root).manifest);
      await rm(outputPaths(root).summary);
      await appendFile(join(root, await first(root)), 'x');
    },
    setAside: async () => ['exports/csv/train.csv', await first(source)],
  },
  'neither manifest, nor its copy, nor summary': {
    harm: async (root) => {
      const { manifest, manifestCopy, summary } = outputPaths(root);
      for (const path of [manifest, manifestCopy, summary]) await rm(path);
    },
    setAside: async () => ['exports/csv/train.csv', ...(await imagesBelow(source))],
  },
  'an edited summary': {
    harm: (root) => edit(outputPaths(root).summary, '"complete": 6', '"complete": 7'),
    setAside: async () => ['dataset.json', 'exports/csv/train.csv'],
  },
  'a summary that is no JSON, and an edited manifest': {
    async harm(root) {
      await writeFile(outputPaths(root).summary, '{');
      await edit(outputPaths(root).manifest, '"attempts"', '"attempted"');
    },
    setAside: async () => ['dataset.json', 'exports/csv/train.csv', await first(source)],
  },
  'no working folder, and no metadata': {
    async harm(root) {
      await rm(outputPaths(root).workFolder, { recursive: true, force: true });
      await rm(join(root, 'train/metadata.jsonl'));
    },
    setAside: async () => [],
  },
};

for (const [name, { harm, setAside }] of Object.entries(damages)) {
  test.serial(`repairs ${name}`, async (t) => {
    const root = await copy('damaged');
    await harm(root);
    const result = await small.repair(root);
    t.true(result.found.length > 0);
    t.deepEqual(result.left, []);
    t.deepEqual([...result.setAside].sort(), [...(await setAside(root))].sort());
    t.deepEqual(await faultsOf(root, whole), []);
    t.not(result.isSameResult, false);
  });
}

test.serial('writes a damaged report again', async (t) => {
  const root = await copy('reported');
  await replaceReport(root);
  await writeFile(join(root, 'report.html'), 'x');
  const { found, setAside, left } = await small.repair(root);
  t.deepEqual(
    found.map(({ code, file }) => [code, file]),
    [['file-altered', 'report.html']],
  );
  t.deepEqual(setAside, ['report.html']);
  t.deepEqual(left, []);
  t.regex(await readFile(join(root, 'report.html'), 'utf8'), /<!doctype html>/i);
  t.is(await readFile(join(setAsideFolder(root), 'report.html'), 'utf8'), 'x');
});

test.serial('a dataset without damage is left as it is', async (t) => {
  const root = await copy('intact');
  const before = await timesBelow(root);
  const result = await small.repair(root);
  t.deepEqual(result.found, []);
  t.is(result.run, undefined);
  t.deepEqual(await timesBelow(root), before);
});

test.serial('a dataset that is not complete: only what is wrong is made', async (t) => {
  const root = join(small.job.folder, 'partial/out');
  await small.run(root, { maxImages: 3 });
  await appendFile(join(root, await first(root)), 'x');
  const { run, left, setAside } = await small.repair(root);
  t.like(run, { status: 'stopped', counts: { complete: 3, pending: 3 } });
  t.deepEqual(left, []);
  t.is(setAside.length, 1);
  await small.run(root);
  await exportDataset(root, 'csv');
  t.deepEqual(await faultsOf(root, whole), []);
});

test.serial('a file of the same name that was moved aside before is kept', async (t) => {
  const root = await copy('twice');
  const file = await first(root);
  for (const text of ['one', 'two']) {
    await writeFile(join(root, file), text);
    await small.repair(root);
  }
  t.is(await readFile(join(setAsideFolder(root), file), 'utf8'), 'one');
  t.is(await readFile(join(setAsideFolder(root), `${file}.1`), 'utf8'), 'two');
});

test.serial('a dataset of other images is refused, and nothing is moved', async (t) => {
  const other = await smallRun();
  t.teardown(other.job.remove);
  const root = await copyOf(source, join(other.job.folder, 'other/out'));
  const added = await readFile(join(other.job.contentRoot, 'ponds/rings.png'));
  await other.job.put('content/ponds/another.png', Buffer.concat([added, Buffer.from('x')]));
  const file = await first(root);
  await appendFile(join(root, file), 'x');
  const cache = process.env.XDG_CACHE_HOME;
  process.env.XDG_CACHE_HOME = other.job.cache;
  t.teardown(() => {
    if (cache === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = cache;
  });
  const prepared = async () => prepare(await loadJob(other.job.file, { overrides: [`output.root=${root}`] }));
  await t.throwsAsync(repairDataset(root, prepared), { code: 'output-differs' });
  t.true((await imagesBelow(root)).includes(file));
});

test.serial('shards that are not merged are refused', async (t) => {
  const root = join(small.job.folder, 'sharded/out');
  await small.run(root, { shard: { index: 0, count: 2 } });
  await t.throwsAsync(small.repair(root), { code: 'dataset-invalid', message: /shards that are not merged/ });
});

test.serial('with the copy of a lost manifest, no image is made, and its times stay', async (t) => {
  const root = await copy('copied');
  const { manifest, summary } = outputPaths(root);
  const text = await readFile(manifest, 'utf8');
  const times = async () => Object.entries(await timesBelow(root)).filter(([path]) => path.endsWith('.png'));
  const before = await times();
  await rm(manifest);
  const events: string[] = [];
  const { found } = await small.repair(root, { onEvent: ({ type }) => events.push(type) });
  t.deepEqual(found, [
    {
      code: 'file-missing',
      file: 'manifest.jsonl',
      message: 'is missing; its records are in .wildstyle too, and a repair takes them from there',
    },
  ]);
  t.is(await readFile(manifest, 'utf8'), text);
  t.deepEqual(await times(), before);
  t.false(events.includes('records-lost'));

  // A run does the same.
  for (const path of [manifest, summary]) await rm(path);
  await small.run(root);
  t.is(await readFile(manifest, 'utf8'), text);
  t.deepEqual(await times(), before);
});

const inPlace: Readonly<Record<string, (manifest: string) => Promise<void>>> = {
  emptied: (manifest) => truncate(manifest, 0),
  'cut in a line': async (manifest) => truncate(manifest, Math.floor((await stat(manifest)).size / 2)),
  'with another digest for an image': (manifest) =>
    edit(manifest, /"sha256":"[0-9a-f]{8}/g, '"sha256":"01234567'),
};
for (const [name, harm] of Object.entries(inPlace)) {
  test.serial(
    `of a manifest ${name} in place, the copy has everything: no image is moved or made`,
    async (t) => {
      // As a run leaves it: a copy of the folder would have bytes of its own for any second name.
      const root = join(small.job.folder, 'in-place/out');
      await rm(root, { recursive: true, force: true });
      await small.run(root);
      await exportDataset(root, 'csv');
      const { manifest } = outputPaths(root);
      const text = await readFile(manifest, 'utf8');
      const times = async () =>
        Object.entries(await timesBelow(root)).filter(([path]) => path.endsWith('.png'));
      const before = await times();
      await harm(manifest);
      const events: string[] = [];
      const { found, setAside } = await small.repair(root, { onEvent: ({ type }) => events.push(type) });
      t.deepEqual(
        found.map(({ code, file }) => [code, file]),
        [['manifest-altered', 'manifest.jsonl']],
      );
      t.regex(found[0].message, /; its records are in \.wildstyle too, and a repair takes them from there$/);
      t.deepEqual(setAside, []);
      t.is(await readFile(manifest, 'utf8'), text);
      t.deepEqual(await times(), before);
      t.false(events.includes('records-lost'));
      t.deepEqual(await faultsOf(root, whole), []);
    },
  );
}

test.serial(
  'of an emptied manifest and an altered copy, a repair says how many records count, first',
  async (t) => {
    const root = await copy('both');
    const { manifest, manifestCopy } = outputPaths(root);
    const lines = (await readFile(manifest, 'utf8')).trimEnd().split('\n');
    const cases = [
      { copyText: '', kept: 0, told: /no intact copy in \.wildstyle: a repair remakes all images$/ },
      {
        copyText: `${lines.slice(2).join('\n')}\n`,
        kept: lines.length - 2,
        told: /no intact copy in \.wildstyle: a repair remakes every image whose record is altered or missing$/,
      },
    ];
    for (const { copyText, kept, told } of cases) {
      await writeFile(manifest, '');
      await writeFile(manifestCopy, copyText);
      const { problems } = await verifyDataset(root);
      t.regex(problems.find(({ code }) => code === 'manifest-altered')?.message ?? '', told);
      const seen: [number, number][] = [];
      const { setAside } = await small.repair(root, {
        onEvent(event) {
          if (event.type === 'records-lost')
            seen.push([event.kept, readdirSync(join(root, 'train/ponds')).length]);
        },
      });
      t.deepEqual(seen, [[kept, 2]]);
      t.is(setAside.length, lines.length - kept);
      t.deepEqual(await faultsOf(root, whole), []);
    }
  },
);

test.serial(
  'without any record, a repair says that it will remake all images before it moves one',
  async (t) => {
    const root = await copy('lost');
    const { manifest, manifestCopy } = outputPaths(root);
    for (const path of [manifest, manifestCopy]) await rm(path);
    const seen: number[] = [];
    const { found } = await small.repair(root, {
      onEvent({ type }) {
        if (type === 'records-lost') seen.push(readdirSync(join(root, 'train/ponds')).length);
      },
    });
    t.is(found[0].message, 'is missing, and so is its copy in .wildstyle: a repair remakes all images');
    t.deepEqual(seen, [2]);
  },
);

test.serial('a run without a first end is told from a dataset that lost its files', async (t) => {
  const root = join(small.job.folder, 'begun/out');
  const point = new FaultPoint(/^open wx .*manifest\.jsonl/, 'EIO');
  await t.throwsAsync(small.run(root, { fileSystem: faultFileSystem(nodeFileSystem, point) }));
  await t.throwsAsync(small.repair(root), {
    code: 'dataset-invalid',
    message: /no run has finished yet, or the file was deleted/,
  });
});
