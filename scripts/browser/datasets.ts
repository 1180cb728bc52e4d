/** The datasets that are looked at: a small run with hostile names, and a report of many items. @module */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { repositoryRoot } from '../docs/repository.js';

const mainFile = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

/** A name with markup, quotes, and a character that turns the direction of text. */
export const hostileName = `a"'><img src=x onerror=document.title=1>&amp;\u202egpj`;

export interface BrowserJob {
  readonly file: string;
  readonly out: string;
}

/** A run with its live view. */
export interface ShownRun {
  readonly url: string;
  readonly ended: Promise<number | null>;
}

/** Prepares a job with the demo's images, one with a hostile name, and one that is broken. */
export async function prepareJob(work: string): Promise<BrowserJob> {
  const demo = join(repositoryRoot, 'datasets', 'demo');
  await cp(demo, join(work, 'images'), { recursive: true });
  const animals = join(work, 'images', 'content', 'animal');
  await cp(join(demo, 'content', 'animal', await firstImage(demo)), join(animals, `${hostileName}.jpg`));
  await writeFile(join(animals, `${hostileName}-broken.jpg`), 'no image');
  const file = join(work, 'job.json');
  const job = {
    content: { root: 'images/content' },
    style: { root: 'images/style' },
    recipe: { size: 128, steps: 36, stages: [], style: { strength: { logUniform: [10, 40] } } },
    output: { root: 'out' },
    run: { maxFailures: 0.9 },
  };
  await writeFile(file, JSON.stringify(job));
  return { file, out: join(work, 'out') };
}

async function firstImage(demo: string): Promise<string> {
  const { readdir } = await import('node:fs/promises');
  const [first = ''] = (await readdir(join(demo, 'content', 'animal'))).filter((name) =>
    name.endsWith('.jpg'),
  );
  return first;
}

/** Starts the run with its live view. */
export async function startRun({ file }: BrowserJob): Promise<ShownRun> {
  const child = spawn(process.execPath, [mainFile, 'run', file, '--view'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close').then(([code]): number | null => code);
  let written = '';
  for await (const text of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    written += text;
    const [, url] = / View: (\S+)$/m.exec(written) ?? [];
    if (url === undefined) continue;
    child.stdout.resume();
    return { url, ended };
  }
  throw new Error(`the run ended without an address: ${written}`);
}

/** Writes the report of a dataset. @returns its address */
export async function writeReport(root: string): Promise<string> {
  const child = spawn(process.execPath, [mainFile, 'report', root], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  assert.deepEqual(await once(child, 'close'), [0, null]);
  return pathToFileURL(join(root, 'report.html')).href;
}

/**
 * Makes a dataset with many items out of a small one; most have no picture. Stylized images differ in all that the gallery
 * selects by. @returns the address of its report
 */
export async function makeLargeReport(small: string, root: string, count: number): Promise<string> {
  await cp(small, root, { recursive: true });
  const manifest = join(root, 'manifest.jsonl');
  const lines = (await readFile(manifest, 'utf8')).trim().split('\n');
  const many = Array.from({ length: count }, (_, index) => {
    const line = varied(lines[index % lines.length] ?? '', index);
    if (index < lines.length) return line;
    return line
      .replace(/"id":"[^"]*"/, `"id":"${String(index).padStart(32, '0')}"`)
      .replace(/"file":"[^"]*"/, `"file":"train/none/${index}.jpg"`);
  });
  await writeFile(manifest, `${many.join('\n')}\n`);
  return writeReport(root);
}

/** A record with an edge F1, losses, steps and a verdict of the gate of its own. */
function varied(line: string, index: number): string {
  const record = JSON.parse(line);
  if (record.kind !== 'stylized' || record.status !== 'complete') return line;
  const share = ((index * 37) % 101) / 100;
  const { loss, applied } = record;
  const terms = Object.entries<number>(loss.final.terms).map(([name, value], at) => {
    return [name, value * (1 + ((index * (at + 3)) % 17))];
  });
  return JSON.stringify({
    ...record,
    split: index % 5 === 0 ? 'test_stylized' : 'train',
    edgeF1: 1 - share,
    elapsedMs: 500 + ((index * 7919) % 9001),
    steps: 10 + (index % 40),
    applied: (index >> 4) % 3 === 0 ? { ...applied, style: { ...applied.style, loss: { swd: 1 } } } : applied,
    loss: {
      ...loss,
      final: { ...loss.final, total: loss.final.total * (1 + share), terms: Object.fromEntries(terms) },
    },
    gate: {
      verdict: ['kept', 'unjudged', 'lost', 'blended'][(index >> 2) % 4],
      before: 0.9,
      after: share,
      seen: (index >> 2) % 4 === 0 ? record.label : '',
      attempts: [{ strength: applied.style.strength, probability: share, seen: '' }],
    },
  });
}
