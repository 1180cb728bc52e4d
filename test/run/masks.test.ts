/** A run whose images are guided by masks. @module */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import { readManifest } from '../../src/dataset/ledger/manifest.js';
import { loadJob } from '../../src/job/load.js';
import { prepare } from '../../src/run/preparing/prepare.js';
import { runPlan } from '../../src/run/run.js';
import { type SmallJob, smallClasses, smallJob } from '../support/small-job.js';

/** A mask with a left part in red. */
async function mask(of: string, share = 0.5): Promise<Buffer> {
  const { width, height } = await sharp(of).metadata();
  const red = {
    create: { width: Math.round(width * share), height, channels: 3, background: '#ff0000' },
  } as const;
  const part = await sharp(red).png().toBuffer();
  return sharp({ create: { width, height, channels: 3, background: '#000000' } })
    .composite([{ input: part, left: 0, top: 0 }])
    .png()
    .toBuffer();
}

const paths = Object.entries(smallClasses).flatMap(([label, motifs]) =>
  motifs.map((motif) => `${label}/${motif}`),
);

async function addMasks(job: SmallJob): Promise<void> {
  for (const path of paths)
    await job.put(`content/${path}.mask.png`, await mask(join(job.contentRoot, `${path}.png`)));
  for (const name of ['rings', 'stripes', 'noise'])
    await job.put(`masks/${name}.png`, await mask(join(job.styleRoot, `${name}.png`), 0.3));
}

const withMasks = {
  content: { root: 'content', masks: 'beside' },
  style: { root: 'style', masks: { root: 'masks' } },
  sampling: { stylesPerContent: 1, keepOriginals: false, limit: 3 },
};

test('masks are found, recorded and used, and their digests are in the ids', async (t) => {
  const job = await smallJob(withMasks);
  t.teardown(() => job.remove());
  await addMasks(job);
  const prepared = await prepare(await loadJob(job.file));
  t.is(prepared.inventory.contents.length, 6, 'masks are no content images');
  t.true(prepared.inventory.contents.every(({ mask: found }) => found?.path.endsWith('.mask.png')));
  t.is((await runPlan(prepared)).status, 'complete');
  const records = await readManifest(job.out);
  for (const record of records) {
    t.like(record, { status: 'complete' });
    const { regions, loss, sources } = record as unknown as {
      regions: { color: string; share: number }[];
      loss: { final: { terms: object } };
      sources: { content: { mask: { path: string } }; style: { mask: { sha256: string } } };
    };
    t.deepEqual(
      regions.map(({ color }) => color),
      ['#000000', '#ff0000'],
    );
    t.true(Object.keys(loss.final.terms).includes('style.gram#2'));
    t.true(sources.content.mask.path.endsWith('.mask.png'));
    t.is(sources.style.mask.sha256.length, 64);
  }

  const ids = new Set(records.map(({ id }) => id));
  for (const path of paths)
    await job.put(`content/${path}.mask.png`, await mask(join(job.contentRoot, `${path}.png`), 0.7));
  const changed = await prepare(await loadJob(job.file));
  t.true([...changed.plan.items()].every(({ id }) => !ids.has(id)));
  await t.throwsAsync(runPlan(changed), {
    code: 'output-differs',
    message: /content images changed: 6 .*\(mask\)/,
  });
});

test('an image without a mask is told, and is one region', async (t) => {
  const job = await smallJob(withMasks);
  t.teardown(() => job.remove());
  await addMasks(job);
  await rm(join(job.contentRoot, 'clouds/noise.mask.png'));
  const { warnings, plan } = await prepare(await loadJob(job.file));
  t.true(
    warnings.includes(
      '1 of 6 content images have no mask, such as clouds/noise.png; each counts as one region',
    ),
    warnings.join('\n'),
  );
  t.is(plan.counts.stylized, 3);
});

test('masks without use are refused', async (t) => {
  const messages: [changes: object, message: RegExp][] = [
    [{ content: { root: 'content', masks: 'beside' } }, /content\.masks: style\.masks is missing/],
    [{ style: { root: 'style', masks: 'beside' } }, /style\.masks: content\.masks is missing/],
    [{ recipe: { blend: { '#ff0000': 0.5 } } }, /recipe\.blend: content\.masks is missing/],
    [{ recipe: { blend: { red: 0.5 } } }, /must be a color such as #ff0000/],
    [
      { ...withMasks, style: { root: 'style', masks: { root: 'none' } } },
      /style\.masks\.root: .*none does not exist/,
    ],
  ];
  for (const [changes, message] of messages) {
    const job = await smallJob(changes as Record<string, unknown>);
    await t.throwsAsync(loadJob(job.file), { message });
    await job.remove();
  }
});
