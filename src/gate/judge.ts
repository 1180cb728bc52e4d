/** Judges whether a result still shows its class. @module */
import type { HostTensor } from '../engine/engine.js';
import { sha256 } from '../files/digest.js';
import { type Key, keyOfDigest, random32 } from '../random.js';
import type { Classifier } from './classifier.js';
import type { FeatureReader } from './features.js';
import { foldCount, type Probe, probabilities } from './probe.js';

/** What is said of one image. */
export interface Judgment {
  /** Probability of the image's own class. */
  readonly probability: number;
  /** The most probable class. */
  readonly seen: string;
}

/** Judges an image of a class and a group. */
export type Judge = (
  image: HostTensor,
  of: { readonly label: string; readonly group: string },
) => Promise<Judgment>;

/** The fold of a photograph: that of its group. */
export function foldOf(group: string): number {
  const key: Key = keyOfDigest(sha256(group));
  return random32(key, 0, 0) % foldCount;
}

function judgmentOf(found: Readonly<Record<string, number>>, label: string): Judgment {
  const [seen] = Object.entries(found).reduce((a, b) => (b[1] > a[1] ? b : a));
  return { probability: Number((found[label] ?? 0).toFixed(4)), seen };
}

/** Judges by the part of the probe that was trained without the image's group. */
export const probeJudge =
  (probe: Probe, reader: FeatureReader): Judge =>
  async (image, { label, group }) =>
    judgmentOf(probabilities(probe, await reader.read(image), foldOf(group)), label);

/** Judges by a classifier of the user's own. It is opened with the first image. */
export function classifierJudge(open: () => Promise<Classifier>): Judge {
  let opened: Promise<Classifier> | undefined;
  return async (image, { label }) => {
    opened ??= open();
    return judgmentOf(await (await opened).read(image), label);
  };
}
