/** Downloads parts of a file, resuming where an earlier attempt ended. @module */
import { WildstyleError } from '../../errors.js';
import { ConnectionLost } from './http-client.js';
import type { HttpSource } from './http-source.js';
import type { PartialFile } from './partial-file.js';
import { type RetryOptions, withRetries } from './retry.js';
import { fileOffset, type Span, totalBytes } from './spans.js';

export interface DownloadOptions extends RetryOptions {
  readonly onProgress?: (doneBytes: number) => void;
}

/**
 * Appends the spans of a file to a partial file until it has all of them.
 * @throws `download-interrupted` if the connection keeps breaking or the signal aborts; what came so far is kept
 */
export async function downloadSpans(
  source: HttpSource,
  spans: readonly Span[],
  partial: PartialFile,
  options: DownloadOptions,
): Promise<void> {
  const total = totalBytes(spans);
  try {
    await withRetries(options, async (progressed) => {
      while (partial.bytes < total) {
        const place = fileOffset(spans, partial.bytes);
        if (!place) return;
        // Without ranges, one stream passes all spans.
        const end = source.hasRanges ? place.span.end : (spans.at(-1) as Span).end;
        let offset = place.offset;
        for await (const chunk of source.stream(offset, end)) {
          for (const piece of wanted(chunk, offset, spans)) await partial.append(piece);
          offset += chunk.length;
          progressed();
          options.onProgress?.(partial.bytes);
          if (options.signal?.aborted) throw new ConnectionLost('it was stopped');
        }
      }
    });
    await partial.flush();
  } catch (error) {
    if (!(error instanceof ConnectionLost)) throw error;
    await partial.flush();
    const why = options.signal?.aborted ? 'it was stopped' : error.message;
    const percent = Math.floor((100 * partial.bytes) / total);
    throw new WildstyleError('download-interrupted', `The download of ${source.name} ended early: ${why}.`, {
      cure: `Run the command again. It continues at ${percent}% of ${total} bytes.`,
      cause: error,
    });
  }
}

/** The parts of a chunk that are in spans. */
function wanted(chunk: Uint8Array, offset: number, spans: readonly Span[]): Uint8Array[] {
  return spans.flatMap(({ begin, end }) => {
    const piece = chunk.subarray(Math.max(0, begin - offset), Math.max(0, end - offset));
    return piece.length > 0 ? [piece] : [];
  });
}
