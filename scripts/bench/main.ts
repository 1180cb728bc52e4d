/** `npm run bench -- engine|plan|job|train|strength|defaults [--json]`: runs one benchmark and prints its figures. @module */
import { parseArgs } from 'node:util';
import { sharedPictures } from './pictures/pairs.js';

type Figures = Record<string, number>;

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
    size: { ...text, default: '128' },
    against: text,
    // For the training benchmark: a Python that has PyTorch.
    python: text,
  },
});
const pictures = (pairs: number) => ({
  ...values,
  pairs: Number(values.pairs ?? pairs),
  sizePx: Number(values.size),
});

/** Each benchmark is loaded on demand. */
const benches: Readonly<Record<string, () => Promise<Figures>>> = {
  engine: async () => (await import('./engine.js')).benchEngine(),
  plan: async () => (await import('./plan.js')).benchPlan(),
  job: async () => (await import('./job.js')).benchJob(),
  train: async () => (await import('./train.js')).benchTrain(values.python ? { python: values.python } : {}),
  strength: async () => (await import('./pictures/strength.js')).benchStrength(pictures(20)),
  defaults: async () => (await import('./pictures/defaults.js')).benchDefaults(pictures(12), values.against),
};

const [name] = positionals;
const bench = benches[name ?? ''];
if (!bench || positionals.length > 1) {
  process.stderr.write(
    `usage: npm run bench -- ${Object.keys(benches).join('|')} [--json] [--python PATH]\n`,
  );
  process.exit(2);
}

const figures = await bench();
if (values.json) {
  process.stdout.write(`${JSON.stringify(figures)}\n`);
} else {
  const width = Math.max(...Object.keys(figures).map((key) => key.length));
  for (const [key, value] of Object.entries(figures)) {
    process.stdout.write(`${key.padEnd(width)}  ${Number(value.toPrecision(5))}\n`);
  }
}
