/** Reading files of lines, one at a time. @module */
import { createReadStream } from 'node:fs';

/** A line of a file. */
export interface Line {
  readonly text: string;
  /** From 1. */
  readonly number: number;
  /** Whether a newline ends it; only the last line of a file can be without. */
  readonly ended: boolean;
}

/** The lines of a UTF-8 file, in order, in memory one block at a time. */
export async function* readLines(path: string): AsyncGenerator<Line> {
  let rest = '';
  let number = 0;
  for await (const block of createReadStream(path, { encoding: 'utf8', highWaterMark: 1 << 18 })) {
    const lines = (rest + block).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) yield { text, number: ++number, ended: true };
  }
  if (rest !== '') yield { text: rest, number: ++number, ended: false };
}
