/** Decides which engine and precision a run uses, where the job leaves that open. @module */
import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { isAuto } from '../../auto.js';
import type { ItemRecord } from '../../dataset/ledger/record.js';
import { candidateDevices } from '../../engine/candidates.js';
import { kindOf } from '../../engine/gpus.js';
import {
  defaultDevice,
  type EngineName,
  engineNames,
  type Precision,
  precisions,
} from '../../engine/index.js';
import { installedLibraries } from '../../engine/libraries/installed.js';
import { WildstyleError } from '../../errors.js';
import { cacheFolder } from '../../files/cache-folder.js';
import { sha256 } from '../../files/digest.js';
import { publishFile } from '../../files/publish.js';
import type { Job } from '../../job/schema.js';
import { packageVersion } from '../../version.js';
import { type DeviceReport, diagnose, fastestOf } from '../doctor/doctor.js';
import { devicesOf } from './devices.js';

/** An engine, its device and its precision. */
export interface EngineChoice {
  readonly engine: EngineName;
  readonly device: string;
  readonly precision: Precision;
}

const choiceSchema = z.object({
  engine: z.enum(engineNames),
  device: z.string(),
  precision: z.enum(precisions),
});

/** The engine of a job that leaves nothing open. @throws `internal` if it does */
export function chosenEngine({ engine, device, precision }: Job['run']): EngineChoice {
  if (isAuto(engine) || isAuto(precision))
    throw new WildstyleError('internal', 'The engine of the run has not been chosen.');
  return { engine, device, precision };
}

/** What a run without stylized images uses. */
export const withoutSteps: EngineChoice = {
  engine: engineNames[0],
  device: defaultDevice,
  precision: precisions[0],
};

/** What {@link withChosenEngine} needs from its caller; tests replace the parts that look at the machine. */
export interface ChoiceOptions {
  /** Records of the output folder: a run that is resumed keeps the engine that it began with. */
  readonly records?: Iterable<ItemRecord> | AsyncIterable<ItemRecord>;
  readonly examine?: (engines: readonly EngineName[]) => Promise<readonly DeviceReport[]>;
  readonly cacheFile?: string;
  /** Called if a run that is resumed keeps an engine where this machine has a faster one. */
  readonly onFaster?: (faster: EngineChoice) => void;
}

/**
 * Returns the job with an engine and a precision in the place of `auto`: those of the images that exist, or else the
 * fastest that compute correctly on this machine. Devices are examined once; the result is cached until the processor, a
 * GPU, a library, a version or the job's wish changes.
 * @throws `engine-unavailable` if no device computes correctly
 */
export async function withChosenEngine<J extends Pick<Job, 'run'>>(
  job: J,
  options: ChoiceOptions = {},
): Promise<J> {
  const { run } = job;
  if (!isAuto(run.engine) && !isAuto(run.precision)) return job;
  const earlier = await earlierChoice(run, options.records ?? []);
  if (earlier) await compareWithFastest(earlier, run, options);
  const choice = earlier ?? (await rememberedChoice(run, options));
  // What was found for a kind of device holds for the job's own, which is open with `engine: auto` alone.
  const device = isAuto(run.engine) ? choice.device : run.device;
  return { ...job, run: { ...run, ...choice, device } };
}

async function compareWithFastest(
  earlier: EngineChoice,
  run: Job['run'],
  options: ChoiceOptions,
): Promise<void> {
  if (!options.onFaster) return;
  // If nothing computes correctly, the run says so itself.
  const fastest = await rememberedChoice(run, options).catch(() => earlier);
  const isSame = fastest.engine === earlier.engine && fastest.precision === earlier.precision;
  if (!isSame || kindOf(fastest.device) !== kindOf(earlier.device)) options.onFaster(fastest);
}

/** The engine of the first image in the folder, if the job allows it. */
async function earlierChoice(
  run: Job['run'],
  records: Iterable<ItemRecord> | AsyncIterable<ItemRecord>,
): Promise<EngineChoice | undefined> {
  for await (const record of records) {
    if (record.status !== 'complete' || record.kind !== 'stylized') continue;
    const { name, device, precision = 'float32' } = record.engine as Record<string, string | undefined>;
    const { data } = choiceSchema.safeParse({ engine: name, device, precision });
    if (data && allows(run, data)) return data;
  }
  return undefined;
}

/**
 * Whether a choice is one that the job leaves open. With `engine: auto`, the device is open, too. What holds for one device
 * holds for all of its kind: `cuda` for `cuda:1`.
 */
function allows(run: Job['run'], choice: EngineChoice): boolean {
  const isDevice = devicesOf(run).every((device) => kindOf(device) === kindOf(choice.device));
  const isEngine = isAuto(run.engine) || (run.engine === choice.engine && isDevice);
  return isEngine && (isAuto(run.precision) || run.precision === choice.precision);
}

async function rememberedChoice(run: Job['run'], options: ChoiceOptions): Promise<EngineChoice> {
  const { cacheFile = join(cacheFolder(), 'engines.json') } = options;
  const { engine, precision } = run;
  const machine = [cpus()[0]?.model, process.version, packageVersion(), installedLibraries()];
  const candidates = candidateDevices().map((candidate) => Object.values(candidate).join());
  const key = sha256(JSON.stringify([machine, candidates, engine, devicesOf(run), precision])).slice(0, 16);
  const known = await readChoices(cacheFile);
  if (known[key]) return known[key];
  const choice = await fastestChoice(run, options);
  const text = `${JSON.stringify({ ...known, [key]: choice }, null, 2)}\n`;
  // If it cannot be written, the next run examines the machine again.
  await publishFile(cacheFile, text, { temporaryFolder: cacheFolder() }).catch(() => {});
  return choice;
}

async function readChoices(file: string): Promise<Record<string, EngineChoice>> {
  try {
    return z.record(z.string(), choiceSchema).parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return {};
  }
}

const examineThisMachine = async (engines: readonly EngineName[]): Promise<readonly DeviceReport[]> =>
  (await diagnose({ candidates: candidateDevices().filter(({ engine }) => engines.includes(engine)) }))
    .devices;

async function fastestChoice(run: Job['run'], options: ChoiceOptions): Promise<EngineChoice> {
  const { examine = examineThisMachine } = options;
  // The reference engine is never the fastest.
  const engines = isAuto(run.engine) ? engineNames.filter((name) => name !== 'reference') : [run.engine];
  const devices = await examine(engines);
  const allowed = devices.filter(({ engine, device, precision }) =>
    allows(run, { engine: engine as EngineName, device, precision }),
  );
  const best = fastestOf(allowed);
  if (best) return best as EngineChoice;
  // An engine that was named is not judged: it reports its own errors.
  if (!isAuto(run.engine)) return { engine: run.engine, device: run.device, precision: 'float32' };
  throw new WildstyleError('engine-unavailable', 'No engine computes correctly on this machine.', {
    cure: 'See wildstyle doctor.',
  });
}
