/** The images of a distillation: photographs and styles from folders, cut and changed at random. @module */
import type { HostTensor } from '../../../src/engine/index.js';
import { WildstyleError } from '../../../src/errors.js';
import { decodeImage, type Pixels } from '../../../src/images/decode.js';
import { keyOfSeed, uniform } from '../../../src/random.js';
import { imagePaths } from './inputs.js';

/** Uniform numbers in [0, 1). */
export type Draw = () => number;

/** Long edge to which images are decoded. */
export const sourceEdgePx = 384;

/**
 * Decodes every image in a folder and the folders in it, in order of their paths.
 * @throws `option-invalid` if there is none
 */
export async function loadFolder(folder: string, except: readonly string[] = []): Promise<Pixels[]> {
  const images: Pixels[] = [];
  const paths = await imagePaths(folder, except);
  if (paths.length === 0)
    throw new WildstyleError(
      'option-invalid',
      `${folder} has no JPEG, PNG or WebP images that are not left out.`,
    );
  for (const path of paths) images.push(await decodeImage(path, { sizePx: sourceEdgePx, fit: 'keep' }));
  return images;
}

/** Splits a list into what is trained on and one entry of every `every`, which is not. */
export function heldOut<T>(list: readonly T[], every: number): { trained: T[]; held: T[] } {
  const isHeld = (index: number) => index % every === every - 1;
  return {
    trained: list.filter((_, index) => !isHeld(index)),
    held: list.filter((_, index) => isHeld(index)),
  };
}

/**
 * A square cut at random: place, scale (the cut's side is 0.7 to 2.4 times the result's, where the image is large
 * enough) and mirroring. Bilinear, with as many samples a pixel as the scale needs.
 * @returns float RGB in [0, 1], row by row
 */
export function randomCut({ data, widthPx, heightPx }: Pixels, sizePx: number, draw: Draw): Float32Array {
  const wanted = sizePx * (0.7 + 1.7 * draw() ** 1.5);
  const side = Math.min(wanted, widthPx - 1, heightPx - 1);
  const [left, top] = [draw() * (widthPx - 1 - side), draw() * (heightPx - 1 - side)];
  const mirrored = draw() < 0.5;
  const scale = side / sizePx;
  const samples = Math.max(1, Math.round(scale));
  const cut = new Float32Array(3 * sizePx * sizePx);
  for (let y = 0; y < sizePx; y++) {
    for (let x = 0; x < sizePx; x++) {
      const to = 3 * (y * sizePx + (mirrored ? sizePx - 1 - x : x));
      for (let sample = 0; sample < samples * samples; sample++) {
        const sy = top + scale * (y + (Math.floor(sample / samples) + 0.5) / samples);
        const sx = left + scale * (x + ((sample % samples) + 0.5) / samples);
        const [y0, x0] = [Math.min(Math.floor(sy), heightPx - 2), Math.min(Math.floor(sx), widthPx - 2)];
        const [fy, fx] = [Math.min(1, sy - y0), Math.min(1, sx - x0)];
        const at = 3 * (y0 * widthPx + x0);
        for (let c = 0; c < 3; c++) {
          const upper = data[at + c] * (1 - fx) + data[at + 3 + c] * fx;
          const below = at + 3 * widthPx;
          const lower = data[below + c] * (1 - fx) + data[below + 3 + c] * fx;
          cut[to + c] += (upper * (1 - fy) + lower * fy) / (255 * samples * samples);
        }
      }
    }
  }
  return cut;
}

/** Mixes the channels, and changes contrast and brightness, all by a random amount up to `strength`. In place. */
export function recolor(pixels: Float32Array, strength: number, draw: Draw): Float32Array {
  const noise = () => strength * (2 * draw() - 1);
  const mix = Array.from({ length: 9 }, (_, i) => (i % 4 === 0 ? 1 : 0) + noise());
  // Each row sums to one, so that gray stays gray before the shift.
  for (let row = 0; row < 3; row++) {
    const sum = mix[3 * row] + mix[3 * row + 1] + mix[3 * row + 2];
    for (let c = 0; c < 3; c++) mix[3 * row + c] += (1 - sum) / 3;
  }
  const [contrast, shift] = [1 + 0.6 * noise(), Array.from({ length: 3 }, () => 0.25 * noise())];
  for (let i = 0; i < pixels.length; i += 3) {
    const [r, g, b] = [pixels[i], pixels[i + 1], pixels[i + 2]];
    for (let c = 0; c < 3; c++) {
      const value = mix[3 * c] * r + mix[3 * c + 1] * g + mix[3 * c + 2] * b;
      pixels[i + c] = Math.min(1, Math.max(0, (value - 0.5) * contrast + 0.5 + shift[c]));
    }
  }
  return pixels;
}

/** Random cuts of images as one batch, `[count, size, size, 3]`. */
export function cuts(
  images: readonly Pixels[],
  { count, sizePx, seed }: { readonly count: number; readonly sizePx: number; readonly seed: number },
): HostTensor {
  let draws = 0;
  const draw = () => uniform(keyOfSeed(seed), 0, draws++);
  const data = new Float32Array(count * 3 * sizePx ** 2);
  for (let i = 0; i < count; i++) {
    const cut = randomCut(images[Math.floor(draw() * images.length)], sizePx, draw);
    data.set(cut, i * cut.length);
  }
  return { data, shape: [count, sizePx, sizePx, 3] };
}
