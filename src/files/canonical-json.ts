/** Canonical JSON: equal values have equal text. @module */
import { sha256InPieces } from './digest.js';

/** Serializes plain data as canonical JSON: keys sorted, no whitespace, undefined properties omitted. */
export function canonicalJson(value: unknown): string {
  let text = '';
  writeCanonical(value, (piece) => {
    text += piece;
  });
  return text;
}

const flushAtCharacters = 1 << 16;

/** Returns the SHA-256 of the canonical JSON of a value, without holding the text: a value may be large. */
export function canonicalDigest(value: unknown): string {
  const digest = sha256InPieces();
  let pending = '';
  writeCanonical(value, (piece) => {
    pending += piece;
    if (pending.length < flushAtCharacters) return;
    digest.update(pending);
    pending = '';
  });
  return digest.update(pending).digest('hex');
}

function writeCanonical(value: unknown, write: (piece: string) => void): void {
  if (typeof value !== 'object' || value === null) {
    write(JSON.stringify(value) ?? 'null');
    return;
  }
  let separator = '';
  if (Array.isArray(value)) {
    write('[');
    for (const child of value) {
      write(separator);
      writeCanonical(child, write);
      separator = ',';
    }
    write(']');
    return;
  }
  write('{');
  const properties = value as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(properties).sort()) {
    if (properties[key] === undefined) continue;
    write(`${separator}${JSON.stringify(key)}:`);
    writeCanonical(properties[key], write);
    separator = ',';
  }
  write('}');
}

/** Sorts entries by key, in UTF-16 code unit order. */
export function sortedByKey<T>(entries: readonly [string, T][]): [string, T][] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
}
