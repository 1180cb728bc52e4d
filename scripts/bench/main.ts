/** `npm run bench -- engine|plan|job [--json]`: runs one benchmark and prints its figures. @module */
import { parseArgs } from 'node:util';

type Figures = Record<string, number>;

/** Each benchmark is loaded on demand. */
const benches: Readonly<Record<string, () => Promise<Figures>>> = {
  engine: async () => (await import('./engine.js')).benchEngine(),
  plan: async () => (await import('./plan.js')).benchPlan(),
  job: async () => (await import('./job.js')).benchJob(),
};

const { positionals, values } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean' } } });
const [name] = positionals;
const bench = benches[name ?? ''];
if (!bench || positionals.length > 1) {
  process.stderr.write(`usage: npm run bench -- ${Object.keys(benches).join('|')} [--json]\n`);
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
