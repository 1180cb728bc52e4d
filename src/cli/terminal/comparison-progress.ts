/** Shows the progress of a few images that one process makes: a bar on a terminal, lines elsewhere. @module */
import { SingleBar } from 'cli-progress';
import { printable } from '../../printable.js';
import { formatDuration } from '../format.js';
import { barLook, plainIntervalMs } from './progress-bar.js';

export interface ComparisonProgress {
  /** Prints a line without disturbing the bar. */
  readonly print: (line: string) => void;
  readonly onSteps: (done: number, total: number) => void;
  readonly onProgress: (made: number, total: number) => void;
  readonly stop: () => void;
}

/** Picks the view for a stream. @param now a clock in milliseconds */
export function comparisonProgress(
  stream: NodeJS.WriteStream,
  now: () => number = () => performance.now(),
): ComparisonProgress {
  const bar = stream.isTTY
    ? new SingleBar({
        stream,
        format: '{bar} {percentage}% | {value}/{total} steps | {images} | {left}',
        ...barLook,
      })
    : undefined;
  let images = 'first image';
  let beganMs: number | undefined;
  let saidMs = 0;
  let isShown = false;
  const hide = () => {
    if (isShown) bar?.stop();
    isShown = false;
  };
  return {
    print(line) {
      hide();
      stream.write(printable(`${line}\n`));
    },
    onSteps(done, total) {
      // The time before the first step is for compiling.
      beganMs ??= now();
      const elapsedMs = now() - beganMs;
      const left =
        done > 1 ? `${formatDuration((elapsedMs * (total - done)) / (done - 1))} left` : 'estimating';
      if (bar) {
        if (!isShown) bar.start(total, done, { images, left });
        isShown = true;
        bar.update(done, { images, left });
      } else if (elapsedMs - saidMs >= plainIntervalMs) {
        saidMs = elapsedMs;
        stream.write(`${done} of ${total} steps, ${left}\n`);
      }
    },
    onProgress(made, total) {
      images = `${made}/${total} images`;
      if (!bar) stream.write(`${made} of ${total} images\n`);
    },
    stop: hide,
  };
}
