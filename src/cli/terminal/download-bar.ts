/** Shows the progress of a download: a bar on a terminal, occasional plain lines elsewhere. @module */
import { SingleBar } from 'cli-progress';
import { formatBytes, formatDuration } from '../format.js';
import { barLook, plainIntervalMs } from './progress-bar.js';

export interface DownloadView {
  update: (doneBytes: number, totalBytes: number, elapsedMs: number) => void;
  stop: () => void;
}

/**
 * Picks the view for a stream: a bar on a terminal, plain lines in a log file.
 * @param startBytes what was there when the download began; it does not count for the rate
 */
export function downloadView(stream: NodeJS.WriteStream, startBytes: number): DownloadView {
  return stream.isTTY ? bar(stream, startBytes) : plainLines(stream, startBytes);
}

function bar(stream: NodeJS.WriteStream, startBytes: number): DownloadView {
  const view = new SingleBar({
    stream,
    format: '{bar} {percentage}% | {done} of {size} | {rate} | {left}',
    ...barLook,
  });
  let isShown = false;
  return {
    update(done, total, elapsedMs) {
      if (!isShown) view.start(total, done, words(startBytes, done, total, elapsedMs));
      isShown = true;
      view.update(done, words(startBytes, done, total, elapsedMs));
    },
    stop() {
      if (isShown) view.stop();
      isShown = false;
    },
  };
}

function plainLines(stream: NodeJS.WriteStream, startBytes: number): DownloadView {
  let lastMs = 0;
  return {
    update(done, total, elapsedMs) {
      if (elapsedMs - lastMs < plainIntervalMs) return;
      lastMs = elapsedMs;
      const { done: got, size, rate, left } = words(startBytes, done, total, elapsedMs);
      stream.write(`${Math.floor((100 * done) / total)}% | ${got} of ${size} | ${rate} | ${left}\n`);
    },
    stop() {},
  };
}

function words(startBytes: number, done: number, total: number, elapsedMs: number) {
  const bytesPerMs = (done - startBytes) / Math.max(1, elapsedMs);
  return {
    done: formatBytes(done),
    size: formatBytes(total),
    rate: `${formatBytes(1000 * bytesPerMs)} per second`,
    left: bytesPerMs > 0 ? `${formatDuration((total - done) / bytesPerMs)} left` : 'estimating',
  };
}
