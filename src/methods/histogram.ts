/**
 * The method `histogram`: each color channel gets the histogram of the style's (Gonzalez & Woods, "Digital image processing",
 * histogram specification). @module
 */
import type { HostTensor } from '../engine/engine.js';
import { directMethod } from './direct.js';

const levels = 256;

export const histogram = directMethod({
  name: 'histogram',
  version: 1,
  parameters: {},
  resolve: () => ({}),
  style: 'ownShape',
  make: matchHistograms,
});

/**
 * The image with the cumulative histograms of another, channel by channel, on 256 levels. Between the levels of the other
 * image, values are interpolated.
 * @param image `[1, height, width, 3]`, RGB in [0, 1]; values are rounded to levels
 * @param like likewise, of any size
 */
export function matchHistograms(image: HostTensor, like: HostTensor): HostTensor {
  const data = new Float32Array(image.data.length);
  for (const channel of [0, 1, 2]) {
    const table = matchingTable(cumulative(image, channel), cumulative(like, channel));
    for (let i = channel; i < data.length; i += 3) data[i] = table[levelOf(image.data[i])] / (levels - 1);
  }
  return { data, shape: image.shape };
}

function levelOf(value: number): number {
  return Math.round(Math.min(1, Math.max(0, value)) * (levels - 1));
}

/** For each level, the share of pixels at or below it. */
function cumulative({ data }: HostTensor, channel: number): Float64Array {
  const shares = new Float64Array(levels);
  for (let i = channel; i < data.length; i += 3) shares[levelOf(data[i])]++;
  for (let level = 1; level < levels; level++) shares[level] += shares[level - 1];
  return shares.map((count) => (3 * count) / data.length);
}

/** For each level, the level at which the other cumulative histogram has the same share. */
function matchingTable(own: Float64Array, other: Float64Array): Float64Array {
  const present = [...other.keys()].filter((level) => other[level] > (other[level - 1] ?? 0));
  return own.map((share) => {
    const above = present.findIndex((level) => other[level] >= share);
    if (above < 0) return present[present.length - 1];
    if (above === 0) return present[0];
    const [low, high] = [present[above - 1], present[above]];
    return low + ((high - low) * (share - other[low])) / (other[high] - other[low]);
  });
}
