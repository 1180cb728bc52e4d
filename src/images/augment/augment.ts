/** Applies classical augmentations to pixels. @module */
import sharp, { type Sharp } from 'sharp';
import { drawNumber, keyOfSeed, normals } from '../../random.js';
import { warp } from '../geometry/warp.js';
import type { Pixels } from '../pixels.js';
import { geometryOf } from './geometry.js';
import type { Augmentation } from './parameters.js';

/**
 * Augments an image. The result has the same shape, and follows from image, augmentation and seed alone.
 * @param seed 32-bit seed of the noise
 * @param draw a name for the draws, so that two augmentations with one seed differ
 */
export async function augmentPixels(
  pixels: Pixels,
  augmentation: Augmentation,
  seed: number,
  draw: string,
): Promise<Pixels> {
  const { color, grayscale, blur, noise, jpeg, cutout } = augmentation;
  const map = geometryOf(augmentation, pixels);
  let image = map ? warp(pixels, map) : pixels;
  if (color) {
    const { brightness, contrast, saturation, hue } = color;
    image = await throughSharp(image, (input) => input.modulate({ brightness, saturation, hue }));
    if (contrast !== 1)
      image = await throughSharp(image, (input) => input.linear(contrast, midGray * (1 - contrast)));
  }
  if (grayscale) image = await throughSharp(image, (input) => input.grayscale());
  if (blur !== undefined) image = await throughSharp(image, (input) => input.blur(blur));
  if (noise !== undefined) image = noisy(image, noise, seed, draw);
  if (jpeg !== undefined) image = await asJpeg(image, jpeg);
  return cutout ? cutOut(image, cutout) : image;
}

const midGray = 127.5;

const open = ({ data, widthPx: width, heightPx: height }: Pixels): Sharp =>
  sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false });

async function throughSharp(pixels: Pixels, change: (input: Sharp) => Sharp): Promise<Pixels> {
  const output = change(open(pixels)).toColourspace('srgb').raw({ depth: 'uchar' });
  const { data, info } = await output.toBuffer({ resolveWithObject: true });
  return { ...pixels, data: info.channels === 3 ? new Uint8Array(data) : repeated(data) };
}

/** Three equal channels. */
function repeated(gray: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: 3 * gray.length }, (_, i) => gray[Math.floor(i / 3)]);
}

async function asJpeg(pixels: Pixels, quality: number): Promise<Pixels> {
  const bytes = await open(pixels).jpeg({ quality }).toBuffer();
  const data = await sharp(bytes, { limitInputPixels: false }).toColourspace('srgb').raw().toBuffer();
  return { ...pixels, data: new Uint8Array(data) };
}

function noisy(pixels: Pixels, deviation: number, seed: number, draw: string): Pixels {
  const values = normals(keyOfSeed(seed), drawNumber(`augment.${draw}.noise`), pixels.data.length);
  const data = Uint8ClampedArray.from(pixels.data, (value, i) => value + 255 * deviation * values[i]);
  return { ...pixels, data: new Uint8Array(data.buffer) };
}

function cutOut(pixels: Pixels, { size, x, y }: NonNullable<Augmentation['cutout']>): Pixels {
  const { widthPx, heightPx } = pixels;
  const edgePx = size * Math.min(widthPx, heightPx);
  const [left, top] = [x * widthPx - edgePx / 2, y * heightPx - edgePx / 2].map(Math.round);
  const data = Uint8Array.from(pixels.data);
  const means = [0, 1, 2].map((c) => {
    let sum = 0;
    for (let i = c; i < data.length; i += 3) sum += data[i];
    return Math.round((3 * sum) / data.length);
  });
  const end = Math.round(edgePx);
  for (let row = Math.max(0, top); row < Math.min(heightPx, top + end); row++) {
    for (let column = Math.max(0, left); column < Math.min(widthPx, left + end); column++)
      data.set(means, (row * widthPx + column) * 3);
  }
  return { ...pixels, data };
}
