/** Writes a comparison: a grid of images, a table, and loss curves. @module */
import { join } from 'node:path';
import { publishFile } from '../../files/publish.js';
import { renderCurves } from '../../report/comparison/curves.js';
import { renderGrid } from '../../report/comparison/grid.js';
import type { ComparedPair } from './compare.js';
import type { Variation } from './variations.js';

/** The smallest cell that has room for a heading, and the largest. */
const [leastCellPx, mostCellPx] = [128, 256];

/**
 * Writes `comparison.png`, `comparison.csv` and `curves.png`.
 * @returns their paths
 * @throws `disk-full`, `output-unwritable`
 */
export async function publishComparison(
  folder: string,
  variations: readonly Variation[],
  pairs: readonly ComparedPair[],
): Promise<string[]> {
  const labels = variations.map(({ values }) => labelsOf(values));
  const edges = pairs.flatMap(({ results }) =>
    results.flatMap(({ pixels }) => [pixels.widthPx, pixels.heightPx]),
  );
  const cellPx = Math.min(mostCellPx, Math.max(leastCellPx, ...edges));
  const grid = {
    headings: [['content'], ['style'], ...labels],
    rows: pairs.map(({ content, style, sources, results }) => ({
      caption: `${content} + ${style}`,
      images: [...sources, ...results.map(({ pixels }) => pixels)],
    })),
    cellPx,
  };
  const panels = pairs.map(({ content, results }) => ({
    title: content,
    curves: results.map(({ facts }, v) => ({
      label: labels[v].join(', '),
      points: facts.loss?.curve ?? [],
    })),
  }));
  const files = {
    'comparison.png': await renderGrid(grid),
    'comparison.csv': Buffer.from(comparisonTable(variations, pairs)),
    'curves.png': await renderCurves(panels),
  };
  for (const [name, bytes] of Object.entries(files))
    await publishFile(join(folder, name), bytes, { temporaryFolder: folder });
  return Object.keys(files).map((name) => join(folder, name));
}

/** Keys without `recipe.`, with their values, one a line. */
function labelsOf(values: Variation['values']): string[] {
  const lines = Object.entries(values).map(([key, value]) => `${key.replace(/^recipe\./, '')}: ${value}`);
  return lines.length > 0 ? lines : ['result'];
}

/** The table as CSV: a line for each pair and variation. Losses of different objectives cannot be compared. */
export function comparisonTable(variations: readonly Variation[], pairs: readonly ComparedPair[]): string {
  const keys = Object.keys(variations[0]?.values ?? {});
  const terms = [
    ...new Set(
      pairs.flatMap(({ results }) =>
        results.flatMap(({ facts }) => Object.keys(facts.loss?.final.terms ?? {})),
      ),
    ),
  ];
  const figures = ['initial_loss', 'final_loss', ...terms.map((term) => `final_loss.${term}`)];
  const counts = ['steps', 'evaluations', 'restarts', 'plateaus', 'elapsed_ms'];
  const rows = pairs.flatMap(({ content, style, results }) =>
    results.map(({ facts: { loss, ...facts }, elapsedMs }, v) => [
      content,
      style,
      ...keys.map((key) => variations[v].values[key]),
      loss?.initial.total,
      loss?.final.total,
      ...terms.map((term) => loss?.final.terms[term]),
      facts.steps,
      facts.evaluations,
      facts.restarts,
      facts.plateaus,
      Math.round(elapsedMs),
    ]),
  );
  const header = ['content', 'style', ...keys, ...figures, ...counts];
  return [header, ...rows].map((row) => `${row.map(cellOf).join(',')}\n`).join('');
}

function cellOf(value: string | number | undefined): string {
  const text = `${value ?? ''}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
