/** Tells whether a run is loading and planning: it has begun its log, and neither lock nor status yet. @module */
import { z } from 'zod';
import { parseJson } from '../../files/json.js';
import { livenessOf, processSchema } from '../../files/lock/process-identity.js';
import { openRegularFile } from '../../files/regular-file.js';
import { type OutputPlace, outputPaths } from '../output-paths.js';

const startSchema = z.object({ event: z.literal('start'), time: z.string(), process: processSchema });

const tailBytes = 1 << 16;
/** Whether a process on another machine is alive, its log does not tell: this is how long it is believed. */
const longestStartMs = 10 * 60_000;

/** Returns whether the last line of the log of a place says that a run starts, and its process may be alive. */
export async function isStarting(place: OutputPlace, nowMs: number = Date.now()): Promise<boolean> {
  const line = await lastLine(outputPaths(place).log).catch(() => undefined);
  const parsed = startSchema.safeParse(line);
  if (!parsed.success) return false;
  const liveness = livenessOf(parsed.data.process);
  if (liveness === 'elsewhere') return Math.abs(nowMs - Date.parse(parsed.data.time)) < longestStartMs;
  return liveness !== 'dead';
}

async function lastLine(path: string): Promise<unknown> {
  const { file, stats } = await openRegularFile(path);
  try {
    const buffer = Buffer.alloc(Math.min(tailBytes, stats.size));
    await file.read(buffer, 0, buffer.length, stats.size - buffer.length);
    return parseJson(buffer.toString('utf8').trimEnd().split('\n').at(-1) ?? '');
  } finally {
    await file.close();
  }
}
