/**
 * Runs a plan: looks at what the output folder holds, makes what is missing in worker processes, and leaves a dataset
 * behind. Whatever ends a run early, what was finished is kept, and the next run goes on.
 * @module
 */
import { rm } from 'node:fs/promises';
import { outputLayout } from '../dataset/layout.js';
import { lockOutput } from '../dataset/lock.js';
import { sweepTemporaryFiles } from '../dataset/publish.js';
import type { ItemRecord } from '../dataset/record.js';
import { beginOutput, type IntendedOutput } from '../dataset/started.js';
import { inspectOutput } from '../dataset/state.js';
import type { Counts } from '../dataset/tally.js';
import { WildstyleError } from '../errors.js';
import type { Job } from '../job/schema.js';
import { calibrationKey, rememberedStep, rememberStep } from './calibration.js';
import { finishDataset } from './finish.js';
import { type Allocation, allocate, thisMachine } from './machine.js';
import { dropped, WorkerPool } from './pool.js';
import type { Prepared } from './prepare.js';
import { type Progress, ProgressCounter } from './progress.js';
import type { EngineDescription, WorkerSettings } from './protocol.js';
import { estimateWorkload, type IsPending, pendingIn, type Workload, workloadOf } from './workload.js';

/** What a run tells while it goes on. */
export type RunEvent =
  | {
      readonly type: 'begin';
      readonly workload: Workload;
      readonly done: number;
      readonly allocation: Allocation;
    }
  | { readonly type: 'estimate'; readonly seconds: number; readonly bytes: number }
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'failed'; readonly record: ItemRecord }
  | { readonly type: 'draining' }
  | { readonly type: 'finishing' };

export interface RunOptions {
  /** Goes on in a folder that was made by another job; what it holds stays. */
  readonly extend?: boolean;
  /** Tries items again that are recorded as failed. */
  readonly retryFailed?: boolean;
  /** When aborted, items that are being optimised are finished and nothing more is begun. */
  readonly drain?: AbortSignal;
  /** When aborted, the workers are killed. */
  readonly abandon?: AbortSignal;
  readonly onEvent?: (event: RunEvent) => void;
}

export interface RunResult {
  /** `nothing`: everything was there; `stopped`: items are left for the next run. */
  readonly status: 'complete' | 'stopped' | 'nothing';
  readonly counts: Counts;
  /** Whether more items failed than the job tolerates. */
  readonly tooManyFailures: boolean;
  readonly root: string;
  readonly contactSheet: string | undefined;
  readonly elapsedMs: number;
  /** Time that all workers together spent in optimisation steps. */
  readonly stepMs: number;
  readonly workers: number;
}

const progressIntervalMs = 250;

/**
 * Makes every item of a plan that the output folder does not hold yet.
 * @throws `output-differs` when the folder was made by another job, naming the differences; `output-in-use`,
 *   `output-foreign`; what ends a run: `disk-full`, `engine-unavailable` ...
 */
export async function runPlan(prepared: Prepared, options: RunOptions = {}): Promise<RunResult> {
  const root = prepared.job.output.root;
  const startedAt = new Date();
  const lost = new AbortController();
  const unlock = await lockOutput(root, { startedAt, onLost: (error) => lost.abort(error) });
  try {
    return await runLocked(prepared, options, startedAt, lost.signal);
  } finally {
    await unlock();
  }
}

async function runLocked(
  prepared: Prepared,
  options: RunOptions,
  startedAt: Date,
  lockLost: AbortSignal,
): Promise<RunResult> {
  const { job, plan } = prepared;
  const { root } = job.output;
  const intended = intendedOutput(prepared);
  const state = await inspectOutput(root, intended);
  if (state.kind === 'differs' && !options.extend) throw differs(root, state.differences);
  const records = 'records' in state ? state.records : new Map<string, ItemRecord>();
  const isPending = pendingIn(records, options.retryFailed ?? false);
  const workload = workloadOf(plan.items(), isPending);
  if (state.kind === 'complete' && workload.items === 0) {
    const { counts } = state.summary;
    return {
      status: 'nothing',
      counts,
      tooManyFailures: tooMany(counts, job),
      root,
      contactSheet: undefined,
      elapsedMs: 0,
      stepMs: 0,
      workers: 0,
    };
  }
  const layout = outputLayout(root);
  await sweepTemporaryFiles(layout.temporaryFolder);
  if (state.kind !== 'resume') await beginOutput(root, intended);
  const making = new Making(prepared, workload, options);
  const stop = (error: WildstyleError) => making.abort(error);
  lockLost.addEventListener('abort', () => stop(lockLost.reason as WildstyleError));
  const { stopped, engine, stepMs } = await making.run(records.size, isPending);
  options.onEvent?.({ type: 'finishing' });
  const { counts, contactSheet } = await finishDataset(prepared, { startedAt, engine, earlier: records });
  if (counts.pending === 0) await rm(layout.journalsFolder, { recursive: true, force: true });
  return {
    status: stopped || counts.pending > 0 ? 'stopped' : 'complete',
    counts,
    tooManyFailures: tooMany(counts, job),
    root,
    contactSheet,
    elapsedMs: Date.now() - startedAt.getTime(),
    stepMs,
    workers: making.allocation.workers,
  };
}

