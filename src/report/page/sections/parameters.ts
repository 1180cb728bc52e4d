/** How what was drawn is distributed, and what it led to. @module */
import { histogramOf, shortNumber } from '../survey/distributions.js';
import { type Group, groupsByRange, groupsByValue, type Quartiles } from '../survey/groups.js';
import type { DrawnValues, Measure, Survey } from '../survey/survey.js';
import { escapeHtml } from '../visible.js';
import type { Charts, Point } from './charts.js';
import { section } from './section.js';
import { wideTable } from './tables.js';

/** From this number of different values on, numbers are drawn as a histogram. */
const histogramFrom = 12;
/** Up to so many images, each is a point. */
const mostPoints = 250;
const mostGroups = 25;

/** Every drawn parameter with more than one value. */
export function parametersSection(survey: Survey, charts: Charts): string {
  const measures = survey.measures();
  const drawn = survey.drawn().map((each) => parameter(each, measures, charts));
  const measuredBy = `<p>Tables and charts have the median of what was measured, with half of the images between the quartiles.${measures.length > 0 ? ` Measured: ${measures.map(({ name }) => name).join(', ')}. The content loss is the sum of the weighted content terms after the last step: how much of the content was lost. To see which images changed most, sort the gallery by it.` : ''}</p>`;
  const body = drawn.length > 0 ? measuredBy + drawn.join('') : '<p>All images have the same parameters.</p>';
  const constants = Object.entries(survey.constants()).map(
    ([path, value]) =>
      `<tr><th scope="row">${escapeHtml(path)}</th><td>${escapeHtml(String(value))}</td></tr>`,
  );
  const same = `<details><summary>Parameters that all images share (${constants.length})</summary>${wideTable(`<tbody>${constants.join('')}</tbody>`)}</details>`;
  return section('parameters', 'Drawn parameters', body + same);
}

function parameter({ path, values }: DrawnValues, measures: readonly Measure[], charts: Charts): string {
  const numbers = values.filter((value): value is number => Number.isFinite(value));
  const isContinuous = new Set(numbers).size >= histogramFrom;
  const parts = isContinuous
    ? continuous(path, values, measures, charts, numbers)
    : discrete(path, values, measures, charts);
  return `<h3>${escapeHtml(path)}</h3><div class="charts">${parts.join('')}</div>`;
}

function continuous(
  path: string,
  values: DrawnValues['values'],
  measures: readonly Measure[],
  charts: Charts,
  numbers: readonly number[],
): string[] {
  const groups = groupsByRange(values, measures);
  const figures = measures.flatMap((measure, at) => {
    const points = pointsOf(values, measure);
    if (points.length === 0) return [];
    return points.length <= mostPoints
      ? [charts.scatter(points, path, measure.name)]
      : [charts.band(groups, at, path, measure.name)];
  });
  const table = groups.length > 0 ? [details(groupTable(path, groups, measures))] : [];
  return [charts.histogram(histogramOf(numbers), path, `Images by ${path}`), ...figures, ...table];
}

function discrete(
  path: string,
  values: DrawnValues['values'],
  measures: readonly Measure[],
  charts: Charts,
): string[] {
  const groups = groupsByValue(values, measures);
  const shown = groups.slice(0, mostGroups);
  const figures = measures.flatMap(({ name }, at) =>
    shown.some(({ measured }) => measured[at]) ? [charts.values(shown, at, path, name)] : [],
  );
  return [groupTable(path, shown, measures, groups.slice(mostGroups)), ...figures];
}

function pointsOf(values: DrawnValues['values'], measure: Measure): Point[] {
  return values.flatMap((value, index): Point[] => {
    const measured = measure.values[index] ?? Number.NaN;
    return typeof value === 'number' && Number.isFinite(value) && Number.isFinite(measured)
      ? [[value, measured]]
      : [];
  });
}

/** What the charts show, for those who read numbers. */
function groupTable(
  path: string,
  groups: readonly Group[],
  measures: readonly Measure[],
  others: readonly Group[] = [],
): string {
  const head = [path, 'images', ...measures.map(({ name }) => `${name}: median (quartiles)`)].map(
    (name) => `<th scope="col">${escapeHtml(name)}</th>`,
  );
  const rows = groups.map(({ value, count, measured }) => {
    const name = typeof value === 'string' ? value : value.map(shortNumber).join(' to ');
    return row(name, [String(count), ...measured.map(quartilesText)]);
  });
  const rest = others.reduce((sum, { count }) => sum + count, 0);
  if (rest > 0) rows.push(row(`${others.length} others`, [String(rest), ...measures.map(() => '')]));
  return wideTable(
    `<caption>Images by ${escapeHtml(path)}</caption><thead><tr>${head.join('')}</tr></thead><tbody>${rows.join('')}</tbody>`,
  );
}

const row = (name: string, cells: readonly string[]): string =>
  `<tr><th scope="row"><bdi>${escapeHtml(name)}</bdi></th>${cells.map((cell) => `<td class="number">${cell}</td>`).join('')}</tr>`;

const quartilesText = (found: Quartiles | undefined): string =>
  found ? `${shortNumber(found.median)} (${shortNumber(found.low)} to ${shortNumber(found.high)})` : '–';

const details = (table: string): string => `<details><summary>As a table</summary>${table}</details>`;
