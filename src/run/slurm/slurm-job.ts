/** The Slurm job that this process is in: its state, and how it goes back into the queue. @module */
import { WildstyleError } from '../../errors.js';

/**
 * Runs programs one after the other, up to the first that fails. A job that was put back is told to stop at once, and what it
 * has left to say must not be stopped.
 * @returns their standard output @throws if one fails
 */
export type RunPrograms = (programs: readonly (readonly string[])[]) => Promise<string>;

type Environment = Readonly<Record<string, string | undefined>>;

/** What Slurm knows about a job. */
export interface SlurmState {
  /** Whether it may go back into the queue: not if it was canceled, or is being preempted, which Slurm sees to. */
  readonly mayGoOn: boolean;
  /** Starts in a row that made no image. */
  readonly setbacks: number;
}

/** A job. */
export interface SlurmJob {
  readonly state: () => Promise<SlurmState>;
  /** Puts the job back into the queue, which ends this process. @throws `option-invalid` if Slurm does not do it */
  readonly requeue: (delayMs: number, setbacks: number) => Promise<void>;
}

/** Slurm starts a job that was put back after this time. */
const requeueMs = 120_000;
/** The comment of the job remembers the setbacks: it needs no disk, which may be full. */
const commentPattern = /^wildstyle: (\d+) starts? without an image$/;

/**
 * Returns the job of an environment. A task of an array has a name of its own: the number of one of the tasks is that of the
 * array, and requeueing it would requeue all of them.
 * @throws `option-invalid` if this process is in none
 */
export function slurmJob(environment: Environment, run: RunPrograms): SlurmJob {
  const { SLURM_JOB_ID: job, SLURM_ARRAY_JOB_ID: array, SLURM_ARRAY_TASK_ID: task } = environment;
  const id = array !== undefined && task !== undefined ? `${array}_${task}` : job;
  if (id === undefined) {
    throw new WildstyleError('option-invalid', 'There is no SLURM_JOB_ID in the environment.', {
      cure: 'This command is for scripts that sbatch starts. Elsewhere, use wildstyle run.',
    });
  }
  return {
    async state() {
      const options = ['--noheader', '--states=all', `--jobs=${id}`, '--format=%T|%r|%k'];
      const text = await run([['squeue', ...options]]).catch(() => '');
      const [state, reason, comment = ''] = text.trim().split('|');
      const [, setbacks] = commentPattern.exec(comment) ?? [];
      // A job that ran into its time limit has only seconds left, but was not canceled.
      const mayGoOn = state === 'RUNNING' || (state === 'COMPLETING' && reason === 'TimeLimit');
      return { mayGoOn, setbacks: Number(setbacks ?? 0) };
    },
    async requeue(delayMs, setbacks) {
      const update = (change: string) => ['scontrol', 'update', `JobId=${id}`, change];
      const comment = `wildstyle: ${setbacks} ${setbacks === 1 ? 'start' : 'starts'} without an image`;
      try {
        await run([
          update(`Comment=${comment}`),
          ['scontrol', 'requeue', id],
          // Not earlier: only a job that waits has a time at which it begins.
          ...(delayMs > requeueMs ? [update(`StartTime=now+${Math.ceil(delayMs / 1000)}`)] : []),
        ]);
      } catch (cause) {
        const { message } = cause as Error;
        throw new WildstyleError(
          'option-invalid',
          `Job ${id} cannot go back into the queue: ${message.trim()}`,
          { cure: 'Submit it again. sbatch needs --requeue for this.', cause },
        );
      }
    },
  };
}
