import { createHash } from 'node:crypto';
import test from 'ava';
import { benchPlan } from '../../scripts/bench/plan.js';
import type { OptimizeRecipe } from '../../src/methods/optimize/recipe/resolve.js';
import type { PlanItem } from '../../src/plan/item.js';
import { makePlan } from '../../src/plan/plan.js';
import { contentOf, contentsOf, digest, jobWith, network, stylesOf } from './synthetic.js';

const varied = `
seed: 42
sampling: { stylesPerContent: 3 }
recipe: { steps: { uniform: [5, 50] }, style: { strength: { logUniform: [3, 30] } }, optimizer: { choice: { lbfgs: 1, adam: 1 } } }
`;
const inventory = { contents: contentsOf({ cat: 4, dog: 3 }), styles: stylesOf({ '': 1, old: 4 }) };

function itemsOf(lines: string, images = inventory): PlanItem[] {
  return [...makePlan(jobWith(lines), images, network).items()];
}

test('a plan has an original and stylized items for every content image, sorted by path', (t) => {
  const items = itemsOf(varied);
  t.is(items.length, 7 * 4);
  t.deepEqual(
    items.map(({ index }) => index),
    Array.from({ length: 28 }, (_, i) => i),
  );
  t.deepEqual(
    items.slice(0, 5).map(({ kind }) => kind),
    ['original', 'stylized', 'stylized', 'stylized', 'original'],
  );
  t.true(items.every(({ id }) => /^[0-9a-f]{32}$/.test(id)));
  t.is(new Set(items.map(({ id }) => id)).size, 28);
  for (const item of items) t.is(item.file, `train/${item.label}/${item.id}.jpg`);
});

test('ids and seeds are pinned: changing them changes every dataset', (t) => {
  const plan = makePlan(jobWith(varied), inventory, network);
  const [original, stylized] = plan.items();
  t.is(original.id, '3878d365a4f142aa0450c4672ef70762');
  t.is(stylized.id, '92d01c672c935f4b3cd4cb529f2fdfa2');
  t.like(stylized, { seed: 1214983736, replica: 0, sources: { style: { path: 'old/0.jpg' } } });
  t.is(plan.digest, '408b0c04b4d0b62eb807f9a0266d72a5458c644c2f0da4539813bda35f9dc989');
});

test('iterating over a plan again gives the same items', (t) => {
  const plan = makePlan(jobWith(varied), inventory, network);
  t.deepEqual([...plan.items()], [...plan.items()]);
  const again = makePlan(jobWith(varied), inventory, network);
  t.is(again.digest, plan.digest);
  const hash = createHash('sha256');
  let content = '';
  for (const { kind, file, sources } of plan.items()) {
    if (sources.content.path !== content) hash.update(`${sources.content.path}\n`);
    content = sources.content.path;
    hash.update(kind === 'stylized' ? ` ${file} ${sources.style.path}\n` : ` ${file}\n`);
  }
  t.is(plan.digest, hash.digest('hex'));
});

test('adding a content image changes no other item', (t) => {
  const before = itemsOf(varied);
  const contents = [contentOf('cat/00.jpg', 'cat'), ...inventory.contents, contentOf('zebra/0.jpg', 'zebra')];
  const after = itemsOf(varied, { ...inventory, contents });
  const known = new Set(inventory.contents.map(({ path }) => path));
  const withoutIndex = (items: PlanItem[]) => items.map(({ index: _, ...item }) => item);
  t.deepEqual(
    withoutIndex(after.filter(({ sources }) => known.has(sources.content.path))),
    withoutIndex(before),
  );
  t.is(after.length, before.length + 8);
});

test('adding a style changes only the items that now use it', (t) => {
  const added = stylesOf({ new: 1 });
  const before = new Set(itemsOf(varied).map(({ id }) => id));
  const after = itemsOf(varied, { ...inventory, styles: [...added, ...inventory.styles] });
  const changed = after.filter(({ id }) => !before.has(id));
  t.true(changed.length > 0 && changed.length <= 7);
  t.true(changed.every((item) => item.kind === 'stylized' && item.sources.style.path === 'new/0.jpg'));
});

