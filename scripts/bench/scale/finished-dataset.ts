/** Makes a job and a folder in which nearly all items are finished, without computing them. @module */

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { settledPath } from '../../../src/dataset/ledger/journals/journal-files.js';
import { formatJournalLine } from '../../../src/dataset/ledger/journals/journal-line.js';
import { plannedStylized } from '../../../src/dataset/ledger/planned-fields.js';
import type { ItemRecord } from '../../../src/dataset/ledger/record.js';
import { markOutput } from '../../../src/dataset/output-job.js';
import { outputPaths } from '../../../src/dataset/output-paths.js';
import { forEachConcurrently } from '../../../src/files/concurrency.js';
import { loadJob } from '../../../src/job/load.js';
import type { PlanItem, StylizedItem } from '../../../src/plan/item.js';
import { plannedOutput } from '../../../src/run/preparing/planned-output.js';
import { prepare } from '../../../src/run/preparing/prepare.js';

/** A folder with finished items, and what is left. */
export interface FinishedDataset {
  readonly folder: string;
  readonly jobFile: string;
  readonly root: string;
  readonly finished: number;
  /** Items that are left to make. */
  readonly pending: readonly PlanItem[];
}

const classes = 10;
const styles = 20;
const itemsPerContent = 200;
const sizePx = 32;

/** Makes the folder below the temporary folder. @param left number of items that are left to make */
export async function finishedDataset(items: number, left: number): Promise<FinishedDataset> {
  const folder = await mkdtemp(join(tmpdir(), 'wildstyle-bench-'));
  await images(folder, 'content', Math.ceil(items / itemsPerContent));
  await images(folder, 'style', styles);
  const jobFile = join(folder, 'job.yaml');
  await writeFile(
    jobFile,
    `content: { root: content }
style: { root: style }
sampling: { stylesPerContent: ${itemsPerContent}, keepOriginals: false }
recipe: { network: random, size: ${sizePx}, steps: 2 }
output: { root: out, format: png }
run: { workers: 1, threads: 1 }
`,
  );
  const prepared = await prepare(await loadJob(jobFile));
  const root = join(folder, 'out');
  await markOutput(root, plannedOutput(prepared));
  const planned = [...prepared.plan.interleaved()];
  const finished = planned.slice(0, -left);
  await imageFiles(root, finished);
  const { journalsFolder } = outputPaths(root);
  await mkdir(journalsFolder, { recursive: true });
  const journal = createWriteStream(settledPath(journalsFolder, 1));
  for (const item of finished) {
    if (!journal.write(formatJournalLine(recordOf(item as StylizedItem)))) await once(journal, 'drain');
  }
  journal.end();
  await once(journal, 'close');
  return { folder, jobFile, root, finished: finished.length, pending: planned.slice(-left) };
}

async function images(folder: string, role: string, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const path = join(folder, role, `class-${index % classes}`, `${index}.png`);
    await mkdir(dirname(path), { recursive: true });
    const background = { r: index % 256, g: (index * 7) % 256, b: Math.floor(index / 256) };
    await sharp({ create: { width: sizePx, height: sizePx, channels: 3, background } })
      .png()
      .toFile(path);
  }
}

async function imageFiles(root: string, items: readonly PlanItem[]): Promise<void> {
  const folders = new Set(items.map(({ file }) => dirname(join(root, file))));
  for (const folder of folders) await mkdir(folder, { recursive: true });
  await forEachConcurrently(items, ({ file }) => writeFile(join(root, file), 'an image'));
}

/** As long as a real record: its curve has the points of two stages. */
function recordOf(item: StylizedItem): ItemRecord {
  const point = (step: number) => ({
    step,
    total: 1.2345678901,
    terms: { 'content.features': 0.123456789, 'style.gram': 1.0123456789, totalVariation: 0.01234567 },
  });
  return {
    ...plannedStylized(item),
    status: 'complete',
    file: item.file,
    sha256: '0'.repeat(64),
    widthPx: sizePx,
    heightPx: sizePx,
    attempts: [{ error: null }],
    applied: { ...item.recipe },
    engine: { name: 'onnx', device: 'cpu', version: 'onnxruntime 1.30.0' },
    elapsedMs: 1234,
    network: { name: 'random', weights: '0'.repeat(64) },
    loss: { initial: point(0), final: point(2), curve: Array.from({ length: 40 }, (_, step) => point(step)) },
    steps: 2,
    evaluations: 3,
    restarts: 0,
  } as ItemRecord;
}
