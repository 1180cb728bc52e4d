/**
 * Opens the gate of a job when a run starts: trains its probe, or tries the user's classifier, on the originals of
 * training splits.
 * @module
 */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { outputPaths } from '../../dataset/output-paths.js';
import { createEngine } from '../../engine/index.js';
import { WildstyleError } from '../../errors.js';
import { sha256 } from '../../files/digest.js';
import type { FileSystem } from '../../files/file-system.js';
import { publishFile } from '../../files/publish.js';
import type { ClassifierFile } from '../../gate/classifier.js';
import { destroyed } from '../../gate/destroyed.js';
import { FeatureReader } from '../../gate/features.js';
import { classifierJudge, foldOf } from '../../gate/judge.js';
import { classCountOf, type Example, nothingOf, type Probe, trainProbe } from '../../gate/probe.js';
import { decodeImage } from '../../images/decode.js';
import type { FittedTarget } from '../../images/fit.js';
import { toTensor } from '../../images/tensor.js';
import { possibleNetworks } from '../../job/checks.js';
import type { Gate } from '../../job/gate-schema.js';
import { keyOfDigest, random32 } from '../../random.js';
import { trainingSplits } from '../../splits/names.js';
import type { NetworkName } from '../../stylize/networks/index.js';
import { defaultNetwork } from '../../stylize/networks/index.js';
import { chosenEngine } from '../engines/engine-choice.js';
import { classifierDigest, openClassifier } from './own-classifier.js';
import type { Prepared } from './prepare.js';
import { WeightStore } from './weights.js';

/** Increment it when the same originals give another probe. */
const probeVersion = 2;
/** Shared by the classes: the time for the probe grows with the cube. */
const mostOriginals = 800;

/** What workers need to judge. */
export type OpenGate = {
  /** The splits whose images are judged. */
  readonly splits: readonly string[];
} & ({ readonly probe: Probe; readonly network: NetworkName } | { readonly file: ClassifierFile });

interface Original {
  readonly path: string;
  readonly sha256: string;
  readonly label: string;
  readonly group: string;
  readonly target: FittedTarget;
}

/**
 * The probe of a job, a function of its plan and weights, or the user's own classifier. Undefined if the job has no gate,
 * or nothing that it judges.
 * @throws `gate-weak` if it recognizes too few originals to judge anything; `classifier-invalid`
 */
export async function openGate(prepared: Prepared, fileSystem: FileSystem): Promise<OpenGate | undefined> {
  const { job, weightsFiles, classifier } = prepared;
  if (!job.gate) return undefined;
  const splits = judgedSplits(prepared);
  if (splits.length === 0) return undefined;
  const originals = originalsOf(prepared, splits);
  if (classifier) {
    const tried = await tryClassifier(prepared, classifier, originals, fileSystem);
    refuseWeak(tried, job.gate, 'classifier');
    return { file: classifier, splits };
  }
  const [network = defaultNetwork] = possibleNetworks(job);
  const store = new WeightStore(weightsFiles);
  const { digest } = await store.get(network);
  const listed = originals.map(({ sha256: own, label, group, target }) => [own, label, group, target]);
  const key = sha256(JSON.stringify([probeVersion, network, digest, listed]));
  const { workFolder, temporaryFolder } = outputPaths(job.output.root);
  const path = join(workFolder, 'probe.json');
  const known = await readKnown<Probe>(path, key, 'probe');
  const probe = known ?? (await train(prepared, originals, network, store));
  if (!known) await publishFile(path, JSON.stringify({ key, probe }), { temporaryFolder, fileSystem });
  refuseWeak({ ...probe, classes: classCountOf(probe) }, job.gate, 'probe');
  return { probe, network, splits };
}

/** How well a classifier does on originals. */
interface Tried {
  readonly accuracy: number;
  readonly examples: number;
  readonly classes: number;
}

function refuseWeak({ accuracy, examples, classes }: Tried, gate: Gate, kind: 'probe' | 'classifier'): void {
  if (accuracy >= gate.accuracy) return;
  const [found, chance, asked] = [accuracy, 1 / classes, gate.accuracy].map((share) =>
    Math.round(100 * share),
  );
  const unseen = kind === 'probe' ? ' that it had not seen' : '';
  const better =
    kind === 'probe' ? 'Add originals, use network: vgg19' : 'Check size, mean, std and the order of labels';
  throw new WildstyleError(
    'gate-weak',
    `The ${kind} is too weak to judge: of ${examples} originals${unseen}, it recognizes ${found}% (by chance: ${chance}%), but gate.accuracy requires ${asked}%.`,
    { cure: `${better}, lower gate.accuracy, or remove gate.` },
  );
}

