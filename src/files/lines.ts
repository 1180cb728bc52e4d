/** Reads text files line by line. @module */
import { createReadStream } from 'node:fs';

/** A line of a file. */
export interface Line {
  readonly text: string;
  /** Line number, starting at 1. */
  readonly number: number;
  /** Whether the line ends with a newline. Only the last line of a file may not. */
  readonly ended: boolean;
}

/** Yields the lines of a UTF-8 file in order, holding one block in memory at a time. */
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
