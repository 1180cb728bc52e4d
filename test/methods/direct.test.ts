/** Methods without steps: `fda`, `histogram`, `colorTransfer`, `none`. @module */
import test from 'ava';
import type { HostTensor } from '../../src/engine/engine.js';
import { transferColors } from '../../src/methods/color-transfer.js';
import { exchangeAmplitudes } from '../../src/methods/fda/amplitudes.js';
import { matchHistograms } from '../../src/methods/histogram.js';
import { drawNumber, keyOfSeed, uniform } from '../../src/random.js';

function noise(seed: number, height: number, width: number, low = 0, high = 1): HostTensor {
  const [key, draw] = [keyOfSeed(seed), drawNumber('image')];
  const data = new Float32Array(height * width * 3).map((_, i) => low + (high - low) * uniform(key, draw, i));
  return { data, shape: [1, height, width, 3] };
}

const largest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i])));

/** The discrete Fourier transform of one channel, by its definition; `[v][u]` as amplitude and phase. */
function transform({ data, shape: [, height, width] }: HostTensor, channel: number) {
  return Array.from({ length: height }, (_, v) =>
    Array.from({ length: width }, (_, u) => {
      let [re, im] = [0, 0];
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const angle = -2 * Math.PI * ((v * y) / height + (u * x) / width);
          re += data[(y * width + x) * 3 + channel] * Math.cos(angle);
          im += data[(y * width + x) * 3 + channel] * Math.sin(angle);
        }
      }
      return { re, im, amplitude: Math.hypot(re, im) };
    }),
  );
}

test('fda exchanges the amplitudes of low frequencies and nothing else', (t) => {
  for (const [height, width, beta] of [
    [12, 15, 0.2],
    [9, 8, 0.25],
    [10, 10, 0],
  ] as const) {
    const [content, style] = [noise(1, height, width), noise(2, height, width)];
    const b = Math.floor(Math.min(height, width) * beta);
    const made = exchangeAmplitudes(content, style, beta);
    for (const channel of [0, 1, 2]) {
      const [own, other, found] = [content, style, made].map((image) => transform(image, channel));
      for (let v = 0; v < height; v++) {
        for (let u = 0; u < width; u++) {
          const isLow = Math.min(v, height - v) <= b && Math.min(u, width - u) <= b;
          const factor = isLow ? other[v][u].amplitude / own[v][u].amplitude : 1;
          t.true(Math.abs(found[v][u].re - factor * own[v][u].re) < 1e-4, `${v} ${u}`);
          t.true(Math.abs(found[v][u].im - factor * own[v][u].im) < 1e-4, `${v} ${u}`);
        }
      }
    }
  }
});

test('an image keeps itself under its own statistics', (t) => {
  const image = noise(3, 14, 11);
  t.true(largest(exchangeAmplitudes(image, image, 0.2).data, image.data) < 1e-6);
  const levels = { ...image, data: image.data.map((value) => Math.round(255 * value) / 255) };
  t.true(largest(matchHistograms(levels, levels).data, levels.data) < 1e-6);
  const gentle = noise(3, 14, 11, 0.2, 0.8);
  t.true(largest(transferColors(gentle, gentle).data, gentle.data) < 1e-6);
});

test('histogram gives an image of distinct levels exactly the levels of the other', (t) => {
  const levels = Array.from({ length: 64 }, (_, i) => i);
  const image = (order: (i: number) => number, offset: number): HostTensor => ({
    data: Float32Array.from(levels.flatMap((i) => [0, 1, 2].map((c) => (order(i) * 3 + c + offset) / 255))),
    shape: [1, 8, 8, 3],
  });
  const made = matchHistograms(
    image((i) => i, 0),
    image((i) => 63 - i, 50),
  );
  t.true(largest(made.data, image((i) => i, 50).data) < 1e-6);
});

test('colorTransfer gives the moments of the other image in lαβ, and survives flat and black images', (t) => {
  const lab = ({ data }: HostTensor, i: number) => {
    const [r, g, b] = [data[i], data[i + 1], data[i + 2]];
    const [l, m, s] = [
      0.3811 * r + 0.5783 * g + 0.0402 * b,
      0.1967 * r + 0.7244 * g + 0.0782 * b,
      0.0241 * r + 0.1288 * g + 0.8444 * b,
    ].map(Math.log10);
    return [(l + m + s) / Math.sqrt(3), (l + m - 2 * s) / Math.sqrt(6), (l - m) / Math.sqrt(2)];
  };
  const moments = (image: HostTensor) => {
    const colors = Array.from({ length: image.data.length / 3 }, (_, i) => lab(image, 3 * i));
    return [0, 1, 2].flatMap((c) => {
      const mean = colors.reduce((sum, color) => sum + color[c], 0) / colors.length;
      const variance = colors.reduce((sum, color) => sum + (color[c] - mean) ** 2, 0) / colors.length;
      return [mean, Math.sqrt(variance)];
    });
  };
  const [image, like] = [noise(4, 20, 20, 0.4, 0.6), noise(5, 16, 24, 0.3, 0.5)];
  const distance = largest(moments(transferColors(image, like)), moments(like));
  t.true(distance < 5e-3, `${distance}`);
  const flat = (value: number): HostTensor => ({
    data: new Float32Array(300).fill(value),
    shape: [1, 10, 10, 3],
  });
  for (const [a, b] of [
    [flat(0), like],
    [like, flat(0)],
    [flat(1), flat(0.5)],
  ])
    t.true(transferColors(a, b).data.every((value) => value >= 0 && value <= 1));
});
