/** SHA-256 digests as 64 hex digits. The project uses no other digest. @module */
import { createHash, type Hash, hash } from 'node:crypto';
import { blocksOf } from './regular-file.js';

/** Returns the digest of a text (as UTF-8) or of bytes. */
export function sha256(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}

/** Starts an incremental digest: call `update` with each piece, then `digest('hex')`. */
export function sha256InPieces(): Hash {
  return createHash('sha256');
}

/** Returns the digest of a file, reading one block at a time. @throws if it is not a regular file */
export async function sha256OfFile(path: string): Promise<string> {
  const digest = sha256InPieces();
  for await (const block of blocksOf(path)) digest.update(block);
  return digest.digest('hex');
}