test('the id depends on everything that determines the pixels, and on nothing else', (t) => {
  const first = (lines: string, weights = network.weights): string => {
    const plan = makePlan(
      jobWith(lines),
      { ...inventory, contents: [contentOf('a/0.jpg', 'a')] },
      { name: 'random', weights },
    );
    return [...plan.items()][1].id;
  };
  const base = first('');
  t.is(first('run: { workers: 2, engine: reference }'), base);
  t.is(first('sampling: { stylesPerContent: 4, keepOriginals: true }'), base);
  t.is(first('recipe: { network: random }'), base);
  t.is(first('recipe: { steps: { choice: [50] } }'), base);
  // Writing out the network's defaults does not change the id.
  t.is(
    first('recipe: { pooling: average, optimizer: adam, totalVariation: 0.05, style: { size: 256 } }'),
    base,
  );
  t.is(first('recipe: { style: { layers: { relu4_1: 2, relu3_1: 2, relu2_1: 2, relu1_1: 2 } } }'), base);
  t.is(first('recipe: { stages: [] }'), base);
  const others = [
    'seed: 1',
    'recipe: { steps: 51 }',
    'recipe: { style: { layers: [relu1_1] } }',
    'recipe: { totalVariation: 0.06 }',
    'recipe: { pooling: max }',
    'recipe: { stages: [{ scale: 0.5, steps: 10 }] }',
  ];
  const ids = [base, ...others.map((lines) => first(lines)), first('', 'e'.repeat(64))];
  t.is(new Set(ids).size, ids.length);

  const withOutput = (output: string) => {
    const job = jobWith();
    const plan = makePlan({ ...job, output: { ...job.output, ...JSON.parse(output) } }, inventory, network);
    return [...plan.items()].map(({ id }) => id)[0];
  };
  t.not(withOutput('{"format":"png"}'), withOutput('{}'));
  t.not(withOutput('{"quality":50}'), withOutput('{}'));
  t.is(withOutput('{"format":"png","quality":50}'), withOutput('{"format":"png"}'));
  t.is(withOutput('{"split":"test","root":"/elsewhere"}'), withOutput('{}'));
});

test('items beyond the number of styles are replicas with independent draws', (t) => {
  const images = { contents: [contentOf('a/0.jpg', 'a')], styles: stylesOf({ s: 2 }) };
  const items = itemsOf(`${varied.replace('3 }', '5, keepOriginals: false }')}`, images);
  t.deepEqual(
    items.map((item) => item.kind === 'stylized' && item.replica),
    [0, 0, 1, 1, 2],
  );
  t.is(new Set(items.map((item) => item.kind === 'stylized' && item.seed)).size, 5);
  t.is(
    new Set(items.map((item) => item.kind === 'stylized' && (item.recipe as OptimizeRecipe).style.strength))
      .size,
    5,
  );
  t.is(new Set(items.map((item) => item.kind === 'stylized' && item.sources.style.path)).size, 2);
});

test('counts match the items', (t) => {
  const plan = makePlan(
    jobWith('sampling: { stylesPerContent: 2, balanceClasses: true, limit: 9 }'),
    { ...inventory, contents: contentsOf({ cat: 4, dog: 1 }) },
    network,
  );
  const items = [...plan.items()];
  const { counts } = plan;
  t.is(counts.total, items.length);
  t.is(counts.stylized, 9);
  t.deepEqual(counts.classes, [
    { label: 'cat', contents: 4, originals: 4, stylized: 4 },
    { label: 'dog', contents: 1, originals: 1, stylized: 5 },
  ]);
  for (const { path, stylized } of counts.styles) {
    t.is(
      items.filter((item) => item.kind === 'stylized' && item.sources.style.path === path).length,
      stylized,
    );
  }
  t.is(counts.styles.length, 5);
});

test('a content image omitted by the limit has no original, either', (t) => {
  const items = itemsOf('sampling: { limit: 2 }');
  t.deepEqual(
    items.map(({ kind }) => kind),
    ['original', 'stylized', 'original', 'stylized'],
  );
  t.deepEqual(new Set(items.map(({ label }) => label)), new Set(['cat', 'dog']));
  t.deepEqual(
    itemsOf('sampling: { limit: 2, keepOriginals: false }').map(({ kind }) => kind),
    ['stylized', 'stylized'],
  );
});

test('round robin uses all styles equally often', (t) => {
  const { counts } = makePlan(
    jobWith('sampling: { styles: roundRobin, stylesPerContent: 5 }'),
    inventory,
    network,
  );
  t.deepEqual(
    counts.styles.map(({ stylized }) => stylized),
    [7, 7, 7, 7, 7],
  );
  // If a content image does not use all styles, the next one continues where it stopped.
  const countsOf = (styles: string) =>
    makePlan(
      jobWith(`sampling: { styles: ${styles}, stylesPerContent: 3 }`),
      inventory,
      network,
    ).counts.styles.map(({ stylized }) => stylized);
  t.deepEqual(countsOf('roundRobin'), [5, 4, 4, 4, 4]);
  t.notDeepEqual(countsOf('uniform'), [5, 4, 4, 4, 4]);
});

test('without labels, images are stored directly in the split folder', (t) => {
  const [item] = itemsOf('', { ...inventory, contents: [contentOf('a.jpg', null)] });
  t.is(item.file, `train/${item.id}.jpg`);
});

