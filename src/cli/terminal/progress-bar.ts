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

/**
 * Formats the progress in one line: `37% | 410/1100 steps | 12/32 images | 2.3 stylized/min | 5 min left`. The
 * percentage is that of the steps, or of the images if there are none to be made.
 */
export function progressLine(progress: Progress): string {
  const { doneItems, totalItems, failedItems, doneSteps, totalSteps, remainingMs } = progress;
  const [value, total] = fraction(progress);
  const parts = [
    `${Math.floor((100 * value) / total)}%`,
    totalSteps > 0 && `${Math.min(doneSteps, totalSteps)}/${totalSteps} steps`,
    `${doneItems}/${totalItems} images${failedItems > 0 ? `, ${failedItems} failed` : ''}`,
    rateText(progress),
    remainingMs === undefined ? 'estimating' : `${formatDuration(remainingMs)} left`,
  ];
  return parts.filter(Boolean).join(' | ');
}

/** Nothing is known of the rate before the first stylized image; originals are done long before that. */
function rateText(progress: Progress): string | undefined {
  const { totalStylized, stylizedPerMinute, itemsPerMinute } = progress;
  const [rate, unit] = totalStylized > 0 ? [stylizedPerMinute, 'stylized'] : [itemsPerMinute, 'images'];
  return rate > 0 ? `${formatNumber(rate)} ${unit}/min` : undefined;
}

/** The time of a line in a log file: `2026-11-27T08:15:02Z`. */
const timeStamp = (nowMs: number): string => `${new Date(nowMs).toISOString().slice(0, 19)}Z`;

/** How often a log file gets a line. */
export const plainIntervalMs = 10_000;

/** What a bar leaves of a line for numbers. */
const longestLine = 72;

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
    format: '{bar} {line}',
    ...barLook,
    barsize: Math.max(8, Math.min(barLook.barsize, (stream.columns || 80) - longestLine)),
  });
  let isShown = false;
  const end = () => {
    if (isShown) view.stop();
    isShown = false;
  };
  return {
    update(progress) {
      const [value, total] = fraction(progress);
      if (!isShown) view.start(total, value, { line: progressLine(progress) });
      // The steps of failed items are subtracted from the total.
      view.setTotal(total);
      view.update(value, { line: progressLine(progress) });
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
