/** `wildstyle compare`: variations, the images of a run, and the files that it writes. @module */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import { WildstyleError } from '../../../src/errors.js';
import { decodeImage } from '../../../src/images/decode.js';
import { loadJob } from '../../../src/job/load.js';
import { compare } from '../../../src/run/compare/compare.js';
import { comparisonTable, publishComparison } from '../../../src/run/compare/publish.js';
import { variationsOf } from '../../../src/run/compare/variations.js';
import { prepare } from '../../../src/run/preparing/prepare.js';
import { runPlan } from '../../../src/run/run.js';
import { smallJob } from '../../support/small-job.js';

test('variations are all combinations; values are those of a YAML list', (t) => {
  const variations = variationsOf([
    'recipe.optimizer=lbfgs,adam',
    'recipe.style.layers=[relu1_1, relu2_1],{relu1_1: 2}',
  ]);
  t.deepEqual(
    variations.map(({ values }) => Object.values(values)),
    [
      ['lbfgs', '["relu1_1","relu2_1"]'],
      ['lbfgs', '{"relu1_1":2}'],
      ['adam', '["relu1_1","relu2_1"]'],
      ['adam', '{"relu1_1":2}'],
    ],
  );
  t.deepEqual(
    variations[3].overrides.map(({ path, value }) => [path.join('.'), value]),
    [
      ['recipe.optimizer', 'adam'],
      ['recipe.style.layers', { relu1_1: 2 }],
    ],
  );
  t.deepEqual(variationsOf([]), [{ values: {}, overrides: [] }]);
  for (const wrong of ['recipe.steps', 'recipe.steps=', '=1', 'recipe.steps=[1'])
    t.is(t.throws(() => variationsOf([wrong]), { instanceOf: WildstyleError })?.code, 'override-invalid');
  const many = Array.from({ length: 65 }, (_, i) => i + 1).join();
  t.is(t.throws(() => variationsOf([`recipe.steps=${many}`]))?.name, 'WildstyleError');
});

test('compares recipes on the images of a run', async (t) => {
  const job = await smallJob();
  const folder = await mkdtemp(join(tmpdir(), 'wildstyle-compare-'));
  t.teardown(async () => {
    await job.remove();
    await rm(folder, { recursive: true });
  });
  const variations = variationsOf(['recipe.optimizer=adam,sgd', 'recipe.steps=3,5']);
  const seen: string[] = [];
  const pairs = await compare(job.file, variations, {
    pairs: 2,
    overrides: ['output.quality=90'],
    onProgress: (made, total) => seen.push(`${made}/${total}`),
  });
  t.is(pairs.length, 2);
  t.deepEqual([seen.length, seen[7]], [8, '8/8']);
  for (const { results } of pairs)
    t.deepEqual(
      results.map(({ facts }) => facts.steps),
      [3, 5, 3, 5],
    );

  // The first variation is the job itself: a run makes the same images.
  const prepared = await prepare(await loadJob(job.file, { overrides: ['sampling.limit=2'] }));
  await runPlan(prepared);
  const items = [...prepared.plan.items()].filter(({ kind }) => kind === 'stylized');
  for (const [i, item] of items.entries()) {
    t.deepEqual(
      pairs[i].results[0].pixels.data,
      (await decodeImage(join(job.out, item.file), { sizePx: 32, fit: 'keep' })).data,
    );
    t.is(pairs[i].content, item.sources.content.path);
  }

  const files = await publishComparison(folder, variations, pairs);
  t.deepEqual(
    files.map((file) => file.slice(folder.length + 1)),
    ['comparison.png', 'comparison.csv', 'curves.png'],
  );
  const [grid, , curves] = await Promise.all(files.map((file) => readFile(file)));
  const { width = 0, height = 0 } = await sharp(grid).metadata();
  t.true(width > 6 * 128 && height > 2 * 32, `${width}x${height}`);
  t.true(((await sharp(curves).metadata()).width ?? 0) > 700);
  const lines = comparisonTable(variations, pairs).trimEnd().split('\n');
  t.is(lines.length, 1 + 8);
  t.true(
    lines[0].startsWith('content,style,recipe.optimizer,recipe.steps,initial_loss,final_loss,final_loss.'),
  );
  const columns = lines[0].split(',');
  const last = lines[8].split(',');
  t.deepEqual([last[2], last[3], last[columns.indexOf('evaluations')]], ['sgd', '5', '6']);
  t.is(Number(last[columns.indexOf('final_loss')]), pairs[1].results[3].facts.loss?.final.total ?? 0);
});

test('reports a wrong value before it makes anything', async (t) => {
  const job = await smallJob();
  t.teardown(() => job.remove());
  const error = await t.throwsAsync(
    compare(job.file, variationsOf(['recipe.optimizer=adam,adan']), { pairs: 1, onProgress: () => t.fail() }),
    { instanceOf: WildstyleError },
  );
  t.regex(error?.message ?? '', /--vary recipe\.optimizer=adan: .*did you mean "adam"/);
});