/** What decides the output: the plan's digest; the job is kept to tell differences, without how the work is done. */
export function intendedOutput({ job, inventory, plan }: Prepared): IntendedOutput {
  const { file: _file, run: _run, ...decisive } = job;
  return {
    job: { ...decisive },
    planDigest: plan.digest,
    images: [
      ...inventory.contents.map(({ path, sha256 }) => ({ role: 'content' as const, path, sha256 })),
      ...inventory.styles.map(({ path, sha256 }) => ({ role: 'style' as const, path, sha256 })),
    ],
  };
}

function differs(root: string, differences: readonly string[]): WildstyleError {
  const shown = differences.slice(0, 20).map((line) => `  ${line}`);
  return new WildstyleError(
    'output-differs',
    `${root} was made by another job. What differs:\n${shown.join('\n')}`,
    { cure: 'Choose another folder with --out, or add to this one with --extend: what it holds stays.' },
  );
}

function tooMany({ failed, items }: Counts, { run }: Job): boolean {
  const tolerated = run.maxFailures > 0 && run.maxFailures < 1 ? run.maxFailures * items : run.maxFailures;
  return failed > tolerated;
}

/** The part of a run in which workers make items. */
class Making {
  readonly allocation: Allocation;
  readonly #counter: ProgressCounter;
  readonly #pool: WorkerPool;
  #stopped = false;

  constructor(
    private readonly prepared: Prepared,
    private readonly workload: Workload,
    private readonly options: RunOptions,
  ) {
    const { job } = prepared;
    const recipe = workload.recipe ?? { size: 256 };
    this.allocation = allocate(thisMachine(), job.run, workload.stylized || workload.items, recipe);
    this.#counter = new ProgressCounter(workload.items, workload.steps, performance.now());
    this.#pool = new WorkerPool({
      workers: this.allocation.workers,
      // One more than are optimised: it is decoded while the others are.
      itemsPerWorker: this.allocation.batch + 1,
      settings: (worker) => workerSettings(prepared, this.allocation, worker),
      onProgress: ({ steps, stepMs }) => this.#counter.addSteps(steps, stepMs),
    });
  }

  /** Ends the run with an error. */
  abort(error: WildstyleError): void {
    this.#pool.fail(error);
  }

  async run(
    done: number,
    isPending: IsPending,
  ): Promise<{ stopped: boolean; engine: EngineDescription | undefined; stepMs: number }> {
    const { onEvent, drain, abandon } = this.options;
    if (this.workload.items === 0) return { stopped: false, engine: undefined, stepMs: 0 };
    onEvent?.({ type: 'begin', workload: this.workload, done, allocation: this.allocation });
    const onDrain = () => {
      this.#stopped = true;
      onEvent?.({ type: 'draining' });
      this.#pool.drain();
    };
    const onAbandon = () => this.#pool.kill();
    drain?.addEventListener('abort', onDrain);
    abandon?.addEventListener('abort', onAbandon);
    const timer = setInterval(() => this.#report(), progressIntervalMs);
    try {
      await this.#pool.start();
      if (!drain?.aborted) await this.#estimate();
      await this.#makeAll(isPending);
      this.#report();
    } finally {
      clearInterval(timer);
      drain?.removeEventListener('abort', onDrain);
      abandon?.removeEventListener('abort', onAbandon);
      await this.#pool.stop();
    }
    return { stopped: this.#stopped, engine: this.#pool.engine, stepMs: this.#counter.stepMs };
  }

  async #makeAll(isPending: IsPending): Promise<void> {
    const inFlight = new Set<Promise<void>>();
    for (const item of this.prepared.plan.items()) {
      if (this.#stopped) break;
      if (!isPending(item)) continue;
      const making = this.#pool
        .make(item)
        .then((record) => this.#count(record))
        .finally(() => inFlight.delete(making));
      // Whichever fails first is thrown below; the others must not count as unhandled.
      making.catch(() => {});
      inFlight.add(making);
      if (this.#pool.full) await Promise.race(inFlight);
    }
    await Promise.all(inFlight);
  }

  #count(record: ItemRecord | typeof dropped): void {
    if (record === dropped) return;
    this.#counter.addItem(record.status === 'failed');
    if (record.status === 'failed') this.options.onEvent?.({ type: 'failed', record });
  }

  async #estimate(): Promise<void> {
    const { job } = this.prepared;
    const { recipe } = this.workload;
    if (!recipe) return;
    const key = calibrationKey(recipe, this.allocation, job.run);
    let msPerStep = await rememberedStep(key);
    if (msPerStep === undefined) {
      msPerStep = await this.#pool.calibrate(recipe);
      await rememberStep(key, msPerStep);
    }
    const { workers } = this.allocation;
    const estimate = estimateWorkload(this.workload, { msPerStep, workers, format: job.output.format });
    this.options.onEvent?.({ type: 'estimate', ...estimate });
  }

  #report(): void {
    this.options.onEvent?.({ type: 'progress', progress: this.#counter.at(performance.now()) });
  }
}

export function workerSettings(
  { job, weightsFiles }: Prepared,
  allocation: Allocation,
  worker: number,
): WorkerSettings {
  const { content, style, output, run } = job;
  return {
    engine: run.engine,
    device: run.device,
    threads: allocation.threads,
    batch: allocation.batch,
    weightsFiles,
    contentRoot: content.root,
    styleRoot: style.root,
    outputRoot: output.root,
    format: output.format,
    quality: output.quality,
    maximumPixels: run.inputLimits.maxPixels,
    journal: outputLayout(output.root).journal(worker),
  };
}
