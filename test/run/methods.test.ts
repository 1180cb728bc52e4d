/** A job that draws its method. @module */
import test from 'ava';
import { readManifest } from '../../src/dataset/ledger/manifest.js';
import { isStylized } from '../../src/dataset/ledger/record-kinds.js';
import { verifyDataset } from '../../src/dataset/verify/verify.js';
import { loadJob } from '../../src/job/load.js';
import { methodNames } from '../../src/methods/index.js';
import { prepare } from '../../src/run/preparing/prepare.js';
import { runPlan } from '../../src/run/run.js';
import { smallJob } from '../support/small-job.js';

test('images of several methods are in one manifest, and verify', async (t) => {
  const job = await smallJob({
    sampling: { stylesPerContent: 3 },
    recipe: { method: { choice: methodNames }, blend: { choice: [1, 0.5, { half: 'left' }] } },
  });
  process.env.XDG_CACHE_HOME = job.cache;
  try {
    await runPlan(await prepare(await loadJob(job.file)));
    const stylized = (await readManifest(job.out)).filter(isStylized);
    t.is(stylized.length, 18);
    t.deepEqual([...new Set(stylized.map(({ method }) => method))].sort(), [...methodNames].sort());
    for (const { method, applied, drawn } of stylized) {
      t.is(applied.method, method);
      t.deepEqual(applied, drawn);
    }
    t.deepEqual((await verifyDataset(job.out)).problems, []);
  } finally {
    await job.remove();
  }
});

test('a method without a network needs no weights', async (t) => {
  const job = await smallJob({ recipe: { method: 'fda', network: 'vgg19', fda: { beta: 0.1 } } });
  process.env.XDG_CACHE_HOME = job.cache;
  try {
    const { plan, weightsFiles } = await prepare(await loadJob(job.file));
    t.deepEqual(weightsFiles, {});
    t.deepEqual(
      [...plan.items()].flatMap((item) => (item.kind === 'stylized' ? [item.recipe] : []))[0] as object,
      { method: 'fda', size: 32, fit: 'keep', fda: { beta: 0.1 }, blend: 1 },
    );
  } finally {
    await job.remove();
  }
});
