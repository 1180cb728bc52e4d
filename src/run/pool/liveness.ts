/** Finds worker processes that hang: they neither say anything nor compute. @module */
import { statusOf } from '../../files/lock/process-identity.js';

/** Without messages and without computing for this long, a worker that has work hangs. */
export const defaultSilentMs = 60_000;
/** Where the system does not tell what a process computes, a long step looks like a hang. */
const blindFactor = 20;

/** Watches one process. Ask it regularly. */
export class Liveness {
  #sinceMs: number | undefined;
  #lastLookMs = 0;
  #heard = false;
  #ticks: number | undefined;

  constructor(
    private readonly silentMs: number,
    private readonly ticksOf: (pid: number) => number | undefined = (pid) => statusOf(pid)?.computedTicks,
  ) {}

  /** The process said something. */
  hear(): void {
    this.#heard = true;
  }

  /** Returns whether the process hangs. @param hasWork whether it ought to do something */
  isHung(pid: number, hasWork: boolean, nowMs: number): boolean {
    const ticks = this.ticksOf(pid);
    // After a pause of this process, the other one may have been paused, too.
    const wasPaused = nowMs - this.#lastLookMs > this.silentMs / 2;
    this.#lastLookMs = nowMs;
    if (this.#heard || !hasWork || wasPaused || ticks !== this.#ticks) this.#sinceMs = nowMs;
    this.#sinceMs ??= nowMs;
    this.#heard = false;
    this.#ticks = ticks;
    const limitMs = ticks === undefined ? this.silentMs * blindFactor : this.silentMs;
    return nowMs - this.#sinceMs >= limitMs;
  }
}
