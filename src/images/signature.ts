/**
 * Detects image formats by their first bytes. This is an allowlist: other formats (SVG, PDF, HEIC, camera raw, ...)
 * never reach a decoder.
 * @module
 */

/** The supported input formats. */
export type InputFormat = 'JPEG' | 'PNG' | 'WebP' | 'GIF' | 'TIFF' | 'AVIF';

/** The supported input formats, for messages. */
export const inputFormatList = 'JPEG, PNG, WebP, GIF, TIFF, AVIF';

/** Returns the format whose signature the bytes begin with; undefined if it is not supported. */
export function sniffFormat(bytes: Uint8Array): InputFormat | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 64)).toString('latin1');
  if (head.startsWith('\xff\xd8\xff')) return 'JPEG';
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'PNG';
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP') return 'WebP';
  if (/^GIF8[79]a/.test(head)) return 'GIF';
  if (/^(?:II[*+]\0|MM\0[*+])/.test(head)) return 'TIFF';
  if (head.slice(4, 8) === 'ftyp' && /^(?:....)*avi[fs]/s.test(head.slice(8))) return 'AVIF';
  return undefined;
}

/**
 * Whether the file is an animation of which the decoder would silently return only the first frame: an animated PNG
 * (with an `acTL` chunk before its image data) or an AVIF image sequence.
 */
export function isHiddenAnimation(format: InputFormat, bytes: Uint8Array): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (format === 'AVIF') return buffer.toString('latin1', 8, 12) === 'avis';
  if (format !== 'PNG') return false;
  for (let offset = 8; offset + 8 <= buffer.length; offset += 12 + buffer.readUInt32BE(offset)) {
    const chunk = buffer.toString('latin1', offset + 4, offset + 8);
    if (chunk === 'acTL') return true;
    if (chunk === 'IDAT') return false;
  }
  return false;
}
