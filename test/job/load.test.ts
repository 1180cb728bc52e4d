import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { WildstyleError } from '../../src/errors.js';
import { loadJob, parseJob } from '../../src/job/load.js';
import { recipeSchema } from '../../src/methods/recipe.js';
import { folderWith } from './folder.js';

const head = 'content: { root: content }\nstyle: { root: style }\noutput: { root: out }\n';

test('a minimal job gets all defaults and absolute paths', (t) => {
  const job = parseJob('/data/jobs/job.yaml', head);
  t.like(job, {
    file: '/data/jobs/job.yaml',
    seed: 0,
    content: { root: '/data/jobs/content', labels: 'folders' },
    style: { root: '/data/jobs/style' },
    sampling: { stylesPerContent: 1, styles: 'uniform', balanceClasses: false, keepOriginals: true },
    output: { root: '/data/jobs/out', format: 'jpeg', quality: 92, split: 'train' },
    run: {
      workers: 'auto',
      threads: 'auto',
      batch: 'auto',
      engine: 'onnx',
      device: 'cpu',
      precision: 'float32',
      maxFailures: 0,
    },
  });
  t.is(job.run.inputLimits.maxPixels, 64e6);
  t.deepEqual(job.recipe, recipeSchema.parse({}) as typeof job.recipe);
  t.deepEqual(JSON.parse(JSON.stringify(job)), job);
});

test('label and weights paths are resolved too', (t) => {
  const job = parseJob(
    '/data/jobs/job.yaml',
    'content: { root: /images, labels: { csv: ../labels.csv } }\nstyle: { root: s }\noutput: { root: o }\nrecipe: { network: vgg19 }\nrun: { weights: w.safetensors }',
  );
  t.is(job.content.root, '/images');
  t.deepEqual(job.content.labels, { csv: '/data/labels.csv', file: 'file', label: 'label' });
  t.is(job.run.weights, '/data/jobs/w.safetensors');
});

test('loads a job from a file', async (t) => {
  const folder = folderWith(t, {
    'job.yaml': `\ufeff${head.replaceAll('\n', '\r\n')}seed: 7\r\n`,
    'content/1.jpg': '',
    'style/1.jpg': '',
  });
  const job = await loadJob(join(folder, 'job.yaml'));
  t.is(job.seed, 7);
  t.is(job.output.root, join(folder, 'out'));
});

test('a weights file that no network of the job reads is reported at its key', async (t) => {
  const job =
    'content: { root: . }\nstyle: { root: . }\noutput: { root: ../o }\nrun: { weights: job.yaml }\nrecipe: { network: NAME }\n';
  const given = (network: string, weights = 'job.yaml') =>
    job.replace('NAME', network).replace('weights: job.yaml', `weights: ${weights}`);
  const folder = folderWith(t, {
    'job.yaml': given('compact'),
    'drawn.yaml': given('{ choice: [compact, random] }'),
    'named.yaml': given('compact', '{ vgg19: job.yaml, compact: job.yaml }'),
    'refused.yaml': given('vgg19', '{ random: job.yaml }'),
    'used.yaml': given('{ choice: [compact, vgg19] }'),
  });
  const load = (name: string, overrides: string[] = []) => loadJob(join(folder, name), { overrides });
  for (const name of ['job.yaml', 'drawn.yaml']) {
    const error = await t.throwsAsync(load(name), { instanceOf: WildstyleError });
    t.is(error?.code, 'job-invalid');
    const expected = `${name}:4:17 run.weights: no network of this job reads weights; set network: vgg19`;
    t.true(error?.message.includes(expected), error?.message);
  }
  const overridden = await t.throwsAsync(load('used.yaml', ['recipe.network=compact']));
  t.regex(overridden?.message ?? '', /run\.weights: no network of this job reads weights/);
  const refused = await t.throwsAsync(load('refused.yaml'));
  t.regex(
    refused?.message ?? '',
    /refused\.yaml:4:19 run\.weights\.random: the network random takes no weights/,
  );
  await t.notThrowsAsync(load('named.yaml'));
  await t.notThrowsAsync(load('used.yaml'));
});