/** Tries the user's classifier on originals, or reads what was found before. Every class weighs the same. */
async function tryClassifier(
  prepared: Prepared,
  file: ClassifierFile,
  originals: readonly Original[],
  fileSystem: FileSystem,
): Promise<Tried> {
  const listed = originals.map(({ sha256: own, label, target }) => [own, label, target]);
  const key = sha256(JSON.stringify([classifierDigest(file), listed]));
  const { workFolder, temporaryFolder } = outputPaths(prepared.job.output.root);
  const path = join(workFolder, 'classifier.json');
  const known = await readKnown<Tried>(path, key, 'tried');
  if (known) return known;
  const classifier = await openClassifier(file, availableParallelism());
  const judge = classifierJudge(async () => classifier);
  const counts = new Map<string, { all: number; right: number }>();
  try {
    for await (const { image, label, group } of decoded(prepared, originals)) {
      const count = counts.get(label) ?? { all: 0, right: 0 };
      const { seen } = await judge(image, { label, group });
      counts.set(label, { all: count.all + 1, right: count.right + (seen === label ? 1 : 0) });
    }
  } finally {
    await classifier.dispose();
  }
  const all = [...counts.values()];
  const tried = {
    accuracy: all.reduce((sum, { all: count, right }) => sum + right / count, 0) / Math.max(1, all.length),
    examples: all.reduce((sum, { all: count }) => sum + count, 0),
    classes: new Set(file.labels).size,
  };
  await publishFile(path, JSON.stringify({ key, tried }), { temporaryFolder, fileSystem });
  return tried;
}

/** The originals that can be decoded. One that cannot fails later, with its own message. */
async function* decoded({ job }: Prepared, originals: readonly Original[]) {
  for (const original of originals) {
    const pixels = await decodeImage(join(job.content.root, original.path), original.target, {
      maximumPixels: job.run.inputLimits.maxPixels,
    }).catch(() => undefined);
    if (pixels) yield { ...original, image: toTensor(pixels) };
  }
}

/** Images for evaluation are not judged, and what is left for training must not depend on them. */
function judgedSplits({ plan }: Prepared): string[] {
  const stylized = new Set<string>();
  for (const { kind, split } of plan.items()) if (kind === 'stylized') stylized.add(split);
  return trainingSplits(stylized);
}

/** The content images of splits, each once, at most some of each class; which ones follows from their digests. */
function originalsOf({ plan }: Prepared, splits: readonly string[]): Original[] {
  const found = new Map<string, Original>();
  for (const { sources, label, group, recipe, split } of plan.items()) {
    if (!splits.includes(split)) continue;
    const { path, sha256: own } = sources.content;
    if (label !== null)
      found.set(own, { path, sha256: own, label, group, target: { sizePx: recipe.size, fit: recipe.fit } });
  }
  const order = ({ sha256: own }: Original) => random32(keyOfDigest(own), 0, 1);
  const sorted = [...found.values()].sort((a, b) => order(a) - order(b) || (a.sha256 < b.sha256 ? -1 : 1));
  const mostPerClass = Math.ceil(mostOriginals / new Set(sorted.map(({ label }) => label)).size);
  const counts = new Map<string, number>();
  return sorted.filter(({ label }) => {
    const count = (counts.get(label) ?? 0) + 1;
    counts.set(label, count);
    return count <= mostPerClass;
  });
}

async function readKnown<T>(path: string, key: string, name: string): Promise<T | undefined> {
  try {
    const known = JSON.parse(await readFile(path, 'utf8')) as { key: string } & Record<string, T>;
    return known.key === key ? known[name] : undefined;
  } catch {
    return undefined;
  }
}

async function train(
  prepared: Prepared,
  originals: readonly Original[],
  network: NetworkName,
  store: WeightStore,
): Promise<Probe> {
  const { engine: name, device, precision } = chosenEngine(prepared.job.run);
  const engine = await createEngine(name, { device, precision });
  try {
    const reader = new FeatureReader(engine, network, () => store.get(network));
    const examples: Example[] = [];
    for await (const { image, sha256: own, label, group } of decoded(prepared, originals)) {
      const fold = foldOf(group);
      examples.push({ features: await reader.read(image), label, fold });
      const without = destroyed(image, keyOfDigest(own));
      examples.push({ features: await reader.read(without.image), label: nothingOf(without.kind), fold });
    }
    await reader.dispose();
    return trainProbe(examples);
  } finally {
    engine.dispose();
  }
}
