/** Handles Ctrl-C and SIGTERM: the first signal drains the run, the second stops it immediately. @module */

export interface StopSignals {
  readonly drain: AbortSignal;
  readonly abandon: AbortSignal;
  readonly dispose: () => void;
}

const names = ['SIGINT', 'SIGTERM'] as const;

/** Turns SIGINT and SIGTERM into two abort signals: the first aborts `drain`, the second `abandon`. */
export function stopSignals(): StopSignals {
  const drain = new AbortController();
  const abandon = new AbortController();
  const onSignal = () => (drain.signal.aborted ? abandon : drain).abort();
  for (const name of names) process.on(name, onSignal);
  return {
    drain: drain.signal,
    abandon: abandon.signal,
    dispose: () => {
      for (const name of names) process.off(name, onSignal);
    },
  };
}
