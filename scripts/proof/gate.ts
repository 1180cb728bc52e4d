/**
 * `npm run proof:gate [-- --json]`: what the gate is worth on photographs. Recall on images whose content was destroyed on
 * purpose, false alarms on images that were changed gently, and the share of labels kept with strengths to 100, at the first
 * attempt and after gentler ones.
 * @module
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import type { GateFacts } from '../../src/dataset/ledger/gate-record.js';
import { readManifest } from '../../src/dataset/ledger/manifest.js';
import { readSummary } from '../../src/dataset/summary.js';
import type { Probe } from '../../src/gate/probe.js';
import { loadJob } from '../../src/job/load.js';
import { prepare } from '../../src/run/preparing/prepare.js';
import { runPlan } from '../../src/run/run.js';
import { endOnErrors, refuse } from '../arguments.js';
import { classes, layOut } from './photographs.js';

endOnErrors();
const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '../shared/images' },
    work: { type: 'string', default: 'out/proof-gate' },
    // With commas between them. Default: all.
    classes: { type: 'string', default: Object.keys(classes).join() },
    'per-class': { type: 'string', default: '50' },
    size: { type: 'string', default: '96' },
    accuracy: { type: 'string', default: '0.6' },
    network: { type: 'string', default: 'compact' },
    weights: { type: 'string' },
    strong: { type: 'string', default: '80' },
    json: { type: 'boolean', default: false },
  },
});
const wanted = values.classes.split(',');
const unknown = wanted.find((name) => !Object.hasOwn(classes, name));
if (unknown !== undefined) refuse(`--classes takes ${Object.keys(classes).join(', ')}, not ${unknown}.`);
const [work, images] = [resolve(values.work), resolve(values.images)];

const recipes: Readonly<Record<string, object>> = {
  // None of these is how the probe's own pictures without content are made.
  destroyed: {
    method: 'none',
    augment: {
      after: {
        cutout: { size: { choice: [0, 1, 1] } },
        blur: { choice: [0, 30] },
        noise: { choice: [0.6, 1] },
      },
    },
  },
  gentle: {
    method: 'none',
    augment: {
      after: {
        flip: { choice: ['none', 'horizontal'] },
        color: { brightness: { uniform: [0.8, 1.2] }, contrast: { uniform: [0.8, 1.2] } },
        jpeg: { uniform: [60, 95] },
      },
    },
  },
  strong: { method: 'optimize', style: { strength: { logUniform: [3, 100] } } },
};

async function main(): Promise<void> {
  const { train } = await layOut(images, work, Number(values['per-class']), 1, wanted);
  const result: Record<string, unknown> = {};
  const strong = Number(values.strong);
  for (const [name, recipe] of Object.entries(recipes)) {
    if (name === 'strong' && strong === 0) continue;
    const root = join(work, name);
    const file = join(work, `${name}.yaml`);
    await mkdir(work, { recursive: true });
    const job = {
      content: { root: train, similar: false },
      style: { root: join(images, 'style') },
      sampling: { keepOriginals: false, ...(name === 'strong' && { limit: strong }) },
      recipe: { network: values.network, size: Number(values.size), fit: 'crop', steps: 25, ...recipe },
      gate: { attempts: name === 'strong' ? 5 : 1, accuracy: Number(values.accuracy) },
      output: { root, format: 'png' },
      run: { workers: 1, ...(values.weights && { weights: resolve(values.weights) }) },
    };
    await writeFile(file, stringify(job));
    process.stderr.write(`${name}\n`);
    await runPlan(await prepare(await loadJob(file)));
    const records = (await readManifest(root)) as unknown as readonly { gate?: GateFacts }[];
    const judged = records.flatMap(({ gate }) => (gate && gate.verdict !== 'unjudged' ? [gate] : []));
    const { probe } = JSON.parse(await readFile(join(root, '.wildstyle/probe.json'), 'utf8')) as {
      probe: Probe;
    };
    const asked = { originals: probe.examples, accuracy: probe.accuracy, judged: judged.length };
    const share = (count: number) => Number((count / judged.length).toFixed(3));
    const kept = judged.filter(({ verdict }) => verdict === 'kept').length;
    if (name === 'strong') {
      const { counts } = (await readSummary(root)) ?? {};
      const gate = counts?.gate;
      result.strong = {
        ...asked,
        first: share(gate?.first ?? 0),
        kept: share(gate?.kept ?? 0),
        strengths: gate?.strengths,
      };
    } else {
      const text = name === 'destroyed' ? 'recall' : 'falseAlarms';
      result[name] = { ...asked, [text]: share(judged.length - kept) };
    }
  }
  process.stdout.write(`${JSON.stringify(result, null, values.json ? 0 : 2)}\n`);
}

await main();