test('missing paths are reported with their lines, together with all other problems', async (t) => {
  const folder = folderWith(t, {
    'job.yaml':
      'content: { root: fotos, labels: { csv: labels.csv } }\nstyle: { root: job.yaml }\noutput: { root: o }\nrun: { weights: w }\nrecipe: { network: vgg19 }\n',
    'wrong.yaml':
      'content: { root: fotos }\nstyle: { root: . }\noutput: { root: ../o }\nrecipe: { stpes: 3, content: { layers: [relu9_9] } }\n',
    'style.yaml': 'content: { root: . }\nstyle: { root: st }\noutput: { root: ../o }\n',
  });
  const errorOf = async (name: string, overrides: string[] = []) => {
    const error = await t.throwsAsync(loadJob(join(folder, name), { overrides }), {
      instanceOf: WildstyleError,
    });
    const lines = error?.message.replaceAll(`${folder}/`, '').split('\n') ?? [];
    return { code: error?.code, cure: error?.cure, said: lines.filter((line) => !line.startsWith(' ')) };
  };
  const cure =
    'Correct the path. Paths in the job file are relative to its folder; --out and --weights are relative to the working directory.';
  t.deepEqual(await errorOf('job.yaml'), {
    code: 'content-missing',
    cure,
    said: [
      'job.yaml:1:18 content.root: fotos does not exist',
      'job.yaml:1:40 content.labels.csv: labels.csv does not exist',
      'job.yaml:2:16 style.root: job.yaml is not a folder',
      'job.yaml:4:17 run.weights: w does not exist',
    ],
  });
  t.like(await errorOf('style.yaml'), { code: 'style-missing', cure });
  symlinkSync('loop', join(folder, 'loop'));
  for (const odd of ['loop', 'n'.repeat(300), 'a\\0b']) {
    const { code, said } = await errorOf('style.yaml', [`style.root="${odd}"`]);
    t.is(code, 'style-missing', odd);
    t.regex(said[0], /^--set style\.root=.*: style\.root: .* does not exist$/);
  }
  writeFileSync(join(folder, 'lacking.yaml'), 'content: { root: fotos }\nstyle: { rot: none }\noutput: {}\n');
  t.deepEqual(
    (await errorOf('lacking.yaml')).said.map((line) => line.split(';')[0]),
    [
      'lacking.yaml:1:18 content.root: fotos does not exist',
      'lacking.yaml:2:10 style: unknown key "rot"',
      'lacking.yaml:3:1 output: missing key "root": Folder for the dataset, relative to the job file',
    ],
  );
  t.deepEqual(await errorOf('wrong.yaml', ['nope', 'style.root=st']), {
    code: 'job-invalid',
    cure: undefined,
    said: [
      'wrong.yaml:1:18 content.root: fotos does not exist',
      'wrong.yaml:4:11 recipe: unknown key "stpes"; did you mean "steps"?',
      'wrong.yaml:4:41 recipe.content.layers[0]: compact has no layer "relu9_9"; did you mean "relu1_1"?',
      '--set nope is not of the form key=value.',
      '--set style.root=st: style.root: st does not exist',
    ],
  });
});

test('every parameter of a recipe can be a distribution', (t) => {
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
    steps: 50,
  });
  t.like(recipe.style, { loss: 'gram', strength: { logUniform: [3, 30] } });
});

/** Values for the leaves without a default. */
const optional: Readonly<Record<string, unknown>> = {
  pooling: 'average',
  smoothing: true,
  totalVariation: 0.1,
  optimizer: 'adam',
  learningRate: 0.5,
  decay: 'none',
  history: 5,
  momentum: 0.5,
  stages: [],
};

test('every leaf of the recipe accepts a choice, and nothing else changes', (t) => {
  for (const name of Object.keys(recipeSchema.shape)) {
    if (['preset', 'content', 'style', 'fda', 'augment'].includes(name)) continue;
    const value = optional[name] ?? recipeSchema.parse({})[name as 'size'];
    const job = parseJob('job.yaml', `${head}recipe: { ${name}: { choice: [${JSON.stringify(value)}] } }`);
    t.deepEqual(
      job.recipe,
      { ...recipeSchema.parse({}), [name]: { choice: [value] } } as typeof job.recipe,
      name,
    );
  }
});
