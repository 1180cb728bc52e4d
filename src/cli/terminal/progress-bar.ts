/** Shows progress: a bar on a terminal, occasional plain lines elsewhere. @module */
import { SingleBar } from 'cli-progress';
import { printable } from '../../printable.js';
import type { Progress } from '../../run/progress/progress.js';
import { formatDuration, formatNumber } from '../format.js';

export interface ProgressView {
  update: (progress: Progress) => void;
  /** Prints text without disturbing the bar. In a log file, every line has a time. */
  print: (text: string) => void;
  stop: () => void;
}

/** Formats the progress in one line: `37% | 12/32 images | 4.1 per minute | 5 min left`. */
export function progressLine(progress: Progress): string {
  const { done, items, failures, rate, left } = words(progress);
  const [value, total] = fraction(progress);
  return `${Math.floor((100 * value) / total)}% | ${done}/${items} images${failures} | ${rate} | ${left}`;
}

/** The time of a line in a log file: `2026-11-27T08:15:02Z`. */
const timeStamp = (nowMs: number): string => `${new Date(nowMs).toISOString().slice(0, 19)}Z`;

/** How often a log file gets a line. */
export const plainIntervalMs = 10_000;

/** The look of every progress bar. */
export const barLook = {
  barsize: 28,
  barCompleteChar: '█',
  barIncompleteChar: '░',
  hideCursor: true,
  clearOnComplete: true,
};

/** Picks the view for a stream: a bar on a terminal, plain lines in a log file. */
export function progressView(stream: NodeJS.WriteStream): ProgressView {
  return stream.isTTY ? bar(stream) : plainLines(stream);
}

function bar(stream: NodeJS.WriteStream): ProgressView {
  const view = new SingleBar({
    stream,
    format: '{bar} {percentage}% | {done}/{items} images{failures} | {rate} | {left}',
    ...barLook,
  });
  let isShown = false;
  const end = () => {
    if (isShown) view.stop();
    isShown = false;
  };
  return {
    update(progress) {
      const [value, total] = fraction(progress);
      if (!isShown) view.start(total, value, words(progress));
      // The steps of failed items are subtracted from the total.
      view.setTotal(total);
      view.update(value, words(progress));
      isShown = true;
    },
    print(line) {
      // A bar always redraws where it isShown, so end it here; the next update starts a new one below.
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
      stream.write(`${timeStamp(Date.now())} ${progressLine(progress)}\n`);
    },
    print(text) {
      for (const line of text.split('\n')) stream.write(printable(`${timeStamp(Date.now())} ${line}\n`));
    },
    stop() {},
  };
}

function fraction({ doneSteps, totalSteps, doneItems, totalItems }: Progress): [number, number] {
  // If items failed, there may be no steps left to count.
  return totalSteps > 0 && doneItems < totalItems
    ? [Math.min(doneSteps, totalSteps), totalSteps]
    : [doneItems, Math.max(1, totalItems)];
}

function words({ doneItems, totalItems, failedItems, itemsPerMinute, remainingMs }: Progress) {
  return {
    done: doneItems,
    items: totalItems,
    failures: failedItems > 0 ? `, ${failedItems} failed` : '',
    rate: `${formatNumber(itemsPerMinute)} per minute`,
    left: remainingMs === undefined ? 'estimating' : `${formatDuration(remainingMs)} left`,
  };
}
