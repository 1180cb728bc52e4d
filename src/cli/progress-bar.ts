/** Shows progress: a bar on a terminal, a plain line now and then elsewhere. @module */
import { SingleBar } from 'cli-progress';
import { printable } from '../printable.js';
import type { Progress } from '../run/progress.js';
import { formatDuration, formatNumber } from './format.js';

export interface ProgressView {
  update: (progress: Progress) => void;
  /** Prints a line without disturbing the bar. */
  print: (line: string) => void;
  stop: () => void;
}

const plainIntervalMs = 10_000;

/** A view fit for the stream: whoever reads a log file wants lines, not control characters. */
export function progressView(stream: NodeJS.WriteStream): ProgressView {
  return stream.isTTY ? bar(stream) : plainLines(stream);
}

function bar(stream: NodeJS.WriteStream): ProgressView {
  const view = new SingleBar({
    stream,
    format: '{bar} {percentage}% | {done}/{items} images{failures} | {rate} | {left}',
    barsize: 28,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    clearOnComplete: true,
  });
  let started = false;
  const end = () => {
    if (started) view.stop();
    started = false;
  };
  return {
    update(progress) {
      const [value, total] = fraction(progress);
      if (!started) view.start(total, value, words(progress));
      // Items that fail take their steps from the total.
      view.setTotal(total);
      view.update(value, words(progress));
      started = true;
    },
    print(line) {
      // A bar knows the place where it was started and goes back there: it ends here, and the next update starts one below.
      end();
      stream.write(printable(`${line}\n`));
    },
    stop: end,
  };
}

function plainLines(stream: NodeJS.WriteStream): ProgressView {
  let lastMs = 0;
  return {
    update(progress) {
      if (progress.elapsedMs - lastMs < plainIntervalMs) return;
      lastMs = progress.elapsedMs;
      const { done, items, failures, rate, left } = words(progress);
      const [value, total] = fraction(progress);
      stream.write(
        `${Math.floor((100 * value) / total)}% | ${done}/${items} images${failures} | ${rate} | ${left}\n`,
      );
    },
    print: (line) => stream.write(printable(`${line}\n`)),
    stop() {},
  };
}

function fraction({ doneSteps, totalSteps, doneItems, totalItems }: Progress): [number, number] {
  // Items that failed may have left nothing to be counted in steps.
  return totalSteps > 0 && doneItems < totalItems
    ? [Math.min(doneSteps, totalSteps), totalSteps]
    : [doneItems, Math.max(1, totalItems)];
}

function words({ doneItems, totalItems, failedItems, itemsPerMinute, remainingMs }: Progress) {
  return {
    done: doneItems,
    items: totalItems,
    failures: failedItems > 0 ? `, ${failedItems} failed` : '',
    rate: `${formatNumber(itemsPerMinute)} a minute`,
    left: remainingMs === undefined ? 'estimating' : `${formatDuration(remainingMs)} left`,
  };
}