test('parameters summarize the drawn values', (t) => {
  const plan = makePlan(jobWith(varied), inventory, network);
  const recipes = [...plan.items()].flatMap((item) =>
    item.kind === 'stylized' ? [item.recipe as OptimizeRecipe] : [],
  );
  const of = (path: string) => plan.parameters.find((parameter) => parameter.path === path);
  const steps = recipes.map((recipe) => recipe.steps);
  t.like(of('steps'), { kind: 'range', minimum: Math.min(...steps), maximum: Math.max(...steps) });
  const lbfgs = recipes.filter(({ optimizer }) => optimizer === 'lbfgs').length;
  const chosen = of('optimizer');
  t.is(chosen?.kind === 'choice' && chosen.counts.find(({ value }) => value === 'lbfgs')?.items, lbfgs);
  t.deepEqual(of('network'), { path: 'network', kind: 'constant', value: 'random' });
  t.deepEqual(of('style.loss'), { path: 'style.loss', kind: 'constant', value: 'gram' });
  t.is(of('learningRate'), undefined);
});

test('only parameters of methods that make an image are told', (t) => {
  const keysOf = (text: string) =>
    new Set(makePlan(jobWith(text), inventory, network).parameters.map(({ path }) => path.split('.')[0]));
  const direct = ['method', 'size', 'fit', 'fda', 'blend'];
  t.deepEqual([...keysOf('recipe: { method: fda }')].sort(), direct.toSorted());
  t.false(keysOf('recipe: { method: { choice: [histogram, colorTransfer] } }').has('fda'));
  t.true(keysOf('recipe: { method: fda }\ngate: {}').has('network'));
  t.true(keysOf('recipe: { method: { choice: [fda, optimize] } }').has('steps'));
  t.false(keysOf('recipe: { method: optimize }').has('fda'));
});

test('a network that can be drawn needs its weights', (t) => {
  const job = jobWith('recipe: { network: { choice: [vgg19, random] } }');
  t.throws(() => [...makePlan(job, inventory, network).items()], {
    code: 'weights-missing',
    message: 'The recipe draws the network "vgg19", but its weights were not found.',
  });
  const weights = { vgg19: digest('a'), random: digest('b') };
  t.is([...makePlan(job, inventory, { name: 'random', weights }).items()].length, 14);
});

test('stylesPerContent 0 makes a plain split with every content image', (t) => {
  const plan = makePlan(jobWith('sampling: { stylesPerContent: 0 }'), inventory, network);
  t.deepEqual([...new Set([...plan.items()].map(({ kind }) => kind))], ['original']);
  t.like(plan.counts, { total: 7, originals: 7, stylized: 0 });
  t.deepEqual(
    plan.counts.classes.map(({ label, originals }) => [label, originals]),
    [
      ['cat', 4],
      ['dog', 3],
    ],
  );
  t.throws(() => jobWith('sampling: { stylesPerContent: 0, keepOriginals: false }'), {
    message: /there is nothing to make/,
  });
});

test('the benchmark counts its planned items', async (t) => {
  const { items, seconds, peakMb } = await benchPlan({ contents: 500, styles: 30 });
  t.is(items, 2000);
  t.true(seconds > 0 && peakMb > 0);
});

test('a choice of lists is counted by value, not once for each item', (t) => {
  const layers = 'recipe: { style: { layers: { choice: [[relu1_1, relu2_1], [relu3_1]] } } }';
  const { parameters } = makePlan(jobWith(layers), inventory, network);
  const chosen = parameters.find(({ path }) => path === 'style.layers');
  const counts = chosen?.kind === 'choice' ? chosen.counts : [];
  const sizeOf = (value: unknown) => Object.keys(value as object).length;
  t.deepEqual(
    counts.map(({ value }) => value).sort((a, b) => sizeOf(a) - sizeOf(b)),
    [{ relu3_1: 1 }, { relu1_1: 0.5, relu2_1: 0.5 }],
  );
  t.is(
    counts.reduce((sum, { items }) => sum + items, 0),
    7,
  );
});

test('a parameter that acts through another is shown as written', (t) => {
  const scale = { choice: [0.5, 1, 1.5] };
  const { parameters } = makePlan(
    jobWith(`recipe: { style: { scale: ${JSON.stringify(scale)} } }`),
    inventory,
    network,
  );
  t.deepEqual(
    parameters.find(({ path }) => path === 'style.scale'),
    { path: 'style.scale', kind: 'constant', value: scale },
  );
});

test('a plain split draws no parameters', (t) => {
  t.deepEqual(makePlan(jobWith('sampling: { stylesPerContent: 0 }'), inventory, network).parameters, []);
});
