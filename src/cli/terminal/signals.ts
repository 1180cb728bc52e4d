/**
 * Handles signals. Ctrl-C and SIGTERM: the first drains the run, the second stops it immediately. A closed terminal drains
 * it, too; if the output goes elsewhere, as with `nohup`, the run continues: Node forgets that its parent ignored the signal.
 * SIGUSR2 asks for a line about the progress.
 *
 * A run that a worker of a queue or the scheduler has started ends when that process dies.
 * @module
 */

import { takeParent } from '../../run/schedule/parent.js';

export interface StopSignals {
  readonly drain: AbortSignal;
  readonly abandon: AbortSignal;
  /** Sets what SIGUSR2 does; nothing by default. */
  readonly onAsked: (answer: () => void) => void;
  readonly dispose: () => void;
}

const names = ['SIGINT', 'SIGTERM'] as const;
const hangUp = 'SIGHUP';
/** A run without its parent gives up the images in progress after this time: its task is delivered again soon. */
const orphanMs = 30_000;

/** Turns signals into two abort signals: the first aborts `drain`, the second `abandon`. */
export function stopSignals(): StopSignals {
  const drain = new AbortController();
  const abandon = new AbortController();
  const onSignal = () => (drain.signal.aborted ? abandon : drain).abort();
  // Shell and system may both send it, so a second one means nothing.
  const onHangUp = () => {
    if (process.stdout.isTTY) drain.abort();
  };
  for (const name of names) process.on(name, onSignal);
  let answer = () => {};
  const onAsked = () => answer();
  // Windows has no such signal.
  if (process.platform !== 'win32') process.on('SIGUSR2', onAsked);
  process.on(hangUp, onHangUp);
  const leaveParent = takeParent(() => {
    drain.abort();
    setTimeout(() => abandon.abort(), orphanMs).unref();
  });
  return {
    onAsked: (given) => {
      answer = given;
    },
    drain: drain.signal,
    abandon: abandon.signal,
    dispose: () => {
      for (const name of names) process.off(name, onSignal);
      process.off('SIGUSR2', onAsked);
      process.off(hangUp, onHangUp);
      leaveParent();
    },
  };
}
