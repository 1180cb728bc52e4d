import { join } from 'node:path';
import test from 'ava';
import { loadJob, parseJob } from '../../src/job/load.js';
import { recipeSchema } from '../../src/stylize/recipe.js';
import { folderWith } from './folder.js';

const head = 'content: { root: content }\nstyle: { root: style }\noutput: { root: out }\n';

test('the smallest job has every default, and absolute paths', (t) => {
  const job = parseJob('/data/jobs/job.yaml', head);
  t.like(job, {
    file: '/data/jobs/job.yaml',
    seed: 0,
    content: { root: '/data/jobs/content', labels: 'folders' },
    style: { root: '/data/jobs/style' },
    sampling: { stylesPerContent: 1, styles: 'uniform', balanceClasses: false, keepOriginals: true },
    output: { root: '/data/jobs/out', format: 'jpeg', quality: 92, split: 'train' },
    run: { workers: 'auto', threads: 'auto', batch: 'auto', engine: 'onnx', device: 'cpu', maxFailures: 0 },
  });
  t.is(job.run.inputLimits.maxPixels, 64e6);
  t.deepEqual(job.recipe, recipeSchema.parse({}) as typeof job.recipe);
  t.deepEqual(JSON.parse(JSON.stringify(job)), job);
});

test('paths of labels and weights are resolved as well', (t) => {
  const job = parseJob(
    '/data/jobs/job.yaml',
    'content: { root: /images, labels: { csv: ../labels.csv } }\nstyle: { root: s }\noutput: { root: o }\nrun: { weights: w.safetensors }',
  );
  t.is(job.content.root, '/images');
  t.deepEqual(job.content.labels, { csv: '/data/labels.csv', file: 'file', label: 'label' });
  t.is(job.run.weights, '/data/jobs/w.safetensors');
});

test('a job is read from a file', async (t) => {
  const folder = folderWith(t, { 'job.yaml': `\ufeff${head.replaceAll('\n', '\r\n')}seed: 7\r\n` });
  const job = await loadJob(join(folder, 'job.yaml'));
  t.is(job.seed, 7);
  t.is(job.output.root, join(folder, 'out'));
});

test('every parameter of a recipe may be a distribution', (t) => {
  const { recipe } = parseJob(
    'job.yaml',
    `${head}
recipe:
  network: { choice: { vgg19: 3, random: 1 } }
  size: { uniform: [128, 256] }
  init: { content: { uniform: [0.2, 0.8] }, noise: 1 }
  style: { strength: { logUniform: [3, 30] }, layers: { choice: [[relu1_1], { relu2_1: 2 }] } }
  learningRate: { choice: [0.1, 0.2] }
`,
  );
  t.like(recipe, {
    network: { choice: { vgg19: 3, random: 1 } },
    size: { uniform: [128, 256] },
    init: { content: { uniform: [0.2, 0.8] }, style: 0, noise: 1 },
    learningRate: { choice: [0.1, 0.2] },
    steps: 150,
  });
  t.like(recipe.style, { loss: 'gram', strength: { logUniform: [3, 30] } });
});

/** Values of the leaves that have no default. */
const optional: Readonly<Record<string, unknown>> = {
  pooling: 'average',
  totalVariation: 0.1,
  optimizer: 'adam',
  learningRate: 0.5,
};

test('every leaf of the recipe takes a choice, and nothing else changes', (t) => {
  for (const name of Object.keys(recipeSchema.shape)) {
    if (name === 'content' || name === 'style') continue;
    const value = optional[name] ?? recipeSchema.parse({})[name as 'size'];
    const job = parseJob('job.yaml', `${head}recipe: { ${name}: { choice: [${JSON.stringify(value)}] } }`);
    t.deepEqual(
      job.recipe,
      { ...recipeSchema.parse({}), [name]: { choice: [value] } } as typeof job.recipe,
      name,
    );
  }
});
