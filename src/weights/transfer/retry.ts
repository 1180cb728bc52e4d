/** Trying again after a connection broke. @module */
import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionLost } from './http-client.js';

export interface RetryOptions {
  /** How often to try in a row without any progress. */
  readonly attempts?: number;
  /** The pause after the first failure, in milliseconds. It doubles with every further one. */
  readonly pauseMs?: number;
  readonly signal?: AbortSignal;
}

const defaultAttempts = 5;
const defaultPauseMs = 1000;

/**
 * Calls a function until it returns.
 * @param work is told how to report progress, which starts the count of attempts over
 * @throws {@link ConnectionLost} after the last attempt; any other error at once
 */
export async function withRetries<T>(
  { attempts = defaultAttempts, pauseMs = defaultPauseMs, signal }: RetryOptions,
  work: (progressed: () => void) => Promise<T>,
): Promise<T> {
  let failures = 0;
  for (;;) {
    try {
      return await work(() => {
        failures = 0;
      });
    } catch (error) {
      failures++;
      if (!(error instanceof ConnectionLost) || signal?.aborted || failures >= attempts) throw error;
      await sleep(pauseMs * 2 ** (failures - 1), undefined, signal && { signal }).catch(() => {});
    }
  }
}
