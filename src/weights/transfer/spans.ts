/** Parts of a file that are downloaded and stored one after the other. @module */

/** A part of a file, in bytes. The end is exclusive. */
export interface Span {
  readonly begin: number;
  readonly end: number;
}

/** Gaps below this are downloaded, too: that is faster than another request. */
const maximumGapBytes = 1 << 16;

/** Returns the spans that cover the parts, in order, merged where they touch or nearly touch. */
export function coveringSpans(parts: readonly Span[]): Span[] {
  const spans: Span[] = [];
  for (const part of [...parts].sort((a, b) => a.begin - b.begin)) {
    const last = spans.at(-1);
    if (last && part.begin - last.end <= maximumGapBytes)
      spans[spans.length - 1] = { begin: last.begin, end: Math.max(last.end, part.end) };
    else spans.push(part);
  }
  return spans;
}

/** The size of all spans together, in bytes. */
export function totalBytes(spans: readonly Span[]): number {
  return spans.reduce((sum, { begin, end }) => sum + end - begin, 0);
}

/** Where a byte of the file is among the stored spans; undefined if it is in none. */
export function storedOffset(spans: readonly Span[], offset: number): number | undefined {
  let stored = 0;
  for (const { begin, end } of spans) {
    if (offset >= begin && offset < end) return stored + offset - begin;
    stored += end - begin;
  }
  return undefined;
}

/** Which byte of the file comes at a position among the stored spans, and its span; undefined at the end. */
export function fileOffset(
  spans: readonly Span[],
  position: number,
): { offset: number; span: Span } | undefined {
  let stored = 0;
  for (const span of spans) {
    const length = span.end - span.begin;
    if (position < stored + length) return { offset: span.begin + position - stored, span };
    stored += length;
  }
  return undefined;
}
