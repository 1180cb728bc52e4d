/** The report of the proof: a table, a plot, and what they say. @module */
import type { Interval } from './statistics.js';

/** The results of one arm, in percent: accuracy on each test, and its paired differences from each baseline. */
export interface ArmRow {
  readonly arm: string;
  readonly accuracy: Readonly<Record<string, Interval>>;
  readonly differences: Readonly<Record<string, Readonly<Record<string, Interval>>>>;
}

export interface ProofResult {
  readonly settings: Readonly<Record<string, number>>;
  readonly classes: Readonly<Record<string, { readonly train: number; readonly test: number }>>;
  /** Number of images of each test. */
  readonly tests: Readonly<Record<string, number>>;
  /** Arms that all others are compared with. The first one is that of the plot. */
  readonly baselines: readonly string[];
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
export function markdownOf({ settings, classes, tests, baselines, rows }: ProofResult): string {
  const names = Object.keys(tests);
  const list = (entries: Iterable<readonly [string, unknown]>) =>
    [...entries].map(([name, value]) => `${name} ${value}`).join(', ');
  const photographs = Object.entries(classes).map(
    ([name, { train, test }]) => [name, `${train} and ${test}`] as const,
  );
  return `Settings: ${list(Object.entries(settings))}. Photographs to train on and to test on: ${list(photographs)}. Images of each test: ${list(Object.entries(tests))}.

Accuracy in percent, mean over the seeds with its 95% interval:

${table(rows, names, ({ accuracy }, test) => shown(accuracy[test]))}

${baselines.map((baseline) => comparison(baseline, names, rows)).join('\n\n')}
`;
}

/** What the arms are worth against one of them. */
function comparison(baseline: string, names: readonly string[], rows: readonly ArmRow[]): string {
  const others = rows.filter(({ arm }) => arm !== baseline);
  const count = others.length * names.length;
  return `### Against \`${baseline}\`

Differences with the same seed, in points, with their 95% intervals. Bold: the interval excludes zero. With ${count} comparisons, about ${Math.round(count * 0.05)} would do so by chance.

${table(others, names, ({ differences: { [baseline]: found } }, test) => {
  const text = shown(found[test], true);
  return isClear(found[test]) ? `**${text}**` : text;
})}`;
}

const [left, rowPx, widthPx, gapPx] = [190, 22, 560, 34];

/** Differences from the first baseline with their intervals, one group of rows for each test. */
export function plotOf({ tests, baselines: [baseline], rows }: ProofResult): string {
  const others = rows.filter(({ arm }) => arm !== baseline);
  const names = Object.keys(tests);
  const ends = others.flatMap(({ differences: { [baseline]: found } }) =>
    names.map((test) => Math.abs(found[test].mean) + found[test].half),
  );
  const largest = Math.max(5, ...ends.filter(Number.isFinite));
  const x = (value: number) =>
    left + widthPx / 2 + (Math.max(-largest, Math.min(largest, value)) / largest) * (widthPx / 2);
  let y = 30;
  const parts: string[] = [];
  for (const test of names) {
    parts.push(`<text x="8" y="${y + 4}" font-weight="bold">${test}</text>`);
    y += rowPx;
    for (const { arm, differences } of others) {
      const { mean, half } = differences[baseline][test];
      const color = isClear({ mean, half }) ? '#b3401f' : '#777777';
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
<text x="${x(0) - 150}" y="${height - 6}">points against ${baseline}, 95% intervals</text>
<text x="${x(largest) - 20}" y="${height - 6}">+${largest.toFixed(0)}</text>
</svg>
`;
}
