import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { verifyDataset } from '../../src/index.js';
import { smallCounts, smallJob } from '../support/small-job.js';

const example = fileURLToPath(new URL('../../scripts/example.js', import.meta.url));

test('the example of the library makes a dataset, and stylizes and measures an array', async (t) => {
  const job = await smallJob();
  t.teardown(job.remove);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [example, job.file, 'recipe.steps=2', 'sampling.stylesPerContent=1'],
    { env: { ...process.env, XDG_CACHE_HOME: job.cache } },
  );
  const lines = stdout.trim().split('\n');
  t.is(lines[0], 'planned: 6 stylized images');
  t.true(lines.includes(`complete: ${6 + smallCounts.originals} images in ${job.out}`));
  t.deepEqual((await verifyDataset(job.out)).problems, []);

  const [, before, after] = /^loss ([\d.]+) -> ([\d.]+)$/m.exec(stdout) ?? [];
  t.true(Number(after) < Number(before) / 2, stdout);
  const terms = lines.filter((line) => / x \d+/.test(line)).map((line) => line.split(':')[0]?.trim());
  const layers = ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1'].map((layer) => `style ${layer}`);
  t.deepEqual(terms, ['content relu4_1', ...layers, 'totalVariation']);
  t.is(lines.at(-1), 'gradient [1,48,64,3]');
});
