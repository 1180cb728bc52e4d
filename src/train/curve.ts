/** The loss curve of a training: a file of JSON lines, one for each step. @module */
import { dirname } from 'node:path';
import { asStorageError, writeWhole } from '../files/file-system.js';
import { readLines } from '../files/lines.js';
import { publishFile } from '../files/publish.js';
import type { StepReport } from './task.js';

/** One line of the curve. */
export interface CurvePoint extends Pick<StepReport, 'loss' | 'metrics'> {
  /** The number of updates before this one. */
  readonly step: number;
  readonly learningRate: number;
}

/**
 * Drops what a training wrote after the checkpoint that it now continues from, so that the curve has every step once.
 * @param step the first step that will be written again
 */
export async function rewindCurve(path: string, step: number): Promise<void> {
  const kept: string[] = [];
  if (step > 0) {
    try {
      for await (const { text, ended } of readLines(path)) {
        if (ended && (JSON.parse(text) as CurvePoint).step < step) kept.push(`${text}\n`);
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  await publishFile(path, kept.join(''), { temporaryFolder: dirname(path) });
}

/** Appends a point. @throws `disk-full`, `output-unwritable` */
export async function appendPoint(path: string, point: CurvePoint): Promise<void> {
  try {
    await writeWhole(path, `${JSON.stringify(point)}\n`, { flags: 'a' });
  } catch (error) {
    throw asStorageError(error, path);
  }
}
