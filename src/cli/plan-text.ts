/** Formats a plan as text. @module */

import { csvLine } from '../files/csv.js';
import type { PlanDescription, PlanEstimate } from '../run/describe.js';
import { formatBytes, formatEstimate, formatNumber, windowsNeededText } from './format.js';
import { isExtrapolated, measurementText } from './text/measurement-text.js';

const mostStyles = 12;

/** Returns the text that `wildstyle plan` prints. */
export function planText(plan: PlanDescription): string {
  const { classes, splits, styles, parameters, estimate, leftOut, duplicates, duplicatePairs, warnings } =
    plan;
  const lines = [
    `Job     ${plan.job}`,
    `Output  ${plan.output}`,
    `Items   ${plan.items}: ${kinds(plan.stylized, plan.originals)}`,
  ];
  if (plan.remaining && plan.remaining.items < plan.items) {
    const { done = 0, remaining } = plan;
    const { items, stylized } = remaining;
    const left = items === 0 ? 'nothing' : `${items}: ${kinds(stylized, items - stylized)}`;
    const failed = plan.items - items - done;
    lines.push(`To do   ${left} (${done} already done${failed > 0 ? `, ${failed} failed` : ''})`);
  }
  if (estimate && plan.remaining?.items !== 0) lines.push(...costLines(estimate));
  lines.push(
    '',
    ...table([
      ['class', 'content images', 'originals', 'stylized'],
      ...classes.map((c) => [c.label ?? '(none)', `${c.contents}`, `${c.originals}`, `${c.stylized}`]),
    ]),
    ...(splits.length > 1
      ? [
          '',
          ...table([
            ['split', 'content images', 'originals', 'stylized'],
            ...splits.map((s) => [s.split, `${s.contents}`, `${s.originals}`, `${s.stylized}`]),
          ]),
        ]
      : []),
    '',
    ...table([
      ['style', 'images'],
      ...styles.slice(0, mostStyles).map(({ path, stylized }) => [path, `${stylized}`]),
      ...(styles.length > mostStyles ? [[`... ${styles.length - mostStyles} more`, '']] : []),
    ]),
  );
  if (parameters.length > 0) {
    const rows = parameters.map((parameter) => [parameter.path, valueText(parameter)]);
    lines.push('', ...table([['parameter', 'value'], ...rows]));
  }
  if (duplicates > 0)
    lines.push('', `${duplicates} duplicate ${duplicates === 1 ? 'image is' : 'images are'} skipped.`);
  const alike = duplicatePairs.filter(({ same }) => same === 'picture').length;
  if (alike > 0)
    lines.push(
      '',
      `${alike} ${alike === 1 ? 'pair of images looks' : 'pairs of images look'} alike: \`plan --duplicates\` lists ${alike === 1 ? 'it' : 'them'}.`,
    );
  if (leftOut.length > 0)
    lines.push('', ...leftOut.map(({ path, message }) => `left out: ${path}: ${message}`));
  if (warnings.length > 0) lines.push('', ...warnings.map((warning) => `note: ${warning}`));
  return lines.join('\n');
}

/** Returns what `wildstyle plan --duplicates` prints: CSV, a pair a line. */
export function duplicatesText(pairs: PlanDescription['duplicatePairs']): string {
  const rows = pairs.map(({ source, paths, same, classes, splits }) =>
    csvLine([source, ...paths, same, ...(classes ?? ['', '']), ...(splits ?? ['', ''])]),
  );
  const header = csvLine(['source', 'first', 'second', 'same', 'class1', 'class2', 'split1', 'split2']);
  return [header, ...rows].join('').replaceAll('\r\n', '\n').trimEnd();
}

function costLines(estimate: PlanEstimate): string[] {
  const { seconds, bytes, workers, memoryBytes, msPerStep, sizePx } = estimate;
  const count = `${workers} worker${workers === 1 ? '' : 's'}`;
  const lines = [
    `Cost    ${formatEstimate(seconds * 1000)}, ${formatBytes(bytes)} of disk`,
    `Memory  about ${formatBytes(memoryBytes)} for ${count}, ${formatBytes(estimate.freeMemoryBytes)} free`,
  ];
  if (estimate.windows) lines.push(`Window  ${windowsNeededText(estimate.windows)}`);
  if (msPerStep === undefined) return lines;
  const size = isExtrapolated(estimate) ? `at ${sizePx} px, ` : '';
  return [...lines, `Step    ${formatNumber(msPerStep)} ms per image, ${size}${measurementText(estimate)}`];
}

function valueText(parameter: PlanDescription['parameters'][number]): string {
  if (parameter.kind === 'constant') return JSON.stringify(parameter.value);
  if (parameter.kind === 'choice') {
    return parameter.counts.map(({ value, items }) => `${choiceText(value)} x${items}`).join(', ');
  }
  const { minimum, maximum, mean } = parameter;
  const [low, high, middle] = [minimum, maximum, mean].map((value) => Number(value.toPrecision(4)));
  return `${low} to ${high}, mean ${middle}`;
}

/** Shares of losses or layers as `gram 0.7 + moments 0.3`; anything else as JSON. */
function choiceText(value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value);
  const shares = Object.entries(value);
  if (!shares.every(([, share]) => typeof share === 'number')) return JSON.stringify(value);
  if (shares.length === 1) return shares[0]?.[0] ?? '';
  return shares.map(([name, share]) => `${name} ${formatNumber(share)}`).join(' + ');
}

function kinds(stylized: number, originals: number): string {
  return `${stylized} stylized, ${originals} ${originals === 1 ? 'original' : 'originals'}`;
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  );
}
