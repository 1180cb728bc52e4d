/** What is in a queue: the shards of a job, and its merge. Pure; the queue itself is in `queue.ts`. @module */
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { WildstyleError } from '../../errors.js';
import { firstProblem } from '../../files/first-problem.js';
import { parseOverride } from '../../job/overrides.js';
import { parseShard, shardText } from '../../plan/shard.js';

const path = z
  .string()
  .min(1)
  .max(4096)
  .refine((text) => isAbsolute(text) && !text.includes('\0'), 'must be an absolute path');

/** Options of a job that a queue may carry, besides overrides. */
const optionNames = ['out', 'weights', 'limit', 'workers', 'window'] as const;

const override = z
  .string()
  .max(4096)
  .refine((text) => !namesCommand(text), 'must be an override that names no command');

/** The dataset that a task is for. */
const dataset = {
  folder: path,
  /** Digest of its plan. */
  plan: z.string().regex(/^[0-9a-f]{64}$/),
};

const taskSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('shard'),
    ...dataset,
    job: path,
    shard: z.string().refine((text) => parseShard(text) !== undefined, 'must be a shard, such as 0/3'),
    options: z.partialRecord(z.enum(optionNames), z.string().max(4096)),
    set: z.array(override).max(1000),
  }),
  z.strictObject({ kind: z.literal('merge'), ...dataset }),
]);

/** One task of a queue. */
export type QueueTask = z.output<typeof taskSchema>;
export type QueueOptions = Extract<QueueTask, { kind: 'shard' }>['options'];

/**
 * Returns whether an override, the value of a `--set`, can name a command that runs beside the job, as `run.onComplete`
 * does. Others can write to a queue, so a worker takes commands from job files only.
 * @throws `override-invalid`
 */
export function canNameCommand(text: string): boolean {
  const [first, second] = parseOverride(text).path;
  return first === 'run' && (second === undefined || `${second}`.startsWith('on'));
}

function namesCommand(text: string): boolean {
  try {
    return canNameCommand(text);
  } catch {
    return true;
  }
}

/** Checks what came out of a queue: others can write to it. @throws `option-invalid` */
export function checkedTask(value: unknown): QueueTask {
  const parsed = taskSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new WildstyleError(
    'option-invalid',
    `The queue contains an invalid task: ${firstProblem(parsed.error)}`,
  );
}

/** A task with its id in the queue: a task that already exists is not added again. */
export interface NamedTask {
  readonly id: string;
  readonly task: QueueTask;
}

/**
 * Returns the tasks of a job: its shards, and the merge.
 *
 * A shard is a group of items that follows from their ids. Its journal and its lock are what makes every item once, however
 * often a task is delivered.
 * @param planDigest of the output: two jobs, or two versions of one, have ids of their own
 */
export function tasksOf(
  job: { readonly file: string; readonly root: string; readonly planDigest: string },
  count: number,
  options: QueueOptions,
  set: readonly string[] = [],
): NamedTask[] {
  const dataset = { folder: job.root, plan: job.planDigest };
  const prefix = `wildstyle-${job.planDigest.slice(0, 32)}`;
  const shards = Array.from({ length: count }, (_, index): NamedTask => {
    const task = {
      kind: 'shard' as const,
      ...dataset,
      job: job.file,
      shard: shardText({ index, count }),
      options,
      set: [...set],
    };
    return { id: `${prefix}-${index}-of-${count}`, task };
  });
  return [...shards, { id: `${prefix}-merge-of-${count}`, task: { kind: 'merge', ...dataset } }];
}

/** Each task takes seconds to start; each waits for the slowest machine in the end. */
const itemsPerTask = 64;
const mostTasks = 1024;

/** The number of shards for a number of items: small ones, so that no machine waits long for another one. */
export function defaultShards(items: number): number {
  return Math.min(mostTasks, Math.max(1, Math.ceil(items / itemsPerTask)));
}

/** Returns the arguments of wildstyle for a task. Paths are absolute, so no value can be taken for an option. */
export function commandOf(task: QueueTask): string[] {
  if (task.kind === 'merge') return ['merge', task.folder];
  const options = [
    ...Object.entries(task.options).map(([name, value]) => `--${name}=${value}`),
    ...task.set.map((override) => `--set=${override}`),
  ];
  return ['run', task.job, `--shard=${task.shard}`, ...options];
}

/** What happens to a task. `again`: the queue delivers it later. */
export type TaskOutcome = 'done' | 'again' | 'given-up';

/**
 * Decides what happens to a task whose process has ended.
 * @param exitCode null if a signal ended it
 */
export function outcomeOf(exitCode: number | null): TaskOutcome {
  // Failed images are recorded, so the shard is complete.
  if (exitCode === 0 || exitCode === 1) return 'done';
  // For example, another worker has the shard: its machine was slow to answer, and the task was delivered twice.
  if (exitCode === null || exitCode === 75) return 'again';
  return 'given-up';
}
