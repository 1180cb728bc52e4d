/**
 * Regions of an image, for guidance: a region of the image being optimized takes its look from the same region of the style
 * (Gatys et al. 2017, "Controlling Perceptual Factors in Neural Style Transfer", section 4). All of this runs on the host.
 * @module
 */
import type { HostTensor } from '../../engine/engine.js';

/** The regions of an image. A pixel may be in several regions, or in none. */
export interface Regions {
  /** Equal for equal regions of images of the same size. */
  readonly key: string;
  readonly height: number;
  readonly width: number;
  /** The pixels of each region, at least one, as indexes row by row in ascending order. */
  readonly pixels: readonly Uint32Array[];
}

/** The share of each region in the pixels of the image. */
export const sharesOfRegions = ({ height, width, pixels }: Regions): number[] =>
  pixels.map(({ length }) => length / (height * width));

/**
 * How much each position of a layer belongs to each region: the share of its pixels, divided by the mean over all positions
 * (the guidance channels of Gatys et al. 2017, eq. 2, squared, with down-sampling by means).
 * @param height of the layer
 * @returns `[1, height * width, regions]`, with a mean of 1 for each region
 */
export function positionWeights(regions: Regions, height: number, width: number): HostTensor {
  const count = regions.pixels.length;
  const data = new Float32Array(height * width * count);
  for (const [region, pixels] of regions.pixels.entries()) {
    for (const pixel of pixels) {
      const row = Math.floor((Math.floor(pixel / regions.width) * height) / regions.height);
      const column = Math.floor(((pixel % regions.width) * width) / regions.width);
      data[(row * width + column) * count + region]++;
    }
    for (let at = region; at < data.length; at += count) data[at] *= (height * width) / pixels.length;
  }
  return { data, shape: [1, height * width, count] };
}

/** The golden ratio: its multiples spread evenly, whatever their number. */
const ratio = 0.6180339887498949;

/**
 * Places in a region, spread evenly over its pixels.
 * @param shift in [0, 1); moves all places along the region
 * @returns the middles of pixels as shares of height and width, `count` pairs
 */
export function placesIn(regions: Regions, region: number, count: number, shift: number): Float32Array {
  const { height, width, pixels } = regions;
  const all = pixels[region];
  const places = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) {
    const at = shift + (i + 0.5) * ratio;
    const pixel = all[Math.floor((at - Math.floor(at)) * all.length)];
    places[2 * i] = (Math.floor(pixel / width) + 0.5) / height;
    places[2 * i + 1] = ((pixel % width) + 0.5) / width;
  }
  return places;
}
