/** SHA-256, the one digest of the project: 64 hex digits. @module */
import { createHash, type Hash, hash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** The digest of a text (as UTF-8) or of bytes. */
export function sha256(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}

/** A digest of what comes in pieces: `update` with each, `digest('hex')` at the end. */
export function sha256InPieces(): Hash {
  return createHash('sha256');
}

/** The digest of a file, read a block at a time. */
export async function sha256OfFile(path: string): Promise<string> {
  const digest = sha256InPieces();
  for await (const block of createReadStream(path, { highWaterMark: 1 << 18 }))
    digest.update(block as Buffer);
  return digest.digest('hex');
}
