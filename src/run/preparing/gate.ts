/** Trains the probe of a job when a run starts, or reads it from the working folder. @module */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { outputPaths } from '../../dataset/output-paths.js';
import { createEngine } from '../../engine/index.js';
import { WildstyleError } from '../../errors.js';
import { sha256 } from '../../files/digest.js';
import type { FileSystem } from '../../files/file-system.js';
import { publishFile } from '../../files/publish.js';
import { destroyed } from '../../gate/destroyed.js';
import { FeatureReader } from '../../gate/features.js';
import { foldOf } from '../../gate/judge.js';
import { classCountOf, type Example, nothingOf, type Probe, trainProbe } from '../../gate/probe.js';
import { decodeImage } from '../../images/decode.js';
import type { FittedTarget } from '../../images/fit.js';
import { toTensor } from '../../images/tensor.js';
import { possibleNetworks } from '../../job/checks.js';
import { keyOfDigest, random32 } from '../../random.js';
import type { NetworkName } from '../../stylize/networks/index.js';
import { defaultNetwork } from '../../stylize/networks/index.js';
import { chosenEngine } from '../engines/engine-choice.js';
import type { Prepared } from './prepare.js';
import { WeightStore } from './weights.js';

/** Increment it when the same originals give another probe. */
const probeVersion = 2;
/** Shared by the classes: the time for the probe grows with the cube. */
const mostOriginals = 800;

/** What workers need to judge. */
export interface OpenGate {
  readonly probe: Probe;
  readonly network: NetworkName;
}

interface Original {
  readonly path: string;
  readonly sha256: string;
  readonly label: string;
  readonly group: string;
  readonly target: FittedTarget;
}

/**
 * The probe of a job: a function of its plan and weights. Undefined if the job has no gate.
 * @throws `gate-weak` if it recognizes too few originals to judge anything
 */
export async function openGate(prepared: Prepared, fileSystem: FileSystem): Promise<OpenGate | undefined> {
  const { job, weightsFiles } = prepared;
  if (!job.gate) return undefined;
  const [network = defaultNetwork] = possibleNetworks(job);
  const store = new WeightStore(weightsFiles);
  const originals = originalsOf(prepared);
  const { digest } = await store.get(network);
  const listed = originals.map(({ sha256: own, label, group, target }) => [own, label, group, target]);
  const key = sha256(JSON.stringify([probeVersion, network, digest, listed]));
  const { workFolder, temporaryFolder } = outputPaths(job.output.root);
  const path = join(workFolder, 'probe.json');
  const known = await readProbe(path, key);
  const probe = known ?? (await train(prepared, originals, network, store));
  if (!known) await publishFile(path, JSON.stringify({ key, probe }), { temporaryFolder, fileSystem });
  const { accuracy, examples } = probe;
  if (accuracy < job.gate.accuracy) {
    const [found, chance, asked] = [accuracy, 1 / classCountOf(probe), job.gate.accuracy].map((share) =>
      Math.round(100 * share),
    );
    throw new WildstyleError(
      'gate-weak',
      `The probe is too weak to judge: of ${examples} originals that it had not seen, it recognizes ${found} % (by chance: ${chance} %), and gate.accuracy asks for ${asked} %.`,
      { cure: 'Add originals, use network: vgg19, lower gate.accuracy, or leave out gate.' },
    );
  }
  return { probe, network };
}

/** The content images of the plan, each once, at most some of each class; which ones follows from their digests. */
function originalsOf({ plan }: Prepared): Original[] {
  const found = new Map<string, Original>();
  for (const { sources, label, group, recipe } of plan.items()) {
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

async function readProbe(path: string, key: string): Promise<Probe | undefined> {
  try {
    const known = JSON.parse(await readFile(path, 'utf8')) as { key: string; probe: Probe };
    return known.key === key ? known.probe : undefined;
  } catch {
    return undefined;
  }
}

async function train(
  { job }: Prepared,
  originals: readonly Original[],
  network: NetworkName,
  store: WeightStore,
): Promise<Probe> {
  const { engine: name, device, precision } = chosenEngine(job.run);
  const engine = await createEngine(name, { device, precision });
  try {
    const reader = new FeatureReader(engine, network, () => store.get(network));
    const examples: Example[] = [];
    for (const { path, sha256: own, label, group, target } of originals) {
      const pixels = await decodeImage(join(job.content.root, path), target, {
        maximumPixels: job.run.inputLimits.maxPixels,
      }).catch(() => undefined);
      // An image that cannot be decoded fails later, with its own message.
      if (!pixels) continue;
      const [image, fold] = [toTensor(pixels), foldOf(group)];
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
