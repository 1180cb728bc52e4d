/**
 * Makes images with the methods that need no network and writes what went in and what came out, one case a line, for
 * `compare.py`, which does the same with NumPy and scikit-image.
 * Usage: node dist/scripts/methods/cases.js [number of cases]
 * @module
 */
import type { HostTensor } from '../../src/engine/engine.js';
import { transferColors } from '../../src/methods/color-transfer.js';
import { exchangeAmplitudes } from '../../src/methods/fda/amplitudes.js';
import { matchHistograms } from '../../src/methods/histogram.js';
import { keyOfSeed, uniform } from '../../src/random.js';

const key = keyOfSeed(12);

/** Soft shapes on 8-bit levels. */
function picture(draw: number, height: number, width: number): HostTensor {
  const [fx, fy, low, range] = [0, 1, 2, 3].map((i) => uniform(key, draw, i));
  const data = new Float32Array(height * width * 3).map((_, i) => {
    const [x, y, c] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3];
    const wave =
      0.5 + 0.3 * Math.sin(fx * x + c) * Math.cos(fy * y) + 0.2 * (uniform(key, draw, 4 + i) - 0.5);
    return Math.round(255 * (0.4 * low + (0.2 + 0.4 * range) * wave)) / 255;
  });
  return { data, shape: [1, height, width, 3] };
}

const written = ({ data, shape }: HostTensor) => ({
  shape,
  data: Buffer.from(data.buffer).toString('base64'),
});

const count = Number(process.argv[2] ?? 40);
for (let index = 0; index < count; index++) {
  const edge = (i: number) => 16 + Math.floor(60 * uniform(key, 1000 + index, i));
  const [height, width] = [edge(0), edge(1)];
  const content = picture(2 * index, height, width);
  const style = picture(2 * index + 1, height, width);
  const other = picture(2 * index + 1, edge(2), edge(3));
  const beta = Math.round(2500 * uniform(key, 1000 + index, 4)) / 10000;
  const line = {
    content: written(content),
    style: written(style),
    other: written(other),
    beta,
    fda: written(exchangeAmplitudes(content, style, beta)),
    histogram: written(matchHistograms(content, other)),
    colorTransfer: written(transferColors(content, other)),
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
