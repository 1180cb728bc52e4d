/** SHA-256 digests as 64 hex digits. The project uses no other digest. @module */
import { createHash, type Hash, hash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** Returns the digest of a text (as UTF-8) or of bytes. */
export function sha256(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}

/** Starts an incremental digest: call `update` with each piece, then `digest('hex')`. */
export function sha256InPieces(): Hash {
  return createHash('sha256');
}

/** Returns the digest of a file, reading one block at a time. */
export async function sha256OfFile(path: string): Promise<string> {
  const digest = sha256InPieces();
  for await (const block of createReadStream(path, { highWaterMark: 1 << 18 }))
    digest.update(block as Buffer);
  return digest.digest('hex');
}
