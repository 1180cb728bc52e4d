/** Judges whether a result still shows its class. @module */
import type { HostTensor } from '../engine/engine.js';
import { sha256 } from '../files/digest.js';
import { type Key, keyOfDigest, random32 } from '../random.js';
import type { FeatureReader } from './features.js';
import { foldCount, type Probe, probabilities } from './probe.js';

/** What the probe says of one image. */
export interface Judgment {
  /** Probability of the image's own class. */
  readonly probability: number;
  /** The most probable class. */
  readonly seen: string;
}

/** The fold of a photograph: that of its group. */
export function foldOf(group: string): number {
  const key: Key = keyOfDigest(sha256(group));
  return random32(key, 0, 0) % foldCount;
}

/** Judges an image by the classifier that was trained without its group. */
export async function judge(
  probe: Probe,
  reader: FeatureReader,
  image: HostTensor,
  { label, group }: { readonly label: string; readonly group: string },
): Promise<Judgment> {
  const found = probabilities(probe, await reader.read(image), foldOf(group));
  const [seen] = Object.entries(found).reduce((a, b) => (b[1] > a[1] ? b : a));
  return { probability: Number((found[label] ?? 0).toFixed(4)), seen };
}
