/** The report of the proof: a table, a plot, and what they say. @module */
import type { Interval } from './statistics.js';

/** The results of one arm: accuracy on each test, and its paired difference from the baseline, in percent. */
export interface ArmRow {
  readonly arm: string;
  readonly accuracy: Readonly<Record<string, Interval>>;
  readonly difference: Readonly<Record<string, Interval>>;
}

export interface ProofResult {
  readonly settings: Readonly<Record<string, number>>;
  readonly classes: Readonly<Record<string, { readonly train: number; readonly test: number }>>;
  /** Number of images of each test. */
  readonly tests: Readonly<Record<string, number>>;
  readonly baseline: string;
  readonly rows: readonly ArmRow[];
}

const shown = ({ mean, half }: Interval, sign = false): string => {
  const start = sign && mean >= 0 ? '+' : '';
  return `${start}${mean.toFixed(1)} ± ${half.toFixed(1)}`;
};

/** Whether an interval excludes zero. */
export const isClear = ({ mean, half }: Interval): boolean => Math.abs(mean) > half;

function table(
  rows: readonly ArmRow[],
  tests: readonly string[],
  cell: (row: ArmRow, test: string) => string,
) {
  const lines = rows.map((row) => `| ${row.arm} | ${tests.map((test) => cell(row, test)).join(' | ')} |`);
  return [`| | ${tests.join(' | ')} |`, `| --- |${' --- |'.repeat(tests.length)}`, ...lines].join('\n');
}

/** The part of `docs/proof.md` that is written by the program. */
export function markdownOf({ settings, classes, tests, baseline, rows }: ProofResult): string {
  const names = Object.keys(tests);
  const others = rows.filter(({ arm }) => arm !== baseline);
  const clear = others.flatMap(({ arm, difference }) =>
    names.flatMap((test) =>
      isClear(difference[test]) ? [`${arm} on ${test}: ${shown(difference[test], true)}`] : [],
    ),
  );
  const better = clear.filter((line) => !line.includes(': -'));
  const worse = clear.filter((line) => line.includes(': -'));
  const list = (lines: readonly string[]) =>
    lines.length > 0 ? lines.map((line) => `- ${line}`).join('\n') : '- none';
  return `Settings: ${Object.entries(settings)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')}. Photographs to train on and to test on: ${Object.entries(classes)
    .map(([name, { train, test }]) => `${name} ${train} and ${test}`)
    .join(', ')}. Images of each test: ${Object.entries(tests)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')}.

Accuracy in percent, mean over the seeds with its 95 % interval:

${table(rows, names, ({ accuracy }, test) => shown(accuracy[test]))}

Difference from \`${baseline}\` with the same seed, in points, with its 95 % interval. Bold: the interval excludes zero.

${table(others, names, ({ difference }, test) => {
  const text = shown(difference[test], true);
  return isClear(difference[test]) ? `**${text}**` : text;
})}

Better than \`${baseline}\` beyond the interval:

${list(better)}

Worse beyond the interval:

${list(worse)}

With ${others.length * names.length} comparisons, about ${Math.round(others.length * names.length * 0.05)} would lie outside of their interval by chance.
`;
}

const [left, rowPx, widthPx, gapPx] = [190, 22, 560, 34];

/** Differences from the baseline with their intervals, one group of rows for each test. */
export function plotOf({ tests, baseline, rows }: ProofResult): string {
  const others = rows.filter(({ arm }) => arm !== baseline);
  const names = Object.keys(tests);
  const ends = others.flatMap(({ difference }) =>
    names.map((test) => Math.abs(difference[test].mean) + difference[test].half),
  );
  const largest = Math.max(5, ...ends.filter(Number.isFinite));
  const x = (value: number) =>
    left + widthPx / 2 + (Math.max(-largest, Math.min(largest, value)) / largest) * (widthPx / 2);
  let y = 30;
  const parts: string[] = [];
  for (const test of names) {
    parts.push(`<text x="8" y="${y + 4}" font-weight="bold">${test}</text>`);
    y += rowPx;
    for (const { arm, difference } of others) {
      const { mean, half } = difference[test];
      const color = isClear(difference[test]) ? '#b3401f' : '#777777';
      parts.push(
        `<text x="24" y="${y + 4}">${arm}</text>`,
        `<line x1="${x(mean - half)}" x2="${x(mean + half)}" y1="${y}" y2="${y}" stroke="${color}" stroke-width="2"/>`,
        `<circle cx="${x(mean)}" cy="${y}" r="4" fill="${color}"/>`,
      );
      y += rowPx;
    }
    y += gapPx - rowPx;
  }
  const height = y + 20;
  const total = left + widthPx + 20;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${total}" height="${height}" font-family="sans-serif" font-size="13">
<title>Differences of accuracy from ${baseline}, by test and arm</title>
<rect width="100%" height="100%" fill="white"/>
<line x1="${x(0)}" x2="${x(0)}" y1="10" y2="${height - 24}" stroke="#bbbbbb"/>
${parts.join('\n')}
<text x="${x(-largest)}" y="${height - 6}">-${largest.toFixed(0)}</text>
<text x="${x(0) - 150}" y="${height - 6}">points against ${baseline}, 95 % intervals</text>
<text x="${x(largest) - 20}" y="${height - 6}">+${largest.toFixed(0)}</text>
</svg>
`;
}
