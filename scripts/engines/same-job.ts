/** The same small job on two engines, through the command line. @module */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { readManifest } from '../../src/dataset/ledger/manifest.js';
import type { StylizedRecord } from '../../src/dataset/ledger/record.js';
import { fileOf } from '../../src/dataset/ledger/record-kinds.js';
import { openvinoFile } from '../../src/engine/openvino/library.js';
import { tensorflowFolder } from '../../src/engine/tensorflow/folders.js';
import { mainFile } from '../../test/support/command-line.js';
import { smallJob } from '../../test/support/small-job.js';

/** Where a job runs. */
export interface Place {
  readonly engine: string;
  readonly device: string;
  /** Other keys of `run`. */
  readonly run?: Readonly<Record<string, unknown>>;
}

/** How far the items of a job on one engine are from those on another. */
export interface JobDifference {
  readonly items: number;
  readonly steps: number;
  /** The largest relative difference of an item's final loss. */
  readonly loss: number;
  /** The largest mean difference of an item's image, in 8-bit values. */
  readonly image: number;
}

const itemCount = 8;

/** The job has a cache of its own, but libraries may be in that of the user. */
function libraries({ engine, device }: Place): Record<string, string> {
  const openvino = openvinoFile();
  const tensorflow = engine === 'tensorflow' && tensorflowFolder(device === 'cpu' ? 'cpu' : 'gpu');
  return {
    ...(openvino && { WILDSTYLE_OPENVINO: dirname(openvino) }),
    ...(tensorflow && { WILDSTYLE_TENSORFLOW: tensorflow }),
  };
}

/** Makes eight items of 32 px with the network `compact` and L-BFGS, and returns their records and pixels. */
async function made(place: Place, steps: number): Promise<Map<string, { loss: number; pixels: Buffer }>> {
  const { engine, device, run = {} } = place;
  const job = await smallJob({
    recipe: { network: 'compact', size: 32, steps, optimizer: 'lbfgs', style: { strength: 10 } },
    sampling: { limit: itemCount, keepOriginals: false },
    run: { workers: 1, threads: 2, batch: 4, engine, device, ...run },
  });
  try {
    const child = spawn(process.execPath, [mainFile, 'run', job.file], {
      env: { ...process.env, ...libraries(place), XDG_CACHE_HOME: job.cache },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    const [exitCode] = await once(child, 'close');
    if (exitCode !== 0) throw new Error(`The job on ${engine}/${device} exited with ${exitCode}: ${errors}`);
    const results = new Map<string, { loss: number; pixels: Buffer }>();
    for (const record of (await readManifest(job.out)) as StylizedRecord[]) {
      const file = fileOf(record);
      if (!file) continue;
      const { loss } = record as unknown as { loss: { final: { total: number } } };
      const pixels = await sharp(join(job.out, file)).removeAlpha().raw().toBuffer();
      results.set(record.id, { loss: loss.final.total, pixels });
    }
    return results;
  } finally {
    await job.remove();
  }
}

/** Runs the job at both places and compares the items. @throws if an item is missing at one of them */
export async function compareJobs(place: Place, against: Place, steps: number): Promise<JobDifference> {
  const [items, others] = [await made(place, steps), await made(against, steps)];
  if (items.size !== itemCount || others.size !== itemCount)
    throw new Error(`The jobs made ${items.size} and ${others.size} items instead of ${itemCount}.`);
  let [lossDifference, imageDifference] = [0, 0];
  for (const [id, { loss, pixels }] of items) {
    const other = others.get(id);
    if (!other) throw new Error(`The item ${id} is missing at ${against.engine}/${against.device}.`);
    lossDifference = Math.max(lossDifference, Math.abs(loss / other.loss - 1));
    const sum = pixels.reduce((total, value, index) => total + Math.abs(value - other.pixels[index]), 0);
    imageDifference = Math.max(imageDifference, sum / pixels.length);
  }
  return { items: items.size, steps, loss: lossDifference, image: imageDifference };
}
