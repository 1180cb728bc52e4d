/**
 * `npm run proof [-- --json]`: does style augmentation help? Trains one small classifier, with the same number of steps, on
 * originals and on originals with several kinds of extra images, and tests on clean, corrupted, painted, drawn
 * and cue-conflict images. Resumes where it stopped.
 * @module
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createEngine } from '../../src/engine/index.js';
import { publishFile } from '../../src/files/publish.js';
import { type Labeled, trainClassifier } from './classifier.js';
import { arms, conflictRecipe, type LabeledFile, makeDataset } from './datasets.js';
import { drawingsIn } from './drawings.js';
import { classes, layOut } from './photographs.js';
import { type ArmRow, markdownOf, type ProofResult, plotOf } from './report.js';
import { differenceOf, intervalOf } from './statistics.js';
import { corrupted, corruptions, labeled, type Picture, picturesOf } from './test-sets.js';

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '../shared/images' },
    work: { type: 'string', default: 'out/proof' },
    'per-class': { type: 'string', default: '30' },
    seeds: { type: 'string', default: '5' },
    steps: { type: 'string', default: '400' },
    size: { type: 'string', default: '48' },
    styles: { type: 'string', default: '3' },
    write: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const [perClass, seeds, steps, sizePx, stylesPerContent] = [
  values['per-class'],
  values.seeds,
  values.steps,
  values.size,
  values.styles,
].map(Number);
const [work, images] = [resolve(values.work), resolve(values.images)];
const names = Object.keys(classes);
const baselines = ['originals, repeated', 'originals, a quarter of the steps', '+ classical'];
/** The painting that no training set has. */
const unseen = 'the_scream*';

const say = (line: string) => process.stderr.write(`${line}\n`);

async function filesIn(root: string): Promise<LabeledFile[]> {
  const found = await Promise.all(
    names.map(async (label) =>
      (await readdir(join(root, label))).sort().map((file) => ({
        file: join(root, label, file),
        label,
        styleFolder: '',
      })),
    ),
  );
  return found.flat();
}

/** Accuracy in percent on the tests, read from disk if it is known. */
async function remembered(
  path: string,
  tests: readonly string[],
  measure: () => Promise<Record<string, number>>,
): Promise<Record<string, number>> {
  const known = await readFile(path, 'utf8').catch(() => undefined);
  const accuracy = JSON.parse(known ?? '{}') as Record<string, number>;
  if (tests.every((test) => test in accuracy)) return accuracy;
  const measured = await measure();
  await publishFile(path, JSON.stringify(measured), { temporaryFolder: join(work, 'results') });
  return measured;
}

async function main(): Promise<void> {
  await mkdir(join(work, 'results'), { recursive: true });
  const folders = await layOut(images, work, perClass);
  const styleRoot = join(images, 'style');
  const painted = { root: styleRoot, exclude: [unseen] };
  const extra: Record<string, readonly Picture[]> = {};
  for (const [name, recipe] of Object.entries(arms)) {
    say(`dataset ${name}`);
    const content = folders.train;
    const made = await makeDataset(work, name, { content, style: painted, recipe, stylesPerContent, sizePx });
    extra[name] = await picturesOf(made, sizePx);
  }
  const content = folders.test;
  const common = { content, recipe: conflictRecipe, stylesPerContent: 1, sizePx };
  say('test sets');
  const paintedTest = await makeDataset(work, 'painted', {
    ...common,
    style: { root: styleRoot, include: [unseen] },
  });
  const conflict = await makeDataset(work, 'conflict', { ...common, style: { root: content } });

  const clean = await picturesOf(await filesIn(folders.test), sizePx);
  const tests: Record<string, Labeled> = { clean: labeled(clean, names) };
  for (const name of Object.keys(corruptions)) tests[name] = labeled(await corrupted(clean, name), names);
  tests.painted = labeled(await picturesOf(paintedTest, sizePx), names);
  const drawn = await drawingsIn(work);
  if (typeof drawn === 'string') say(`no drawings: ${drawn}`);
  else tests.drawings = labeled(await picturesOf(drawn, sizePx), names);
  const conflicting = conflict.filter(({ label, styleFolder }) => label !== styleFolder);
  tests['cue conflict'] = labeled(await picturesOf(conflicting, sizePx), names);

  const originals = labeled(await picturesOf(await filesIn(folders.train), sizePx), names);
  const engine = await createEngine('onnx', { threads: 1 });
  const runs: { arm: string; extra?: Labeled; steps: number }[] = [
    { arm: baselines[1], steps: Math.round(steps / 4) },
    { arm: baselines[0], steps },
    ...Object.entries(extra).map(([name, pictures]) => ({
      arm: `+ ${name}`,
      extra: labeled(pictures, names),
      steps,
    })),
  ];
  const measured: Record<string, Record<string, number[]>> = {};
  for (let seed = 0; seed < seeds; seed++) {
    for (const run of runs) {
      const settings = [seed, steps, sizePx, perClass, stylesPerContent].join('.');
      const file = join(work, 'results', `${run.arm.replace(/\W+/g, '-')}.${settings}.json`);
      const accuracy = await remembered(file, Object.keys(tests), async () => {
        const options = { seed, steps: run.steps, classes: names.length, sizePx };
        const classify = await trainClassifier(engine, originals, run.extra, options);
        const found: Record<string, number> = {};
        for (const [test, { images, labels }] of Object.entries(tests)) {
          const predicted = await classify(images);
          found[test] = (100 * labels.filter((label, i) => predicted[i] === label).length) / labels.length;
        }
        return found;
      });
      say(`seed ${seed}, ${run.arm}: clean ${accuracy.clean.toFixed(1)}%`);
      for (const [test, value] of Object.entries(accuracy)) {
        measured[run.arm] ??= {};
        measured[run.arm][test] ??= [];
        measured[run.arm][test].push(value);
      }
    }
  }
  engine.dispose();
  const rows = Object.entries(measured).map(([arm, byTest]): ArmRow => {
    const of = <T>(value: (test: string) => T) =>
      Object.fromEntries(Object.keys(tests).map((test) => [test, value(test)]));
    return {
      arm,
      accuracy: of((test) => intervalOf(byTest[test])),
      differences: Object.fromEntries(
        baselines.map((name) => [name, of((test) => differenceOf(byTest[test], measured[name][test]))]),
      ),
    };
  });
  const counted = async (root: string, label: string) => (await readdir(join(root, label))).length;
  const result: ProofResult = {
    settings: { 'size in pixels': sizePx, steps, seeds, 'extra images of each photograph': stylesPerContent },
    classes: Object.fromEntries(
      await Promise.all(
        names.map(async (label) => [
          label,
          { train: await counted(folders.train, label), test: await counted(folders.test, label) },
        ]),
      ),
    ),
    tests: Object.fromEntries(Object.entries(tests).map(([test, { labels }]) => [test, labels.length])),
    baselines,
    rows,
  };
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else process.stdout.write(markdownOf(result));
  if (values.write) await writeReport(values.write, result);
}

/** Replaces the generated part of a page, and writes the plot beside it. */
async function writeReport(page: string, result: ProofResult): Promise<void> {
  const [begin, end] = ['<!-- begin: proof -->', '<!-- end: proof -->'];
  const text = await readFile(page, 'utf8');
  const [before, after] = [text.split(begin)[0], text.split(end)[1]];
  await writeFile(page, `${before}${begin}\n\n${markdownOf(result)}\n${end}${after}`);
  await writeFile(join(page, '../images/proof.svg'), plotOf(result));
}

await main();
