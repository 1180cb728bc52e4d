import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { outputPaths } from '../../src/dataset/output-paths.js';
import type { WildstyleError } from '../../src/errors.js';
import { guardedFileSystem, nodeFileSystem } from '../../src/files/file-system.js';
import type { Shard } from '../../src/plan/shard.js';
import { imagesBelow } from '../support/dataset-tree.js';
import { contentsOf, copyOf, faultsOf, type SmallRun, smallRun } from './support/small-run.js';

const isWhole = process.env.WILDSTYLE_SWEEP === 'whole';

let small: SmallRun;
let whole: Record<string, string>;

test.before(async () => {
  small = await smallRun();
  whole = await contentsOf(await small.whole());
});
test.after.always(() => small?.job.remove());

for (const [name, shard] of Object.entries<Shard | undefined>({
  run: undefined,
  shard: { index: 0, count: 1 },
})) {
  test.serial(
    `${name}: whenever the working folder is deleted, it stops, and the next one ends with the same dataset`,
    async (t) => {
      t.timeout(1_800_000);
      const ends = new Set<string>();
      const every = isWhole ? 1 : 5;
      for (let at = 1; ; at += every) {
        const root = join(small.job.folder, 'root/out');
        await rm(root, { recursive: true, force: true });
        let operations = 0;
        const deleting = guardedFileSystem(nodeFileSystem, async () => {
          // Workers may be writing to it.
          if (++operations === at)
            await rm(outputPaths(root).workFolder, { recursive: true, force: true, maxRetries: 9 });
        });
        const error = await small.run(root, { fileSystem: deleting, ...(shard && { shard }) }).then(
          () => undefined,
          (reason: WildstyleError) => reason,
        );
        if (operations < at) break;
        ends.add(error?.code ?? 'none');
        await small.run(root);
        t.deepEqual(await faultsOf(root, whole), [], `at ${at}: ${error}`);
      }
      // While it takes the lock, it cannot lose it; after its last write, it does not matter.
      for (const code of ['output-unwritable', 'output-in-use', 'none']) ends.delete(code);
      t.deepEqual([...ends], ['lock-lost']);
    },
  );
}

test.serial('images without records are made again only if there is nothing else', async (t) => {
  const root = join(small.job.folder, 'beside/out');
  const strangers = {
    'train/clouds/mine.png': 'a name that no run gives',
    [`train/clouds/${'0'.repeat(32)}.png`]: 'an image of another plan',
    'notes.txt': 'a file beside the splits',
    'train/clouds/below/README.md': 'a file of a dataset in another place',
  };
  for (const [file, what] of Object.entries(strangers)) {
    await copyOf(join(small.job.folder, 'whole/out'), root);
    for (const path of ['.wildstyle', 'dataset.json']) await rm(join(root, path), { recursive: true });
    await mkdir(join(root, file, '..'), { recursive: true });
    await writeFile(join(root, file), 'x');
    await t.throwsAsync(small.run(root), { code: 'output-foreign' }, what);
    await t.throwsAsync(small.run(root, { shard: { index: 0, count: 2 } }), { code: 'output-foreign' }, what);
    await rm(join(root, file));
    if (file.includes('below')) await rm(join(root, file, '..'), { recursive: true });
    await small.run(root);
    t.deepEqual(await faultsOf(root, whole), [], what);
  }
  for (const image of await imagesBelow(root)) await rm(join(root, image));
  for (const path of ['.wildstyle', 'dataset.json']) await rm(join(root, path), { recursive: true });
  await t.throwsAsync(small.run(root), { code: 'output-foreign' }, 'no image tells that it is a dataset');
});
