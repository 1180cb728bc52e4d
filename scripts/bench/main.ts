/** `npm run bench -- engine|plan|job|train [--json] [--python PATH]`: runs one benchmark and prints its figures. @module */
import { parseArgs } from 'node:util';

type Figures = Record<string, number>;

/** Each benchmark is loaded on demand. */
const benches: Readonly<Record<string, (options: { python?: string }) => Promise<Figures>>> = {
  engine: async () => (await import('./engine.js')).benchEngine(),
  plan: async () => (await import('./plan.js')).benchPlan(),
  job: async () => (await import('./job.js')).benchJob(),
  train: async (options) => (await import('./train.js')).benchTrain(options),
};

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, python: { type: 'string' } },
});
const [name] = positionals;
const bench = benches[name ?? ''];
if (!bench || positionals.length > 1) {
  process.stderr.write(
    `usage: npm run bench -- ${Object.keys(benches).join('|')} [--json] [--python PATH]\n`,
  );
  process.exit(2);
}

const figures = await bench({ python: values.python });
if (values.json) {
  process.stdout.write(`${JSON.stringify(figures)}\n`);
} else {
  const width = Math.max(...Object.keys(figures).map((key) => key.length));
  for (const [key, value] of Object.entries(figures)) {
    process.stdout.write(`${key.padEnd(width)}  ${Number(value.toPrecision(5))}\n`);
  }
}
