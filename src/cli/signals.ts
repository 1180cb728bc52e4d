/** Ctrl-C and its relatives: the first drains, the second stops at once. @module */

export interface StopSignals {
  readonly drain: AbortSignal;
  readonly abandon: AbortSignal;
  readonly dispose: () => void;
}

const names = ['SIGINT', 'SIGTERM'] as const;

/** Turns the process's signals into two abort signals. */
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
