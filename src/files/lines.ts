/** Reads text files line by line. @module */
import { WildstyleError } from '../errors.js';
import { blocksOf } from './regular-file.js';

/** A line of a file, as bytes. */
export interface ByteLine {
  /** Without the newline. Valid until the next line is asked for. */
  readonly bytes: Buffer;
  /** Line number, starting at 1. */
  readonly number: number;
  /** Whether the line ends with a newline. Only the last line of a file may not. */
  readonly ended: boolean;
  /** Where the line begins in the file. */
  readonly offsetBytes: number;
  /** Length without the newline. */
  readonly lengthBytes: number;
}

/** A line of a file, as text. */
export interface Line extends Omit<ByteLine, 'bytes'> {
  readonly text: string;
}

/** Records have a few kilobytes. What is much longer is not one, and takes long to read. */
const maximumLineBytes = 1 << 24;

/**
 * Yields the lines of a UTF-8 file in order, holding one block in memory at a time.
 * @throws `dataset-invalid` for a line of more than 16 MiB
 */
export async function* readLines(path: string): AsyncGenerator<Line> {
  for await (const { bytes, ...line } of readByteLines(path)) yield { ...line, text: bytes.toString('utf8') };
}

/** Yields the lines of a file in order, as {@link readLines} does, without decoding them. */
export async function* readByteLines(path: string): AsyncGenerator<ByteLine> {
  let number = 0;
  let offsetBytes = 0;
  let parts: Buffer[] = [];
  let partBytes = 0;
  const take = (rest: Buffer, ended: boolean): ByteLine => {
    const bytes = partBytes === 0 ? rest : Buffer.concat([...parts, rest]);
    const lengthBytes = bytes.byteLength;
    const line = { bytes, number: ++number, ended, offsetBytes, lengthBytes };
    offsetBytes += lengthBytes + (ended ? 1 : 0);
    parts = [];
    partBytes = 0;
    return line;
  };
  for await (const block of blocksOf(path)) {
    let start = 0;
    for (let end = block.indexOf(10); end >= 0; end = block.indexOf(10, start)) {
      yield take(block.subarray(start, end), true);
      start = end + 1;
    }
    if (start === block.byteLength) continue;
    // Copied, because the block is read into again.
    parts.push(Buffer.from(block.subarray(start)));
    partBytes += block.byteLength - start;
    if (partBytes > maximumLineBytes)
      throw new WildstyleError('dataset-invalid', `${path}:${number + 1}: a line of more than 16 MiB`);
  }
  if (partBytes > 0) yield take(Buffer.alloc(0), false);
}
