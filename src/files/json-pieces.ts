/** JSON in pieces, for values whose text is too large to hold. @module */

const pieceCharacters = 1 << 16;

/** Yields the text of `JSON.stringify(value, null, 2)` in pieces. @param value plain data */
export function* jsonInPieces(value: unknown): Generator<string> {
  let pending = '';
  for (const token of tokensOf(value, '\n')) {
    pending += token;
    if (pending.length < pieceCharacters) continue;
    yield pending;
    pending = '';
  }
  yield pending;
}

function* tokensOf(value: unknown, newLine: string): Generator<string> {
  if (typeof value !== 'object' || value === null) {
    yield JSON.stringify(value) ?? 'null';
    return;
  }
  const inner = `${newLine}  `;
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  let separator = '';
  for (const key of Object.keys(value)) {
    const child = (value as Readonly<Record<string, unknown>>)[key];
    if (child === undefined && !Array.isArray(value)) continue;
    yield `${separator || open}${inner}${Array.isArray(value) ? '' : `${JSON.stringify(key)}: `}`;
    yield* tokensOf(child, inner);
    separator = ',';
  }
  yield separator ? `${newLine}${close}` : `${open}${close}`;
}
