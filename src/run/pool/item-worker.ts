/** The work of a worker: makes items on its own engine and records them in its own journal. @module */
import sharp from 'sharp';
import { type Journal, openJournal } from '../../dataset/ledger/journals/journal.js';
import type { Attempt } from '../../dataset/ledger/record.js';
import { createEngine } from '../../engine/index.js';
import { asWildstyleError } from '../../errors.js';
import { type FileSystem, nodeFileSystem } from '../../files/file-system.js';
import { fencedFileSystem } from '../../files/lock/folder-lock.js';
import { FeatureReader } from '../../gate/features.js';
import { classifierJudge, probeJudge } from '../../gate/judge.js';
import type { ResolvedRecipe } from '../../methods/index.js';
import type { PlanItem } from '../../plan/item.js';
import { noSteps, stepsSince } from '../../stylize/step-totals.js';
import { onProcessor, type WatchedEngine, watched } from '../doctor/step-placement.js';
import { imagesTogether } from '../estimate/machine.js';
import { measureSteps } from '../estimate/measure-steps.js';
import { ItemMaker } from '../item/make-item.js';
import { Makers } from '../item/makers.js';
import { openClassifier } from '../preparing/own-classifier.js';
import { WeightStore } from '../preparing/weights.js';
import { ItemCurves } from './item-curves.js';
import type { FromWorker, ToWorker, WorkerSettings } from './protocol.js';
import { isSuspect } from './suspects.js';

type Send = (message: FromWorker) => void;

const progressIntervalMs = 500;

/** Does what the messages of an orchestrator ask for. */
export class ItemWorker {
  #opening: Promise<Workshop> | undefined;
  #reporting: NodeJS.Timeout | undefined;

  /** @param fileSystem writes only while the run holds its lock */
  constructor(
    private readonly send: Send,
    private readonly fileSystem: FileSystem = nodeFileSystem,
  ) {}

  /** Handles a message. Reports what goes wrong; never rejects. */
  async handle(message: ToWorker): Promise<void> {
    await this.#handle(message).catch((error) => this.send(fatal(error)));
  }

  async #handle(message: ToWorker): Promise<void> {
    if (message.type === 'start') {
      this.#opening = Workshop.open(message.settings, this.send, this.fileSystem);
      const opened = await this.#opening;
      this.#reporting = setInterval(() => opened.reportProgress(), progressIntervalMs).unref();
      this.send({ type: 'ready' });
      return;
    }
    const workshop = await this.#opening;
    if (!workshop) throw new Error(`The worker received "${message.type}" before "start".`);
    if (message.type === 'item') await workshop.make(message.item, message.earlier);
    else if (message.type === 'calibrate') await workshop.calibrate(message.recipe);
    else if (message.type === 'drain') workshop.drain();
    else {
      clearInterval(this.#reporting);
      await workshop.close();
    }
  }
}

function fatal(error: unknown): FromWorker {
  const { code, message, cure } = asWildstyleError(error);
  return { type: 'fatal', code, message, ...(cure && { cure }) };
}

function batchOf({ batch, maximumBatch }: WorkerSettings, pixels: number): number {
  return Math.min(imagesTogether(batch, pixels), maximumBatch ?? Number.POSITIVE_INFINITY);
}

/** An opened engine, and what is made on it. */
class Workshop {
  readonly #drain = new AbortController();
  readonly #curves = new ItemCurves();
  #reported = noSteps;
  #isCalibrating = false;
  #journal: Promise<Journal> | undefined;

  private constructor(
    private readonly maker: ItemMaker,
    private readonly makers: Makers,
    private readonly settings: WorkerSettings,
    private readonly fileSystem: FileSystem,
    private readonly send: Send,
    private readonly placement?: WatchedEngine['placement'],
  ) {}

  static async open(settings: WorkerSettings, send: Send, fileSystem: FileSystem): Promise<Workshop> {
    // The engine uses the cores; decoding gets one thread.
    sharp.concurrency(1);
    sharp.cache(false);
    const engine = await createEngine(settings.engine, {
      device: settings.device,
      precision: settings.precision,
      threads: settings.threads,
    });
    const weights = new WeightStore(settings.weightsFiles);
    // Where nodes run is known for GPUs only.
    const watching = engine.placement ? watched(engine) : undefined;
    const makers = new Makers({
      engine: watching?.engine ?? engine,
      batch: (pixels) => batchOf(settings, pixels),
      graphBytes: settings.graphBytes,
      weights: (name) => weights.get(name),
      now: () => performance.now(),
    });
    const fenced = fencedFileSystem(settings.lockFile, fileSystem);
    const { gate } = settings;
    const gatekeeper = gate && {
      gate: gate.rules,
      splits: gate.splits,
      judge:
        'file' in gate
          ? classifierJudge(() => openClassifier(gate.file, settings.threads))
          : probeJudge(gate.probe, new FeatureReader(engine, gate.network, () => weights.get(gate.network))),
    };
    const maker = new ItemMaker({ ...settings, fileSystem: fenced }, engine, makers, gatekeeper);
    return new Workshop(maker, makers, settings, fenced, send, watching?.placement);
  }

  async make(item: PlanItem, earlier: readonly Attempt[]): Promise<void> {
    try {
      const watch = this.#curves.begin(item.id);
      const record = await this.maker
        .make(item, earlier, this.#drain.signal, watch)
        .finally(() => this.#curves.end(item.id));
      if (!isSuspect(record)) {
        // Open the journal with the first record, so that a worker that only measures leaves no file.
        this.#journal ??= openJournal(this.settings.journal, this.fileSystem);
        await (await this.#journal).append(record);
      }
      this.reportProgress();
      this.send({ type: 'done', record, rssBytes: process.memoryUsage.rss() });
    } catch (error) {
      if (error === this.#drain.signal.reason) this.send({ type: 'dropped', id: item.id });
      else this.send(fatal(error));
    }
  }

  async calibrate(recipe: ResolvedRecipe): Promise<void> {
    this.#isCalibrating = true;
    const together = (pixels: number) => batchOf(this.settings, pixels);
    const measured = await measureSteps(this.makers, recipe, together);
    // Exclude the measured steps from the progress.
    this.#reported = this.makers.totals;
    this.#isCalibrating = false;
    const placement = await this.placement?.().catch(() => undefined);
    if (placement) this.send({ type: 'placement', onProcessor: onProcessor(placement) });
    this.send({ type: 'calibrated', measured });
  }

  drain(): void {
    this.#drain.abort(new Error('drained'));
  }

  reportProgress(): void {
    if (this.#isCalibrating) return;
    const made = stepsSince(this.#reported, this.makers.totals);
    if (made.steps === 0) return;
    this.#reported = this.makers.totals;
    const curves = this.#curves.take();
    this.send({ type: 'progress', made, ...(curves && { curves }) });
  }

  async close(): Promise<void> {
    await (await this.#journal)?.close();
    this.makers.dispose();
  }
}
