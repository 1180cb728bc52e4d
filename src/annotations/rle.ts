/**
 * Run lengths of masks in the format of COCO: pixels column by column, runs of zeros and ones in turn, zeros first. As text,
 * each run is written as its difference to the run before the last, in groups of five bits with the lowest first.
 * @module
 */
import { WildstyleError } from '../errors.js';

/** A mask as run lengths. */
export interface Rle {
  /** Height and width in pixels. */
  readonly size: readonly [heightPx: number, widthPx: number];
  readonly counts: string;
}

/** A mask: 1 for the object, row by row. */
export interface Mask {
  readonly data: Uint8Array;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Returns the run lengths of a mask. */
export function encodeRle({ data, widthPx, heightPx }: Mask): Rle {
  const runs: number[] = [];
  let value = 0;
  let run = 0;
  for (let x = 0; x < widthPx; x++) {
    for (let y = 0; y < heightPx; y++) {
      const at = data[y * widthPx + x];
      if (at === value) run++;
      else {
        runs.push(run);
        [value, run] = [at, 1];
      }
    }
  }
  runs.push(run);
  return { size: [heightPx, widthPx], counts: formatRuns(runs) };
}

/** Returns the mask of run lengths. @throws `annotations-invalid` if they do not fill the size */
export function decodeRle({ size: [heightPx, widthPx], counts }: Rle): Mask {
  return maskOfRuns(parseRuns(counts), heightPx, widthPx);
}

/** Returns the mask of uncompressed run lengths. @throws `annotations-invalid` if they do not fill the size */
export function maskOfRuns(runs: readonly number[], heightPx: number, widthPx: number): Mask {
  const total = runs.reduce((sum, run) => sum + run, 0);
  if (total !== heightPx * widthPx || runs.some((run) => run < 0)) {
    throw new WildstyleError(
      'annotations-invalid',
      `The run lengths of a mask cover ${total} pixels instead of ${widthPx} x ${heightPx}.`,
    );
  }
  const data = new Uint8Array(total);
  let at = 0;
  for (const [index, run] of runs.entries()) {
    if (index % 2 === 1)
      for (let i = at; i < at + run; i++) data[(i % heightPx) * widthPx + Math.floor(i / heightPx)] = 1;
    at += run;
  }
  return { data, widthPx, heightPx };
}

function formatRuns(runs: readonly number[]): string {
  let text = '';
  for (const [index, run] of runs.entries()) {
    let rest = index > 2 ? run - runs[index - 2] : run;
    for (let more = true; more; ) {
      let bits = rest & 0x1f;
      rest >>= 5;
      more = (bits & 0x10) !== 0 ? rest !== -1 : rest !== 0;
      if (more) bits |= 0x20;
      text += String.fromCharCode(bits + 48);
    }
  }
  return text;
}

function parseRuns(text: string): number[] {
  const runs: number[] = [];
  for (let at = 0; at < text.length; ) {
    let value = 0;
    for (let shift = 0, more = true; more && at < text.length; shift += 5) {
      const bits = text.charCodeAt(at++) - 48;
      value |= (bits & 0x1f) << shift;
      more = (bits & 0x20) !== 0;
      // The last group has the sign.
      if (!more && (bits & 0x10) !== 0) value |= -1 << (shift + 5);
    }
    runs.push(runs.length > 2 ? value + runs[runs.length - 2] : value);
  }
  return runs;
}
