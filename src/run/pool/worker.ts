/** A worker process: makes items on its own engine and records them in its own journal. @module */
import sharp from 'sharp';
import { type Journal, openJournal } from '../../dataset/ledger/journals/journal.js';
import type { Attempt } from '../../dataset/ledger/record.js';
import { createEngine } from '../../engine/index.js';
import { asWildstyleError } from '../../errors.js';
import type { FileSystem } from '../../files/file-system.js';
import { fencedFileSystem } from '../../files/lock/folder-lock.js';
import type { ResolvedRecipe } from '../../methods/index.js';
import type { PlanItem } from '../../plan/item.js';
import { noSteps, stepsSince } from '../../stylize/step-totals.js';
import { imagesTogether } from '../estimate/machine.js';
import { measureSteps } from '../estimate/measure-steps.js';
import { ItemMaker } from '../item/make-item.js';
import { Makers } from '../item/makers.js';
import { WeightStore } from '../weights.js';
import type { FromWorker, ToWorker, WorkerSettings } from './protocol.js';
import { isSuspect } from './suspects.js';

const progressIntervalMs = 500;

const send = (message: FromWorker): void => {
  // If the orchestrator has exited, `disconnect` ends this process.
  if (process.connected) process.send?.(message);
};

class Worker {
  readonly #drain = new AbortController();
  #reported = noSteps;
  #isCalibrating = false;
  #journal: Promise<Journal> | undefined;

  private constructor(
    private readonly maker: ItemMaker,
    private readonly makers: Makers,
    private readonly settings: WorkerSettings,
    private readonly fileSystem: FileSystem,
  ) {}

  static async start(settings: WorkerSettings): Promise<Worker> {
    // The engine uses the cores; decoding gets one thread.
    sharp.concurrency(1);
    sharp.cache(false);
    const engine = await createEngine(settings.engine, {
      device: settings.device,
      threads: settings.threads,
    });
    const weights = new WeightStore(settings.weightsFiles);
    const makers = new Makers({
      engine,
      batch: (pixels) => imagesTogether(settings.batch, pixels),
      graphBytes: settings.graphBytes,
      weights: (name) => weights.get(name),
      now: () => performance.now(),
    });
    const fileSystem = fencedFileSystem(settings.lockFile);
    const maker = new ItemMaker({ ...settings, fileSystem }, engine, makers);
    return new Worker(maker, makers, settings, fileSystem);
  }

  async make(item: PlanItem, earlier: readonly Attempt[]): Promise<void> {
    try {
      const record = await this.maker.make(item, earlier, this.#drain.signal);
      if (!isSuspect(record)) {
        // Open the journal with the first record, so that a worker that only measures leaves no file.
        this.#journal ??= openJournal(this.settings.journal, this.fileSystem);
        await (await this.#journal).append(record);
      }
      this.reportProgress();
      send({ type: 'done', record });
    } catch (error) {
      if (error === this.#drain.signal.reason) send({ type: 'dropped', id: item.id });
      else fatal(error);
    }
  }

  async calibrate(recipe: ResolvedRecipe): Promise<void> {
    this.#isCalibrating = true;
    const together = (pixels: number) => imagesTogether(this.settings.batch, pixels);
    const measured = await measureSteps(this.makers, recipe, together);
    // Exclude the measured steps from the progress.
    this.#reported = this.makers.totals;
    this.#isCalibrating = false;
    send({ type: 'calibrated', measured });
  }

  drain(): void {
    this.#drain.abort(new Error('drained'));
  }

  reportProgress(): void {
    if (this.#isCalibrating) return;
    const made = stepsSince(this.#reported, this.makers.totals);
    if (made.steps === 0) return;
    this.#reported = this.makers.totals;
    send({ type: 'progress', made });
  }

  async stop(): Promise<void> {
    await (await this.#journal)?.close();
    this.makers.dispose();
  }
}

function fatal(error: unknown): void {
  const { code, message, cure } = asWildstyleError(error);
  send({ type: 'fatal', code, message, ...(cure && { cure }) });
}

// Ctrl-C and a closed terminal reach the whole process group, but the orchestrator decides how to stop.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => {});
process.on('disconnect', () => process.exit(1));

let starting: Promise<Worker> | undefined;

process.on('message', (message: ToWorker) => {
  handle(message).catch(fatal);
});

async function handle(message: ToWorker): Promise<void> {
  if (message.type === 'start') {
    starting = Worker.start(message.settings);
    const worker = await starting;
    setInterval(() => worker.reportProgress(), progressIntervalMs).unref();
    send({ type: 'ready' });
    return;
  }
  const worker = await starting;
  if (!worker) throw new Error(`The worker received "${message.type}" before "start".`);
  if (message.type === 'item') await worker.make(message.item, message.earlier);
  else if (message.type === 'calibrate') await worker.calibrate(message.recipe);
  else if (message.type === 'drain') worker.drain();
  else {
    await worker.stop();
    process.disconnect();
    process.exit(0);
  }
}
