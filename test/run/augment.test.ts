/** A job with classical augmentations. @module */
import test from 'ava';
import { readManifest } from '../../src/dataset/ledger/manifest.js';
import { isStylized } from '../../src/dataset/ledger/record-kinds.js';
import { loadJob } from '../../src/job/load.js';
import { prepare } from '../../src/run/preparing/prepare.js';
import { runPlan } from '../../src/run/run.js';
import { smallJob } from '../support/small-job.js';

const augment = {
  before: { flip: { choice: ['none', 'horizontal'] }, noise: { uniform: [0, 0.1] } },
  after: { affine: { rotate: { uniform: [-20, 20] } }, jpeg: { uniform: [40, 90] } },
};

test('augmentations are drawn, recorded and part of the ids', async (t) => {
  const plain = await smallJob({ recipe: { method: 'histogram' } });
  const job = await smallJob({
    recipe: { method: { choice: ['histogram', 'optimize'] }, augment, stages: [{ scale: 0.5, steps: 2 }] },
  });
  process.env.XDG_CACHE_HOME = job.cache;
  try {
    const ids = new Set([...(await prepare(await loadJob(plain.file))).plan.items()].map(({ id }) => id));
    await runPlan(await prepare(await loadJob(job.file)));
    const stylized = (await readManifest(job.out)).filter(isStylized);
    t.is(stylized.length, 12);
    t.false(stylized.some(({ id }) => ids.has(id)));
    const drawn = stylized.map(
      ({ applied }) => applied.augment as { after: { jpeg: number }; before?: { flip?: string } },
    );
    t.true(new Set(drawn.map(({ after }) => after.jpeg)).size > 6);
    t.true(new Set(drawn.map(({ before }) => before?.flip)).size === 2);
    t.true(drawn.every(({ after }) => Number.isInteger(after.jpeg) && after.jpeg >= 40 && after.jpeg <= 90));
  } finally {
    await Promise.all([job.remove(), plain.remove()]);
  }
});

test('boxes move along, and masks of regions do', async (t) => {
  const flip = { before: { flip: 'horizontal' }, after: { flip: 'vertical' } };
  const job = await smallJob({
    content: { root: 'content', annotations: { format: 'yolo', path: 'labels', names: ['thing'] } },
    recipe: { method: 'none', fit: 'stretch', augment: flip },
  });
  process.env.XDG_CACHE_HOME = job.cache;
  try {
    await job.put('labels/ponds/rings.txt', '0 0.25 0.25 0.25 0.5\n');
    await runPlan(await prepare(await loadJob(job.file)));
    const [made] = (await readManifest(job.out))
      .filter(isStylized)
      .filter(({ sources }) => (sources as { content: { path: string } }).content.path === 'ponds/rings.png');
    t.deepEqual(made.objects?.[0].bbox, [20, 16, 8, 16]);
    t.is(made.edgeF1, 1);
  } finally {
    await job.remove();
  }
});
