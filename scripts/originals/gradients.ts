/** Loss and gradient of presets at given images, against those of the published objectives. @module */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostTensor } from '../../src/engine/index.js';
import { createStylizer } from '../../src/run/arrays/arrays.js';
import { loadPairs, type PictureFolders } from '../bench/pictures/pairs.js';
import { originals } from './cases.js';
import { writePair } from './files.js';
import { runTorch, type TorchCase } from './python.js';

export interface GradientRow {
  readonly preset: string;
  readonly at: string;
  readonly loss: number;
  readonly torchLoss: number;
  /** Relative differences; of the gradient, by its length. */
  readonly lossDifference: number;
  readonly gradientDifference: number;
}

const sizePx = 64;

/** At the content, and at a mixture of content and style. */
export async function compareGradients(python: string, pictures: PictureFolders): Promise<GradientRow[]> {
  const [pair] = await loadPairs({ ...pictures, out: '', pairs: 1, sizePx });
  const { content, style } = pair;
  const mixed: HostTensor = {
    data: content.data.map((value, i) => 0.6 * value + 0.4 * style.data[i]),
    shape: content.shape,
  };
  const folder = await mkdtemp(join(tmpdir(), 'wildstyle-originals-'));
  const stylizer = await createStylizer({ weights: { vgg19: pictures.weights } });
  try {
    const rows: GradientRow[] = [];
    for (const [at, image] of Object.entries({ content, mixture: mixed })) {
      const files = await writePair(folder, pair, image);
      const cases = originals.map(
        ({ preset, objective, settings, padding }): TorchCase => ({
          ...files,
          name: preset,
          objective,
          settings,
          padding,
          gradient: join(folder, `${preset}.gradient`),
        }),
      );
      const results = await runTorch(python, pictures.weights, cases);
      for (const { preset, recipe } of originals) {
        const ours = await stylizer.evaluate(image, content, style, { preset, ...recipe });
        const bytes = await readFile(join(folder, `${preset}.gradient`));
        const theirs = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
        const { loss } = results[preset];
        rows.push({
          preset,
          at,
          loss: ours.total,
          torchLoss: loss,
          lossDifference: Math.abs(ours.total - loss) / Math.abs(loss),
          gradientDifference: relativeDistance(ours.gradient.data, theirs),
        });
      }
    }
    return rows;
  } finally {
    stylizer.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}

function relativeDistance(actual: Float32Array, expected: Float32Array): number {
  let [apart, length] = [0, 0];
  for (const [i, value] of expected.entries()) {
    apart += (actual[i] - value) ** 2;
    length += value ** 2;
  }
  return Math.sqrt(apart / length);
}
