/** Lets a process notice that the one that started it has died. @module */

/** Its presence says that the process has a channel to its parent. */
const variable = 'WILDSTYLE_PARENT';

/** The environment of a process that notices the death of this one. It needs an IPC channel, too. */
export function parentEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, [variable]: `${process.pid}` };
}

/**
 * Calls `onDeath` when the process that started this one has died, if it asked for that. However it dies, the system closes
 * the channel.
 * @returns stops waiting
 */
export function takeParent(onDeath: () => void): () => void {
  const isAsked = process.env[variable] !== undefined;
  // Not for what this process starts.
  delete process.env[variable];
  if (!isAsked) return () => {};
  if (!process.connected) {
    const early = setImmediate(onDeath);
    return () => clearImmediate(early);
  }
  process.on('disconnect', onDeath);
  // It does not keep this process alive.
  process.channel?.unref();
  return () => process.off('disconnect', onDeath);
}
