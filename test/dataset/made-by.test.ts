import test from 'ava';
import { datasetCard } from '../../src/dataset/card/card.js';
import { madeBy } from '../../src/dataset/made-by.js';
import type { DatasetSummary } from '../../src/dataset/summary.js';
import { makeDataset } from './make-dataset.js';
import { temporaryFolder } from './support.js';

const of = (...methods: unknown[]) => {
  const [job, ...earlierJobs] = methods.map((method) => ({ recipe: { method } }));
  return madeBy({ job, earlierJobs });
};

test('descriptions name the methods that were used', (t) => {
  t.is(madeBy({ job: {}, earlierJobs: [] }).methods, 'neural style transfer');
  t.regex(of('optimize').about, /, and the look of a style image$/);
  t.is(of('fda').methods, 'Fourier domain adaptation');
  t.regex(of({ choice: ['fda', 'histogram'] }).about, /, and the colors of a style image$/);
  t.is(
    of({ choice: { fda: 1, colorTransfer: 2, histogram: 1, optimize: 0 } }).methods,
    'Fourier domain adaptation, histogram matching and color transfer',
  );
  t.is(of('histogram', 'optimize').methods, 'neural style transfer and histogram matching');
  t.deepEqual(of('none'), {
    methods: 'classical augmentation',
    about: 'each image is a content image, at most augmented, with its label',
    hasStyle: false,
  });
  t.regex(of({ choice: ['none', 'optimize'] }).about, /; those with the method `none` are a content image/);
});

test('the card: methods, singular forms, and what the gate left out is no failure', async (t) => {
  const { summary } = await makeDataset(await temporaryFolder(t));
  const kept = { judged: 1, first: 0, kept: 0 };
  const gate = {
    ...kept,
    unjudged: 0,
    classes: { cat: kept },
    styles: {},
    strengths: { 'without strength': kept },
  };
  const changed: DatasetSummary = {
    ...summary,
    job: { ...summary.job, recipe: { method: 'none' } },
    counts: {
      ...summary.counts,
      stylized: 1,
      originals: 1,
      classes: { cat: { stylized: 1, originals: 1, failed: 1, pending: 0 } },
      errors: { 'label-lost': 1 },
      gate,
    },
  };
  const card = datasetCard({ name: 'Pets', summary: changed, sample: [] });
  t.regex(
    card,
    /1 stylized image and 1 original in 1 class\. Created by wildstyle 0\.1\.0 with classical augmentation: /,
  );
  t.notRegex(card, /neural style transfer|- style-transfer|look of a style/);
  t.regex(card, /^\| class \| stylized \| originals \| missing \|$/m);
  t.regex(card, /^1 image no longer showed the class and was left out, as the job says \(`label-lost`\)\.$/m);
  t.notRegex(card, /Failures by code|strength without strength/);
  const both = { ...gate, strengths: { 'without strength': kept, 'up to 1': kept } };
  const more = datasetCard({
    name: 'Pets',
    summary: { ...changed, counts: { ...changed.counts, gate: both } },
    sample: [],
  });
  t.regex(more, /^\| without strength \| 1 \|/m);
  t.regex(more, /^\| strength up to 1 \| 1 \|/m);
});
