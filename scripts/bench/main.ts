/** `npm run bench -- NAME [--json]`: runs one benchmark and prints its figures. @module */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { endOnErrors, integerOf, numberOf, refuse } from '../arguments.js';
import type { LossCost } from './losses/losses.js';
import { sharedPhotographs, sharedPictures } from './pictures/pairs.js';
import type { Subjects } from './semantics/subjects.js';

/** Nested figures are printed with dots between the keys. */
type Figures = { readonly [key: string]: number | Figures };

endOnErrors();
const text = { type: 'string' } as const;
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean' },
    // The following are for benchmarks that look at pictures.
    content: { ...text, default: sharedPictures.content },
    style: { ...text, default: sharedPictures.style },
    weights: { ...text, default: sharedPictures.weights },
    out: { ...text, default: 'out/bench' },
    pairs: text,
    size: text,
    against: text,
    // For the benchmarks of semantics, optimizers and shapes: `compact` or `vgg19`.
    network: text,
    // For the benchmark of optimizers.
    strength: { ...text, default: '10' },
    // For the benchmark of networks.
    judge: { ...text, default: '10' },
    device: text,
    resume: { type: 'boolean', default: false },
    // For the benchmark of exports: how many images (100,000), and which formats, with commas between them (all).
    images: text,
    formats: text,
    together: { type: 'boolean', default: false },
    // For the training benchmark: a Python that has PyTorch, and the threads of each contender.
    python: text,
    threads: text,
  },
});
const smallestPx = 16;
const sizeOr = (sizePx: number) => integerOf('size', values.size ?? `${sizePx}`, smallestPx);
const pictures = (pairs: number, sizePx = 128) => ({
  ...values,
  pairs: integerOf('pairs', values.pairs ?? `${pairs}`, 1),
  sizePx: sizeOr(sizePx),
});
/** `--network`, or what a benchmark takes without it. */
function networkOr(network: 'compact' | 'vgg19'): 'compact' | 'vgg19' {
  const given = values.network ?? network;
  return given === 'compact' || given === 'vgg19'
    ? given
    : refuse(`--network must be compact or vgg19, not ${given}.`);
}

/** Each benchmark is loaded on demand. */
const benches: Readonly<Record<string, () => Promise<Figures | readonly LossCost[]>>> = {
  engine: async () => (await import('./engine.js')).benchEngine(),
  precision: async () => {
    const { python } = values;
    const { benchPrecision } = await import('./precision.js');
    return benchPrecision({ sizePx: sizeOr(256), ...(python && { python }) });
  },
  plan: async () => (await import('./plan.js')).benchPlan(),
  resume: async () => (await import('./scale/resume.js')).benchResume(),
  shard: async () => (await import('./scale/shard.js')).benchShard(),
  job: async () => (await import('./job.js')).benchJob(),
  train: async () => {
    const { python, threads } = values;
    const { benchTrain } = await import('./train.js');
    return benchTrain({
      ...(python && { python }),
      ...(threads !== undefined && { threads: integerOf('threads', threads, 1) }),
    });
  },
  duplicates: async () => {
    const { benchDuplicates } = await import('./duplicates.js');
    const { content } = values;
    return benchDuplicates(content === sharedPictures.content ? sharedPhotographs : [content]);
  },
  export: async () => {
    const { benchExport, formatsOf } = await import('./export.js');
    const images = integerOf('images', values.images ?? '100000', 1);
    return benchExport({
      images,
      isTogether: values.together,
      ...(values.formats && { formats: formatsOf(values.formats) }),
    });
  },
  strength: async () => (await import('./pictures/strength.js')).benchStrength(pictures(20)),
  defaults: async () => (await import('./pictures/defaults.js')).benchDefaults(pictures(12), values.against),
  optimizers: async () => {
    const { benchOptimizers } = await import('./pictures/optimizers.js');
    const strength = numberOf('strength', values.strength, 0);
    return benchOptimizers({ ...pictures(6, 160), network: networkOr('vgg19'), strength });
  },
  networks: async () => {
    const { benchNetworks } = await import('./networks/networks.js');
    return { ...(await benchNetworks({ ...pictures(20, 192), judge: numberOf('judge', values.judge, 0) })) };
  },
  shapes: async () => {
    const { benchShapes } = await import('./shapes/shapes.js');
    return benchShapes({ ...pictures(60, 256), network: networkOr('compact') });
  },
  semantics: async () => {
    const { benchSemantics } = await import('./semantics/semantics.js');
    const { drawFaces } = await import('./semantics/faces.js');
    const { photographs } = await import('./semantics/photographs.js');
    const { out, weights } = values;
    const sizePx = sizeOr(192);
    const network = networkOr('compact');
    const withNetwork = network === 'vgg19' ? { network, weights } : { network };
    const bench = async (subjects: Subjects, name: string) =>
      benchSemantics(subjects, { ...withNetwork, out: join(out, `${name}.png`) });
    return {
      faces: await bench(drawFaces(sizePx), 'faces'),
      photographs: await bench(await photographs(sizePx), 'photographs'),
    };
  },
  losses: async () => {
    const { benchLosses } = await import('./losses/losses.js');
    return benchLosses({ sizePx: sizeOr(256) });
  },
};

const [name] = positionals;
const bench = benches[name ?? ''];
if (!bench || positionals.length > 1) {
  process.stderr.write(
    `usage: npm run bench -- ${Object.keys(benches).join('|')} [--json]\n  options: scripts/bench/main.ts and docs/benchmarks.md\n`,
  );
  process.exit(2);
}

const figures = await bench();
if (values.json) {
  process.stdout.write(`${JSON.stringify(figures)}\n`);
} else {
  const lines = rowsOf(isTable(figures) ? byName(figures) : figures);
  const width = Math.max(...lines.map(([key]) => key.length));
  for (const [key, values] of lines) process.stdout.write(`${key.padEnd(width)}  ${values}\n`);
}

function isTable(some: Figures | readonly LossCost[]): some is readonly LossCost[] {
  return Array.isArray(some);
}

function byName(rows: readonly LossCost[]): Figures {
  return Object.fromEntries(rows.map(({ loss, ...figures }) => [loss, figures]));
}

/** A line for each figure, and one for each group of figures. */
function rowsOf(some: Figures, prefix = ''): [key: string, values: string][] {
  const rounded = (value: number): string => `${Number(value.toPrecision(5))}`;
  return Object.entries(some).flatMap(([key, value]): [string, string][] => {
    if (typeof value === 'number') return [[`${prefix}${key}`, rounded(value)]];
    const isGroup = Object.values(value).every((inner) => typeof inner === 'number');
    if (!isGroup) return rowsOf(value, `${prefix}${key}.`);
    const cells = Object.entries(value).map(([name, inner]) => `${name} ${rounded(inner as number)}`);
    return [
      [
        `${prefix}${key}`,
        cells
          .map((cell) => cell.padEnd(20))
          .join('  ')
          .trimEnd(),
      ],
    ];
  });
}
