/** Evaluations to the objective that the original's optimizer reaches. @module */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createStylizer } from '../../src/run/arrays/arrays.js';
import { loadPairs, type PictureFolders } from '../bench/pictures/pairs.js';
import { type Original, originals } from './cases.js';
import { writePair } from './files.js';
import { runTorch, type TorchCase } from './python.js';

export interface RunRow {
  readonly preset: string;
  readonly pair: string;
  /** The optimizer here: that of the original, and the default if that is another. */
  readonly optimizer: string;
  /** Evaluations of the original with their gradients, and the objective of the image that they lead to. */
  readonly torchEvaluations: number;
  readonly torchLoss: number;
  /** Evaluations that lead to an image as good here; at one size, so pixel work has the same ratio. */
  readonly evaluations: number;
  readonly ratio: number;
  /** The objective after as many evaluations as the original makes. */
  readonly loss: number;
}

export interface RunOptions {
  readonly sizePx: number;
  readonly evaluations: number;
  readonly pairs: number;
}

/** From the content, at one size, with the optimizer of the original and with that of the preset. */
export async function compareRuns(
  python: string,
  pictures: PictureFolders,
  { sizePx, evaluations, pairs }: RunOptions,
): Promise<RunRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'wildstyle-originals-'));
  const stylizer = await createStylizer({ threads: 1, weights: { vgg19: pictures.weights } });
  try {
    const rows: RunRow[] = [];
    for (const pair of await loadPairs({ ...pictures, out: '', pairs, sizePx })) {
      const files = await writePair(folder, pair, pair.content);
      const running = originals.filter((original): original is Original & Required<Pick<Original, 'run'>> =>
        Boolean(original.run),
      );
      const cases = running.map(
        ({ preset, objective, settings, padding, run }): TorchCase => ({
          ...files,
          ...run,
          name: preset,
          objective,
          settings,
          padding,
          evaluations,
        }),
      );
      const results = await runTorch(python, pictures.weights, cases);
      for (const { preset, recipe, run } of running) {
        const { losses, published } = results[preset];
        for (const optimizer of new Set([run.optimizer, 'lbfgs' as const])) {
          const { loss, ...made } = await stylizer.stylize(pair.content, pair.style, {
            preset,
            ...recipe,
            optimizer,
            ...(optimizer !== run.optimizer && { learningRate: 1, history: 100 }),
            init: 'content',
            // The original's loss is that of its iterates, and its average lags behind in short runs.
            average: 0,
            decay: 'none',
            size: sizePx,
            stages: [],
            steps: evaluations,
          });
          // Rejected steps take evaluations, too: spread them evenly.
          const each = made.evaluations / (made.steps + 1);
          const reached = loss.curve.find(({ total }) => total <= published);
          const count = reached ? Math.ceil(reached.step * each) : Number.POSITIVE_INFINITY;
          const row: RunRow = {
            preset,
            pair: pair.name,
            optimizer,
            torchEvaluations: losses.length,
            torchLoss: published,
            evaluations: count,
            ratio: count / losses.length,
            loss: loss.final.total,
          };
          process.stderr.write(`${JSON.stringify(row)}\n`);
          rows.push(row);
        }
      }
    }
    return rows;
  } finally {
    stylizer.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}
