/** Charts as SVG, by Observable Plot. @module */
import type { Markish } from '@observablehq/plot';
import { type Histogram, isWide, shortNumber } from '../survey/distributions.js';
import type { Group, Quartiles } from '../survey/groups.js';
import { escapeHtml } from '../visible.js';

/** A value of a parameter and what was measured of the image. */
export type Point = readonly [value: number, measured: number];

/** Draws charts. Each is a figure with a title, and a text that says what it shows. */
export interface Charts {
  readonly histogram: (histogram: Histogram, name: string, title?: string) => string;
  /** Each image is a point. */
  readonly scatter: (points: readonly Point[], parameter: string, measure: string) => string;
  /** The median, and the quartiles around it, from low to high numbers. */
  readonly band: (groups: readonly Group[], at: number, parameter: string, measure: string) => string;
  /** The median, and the quartiles around it, for each value. */
  readonly values: (groups: readonly Group[], at: number, parameter: string, measure: string) => string;
}

const widthPx = 280;
const rowWidthPx = 200;
const heightPx = 150;
const rowPx = 20;
const longestName = 22;
const main = 'var(--accent)';

/** What only a page needs is loaded here, as it takes a third of a second. */
export async function openCharts(): Promise<Charts> {
  const [plot, { parseHTML }] = await Promise.all([import('@observablehq/plot'), import('linkedom')]);
  const { document } = parseHTML('<!doctype html><html><body></body></html>');

  const draw = (title: string, text: string, marks: Markish[], options: object = {}): string => {
    const svg = plot.plot({
      document: document as unknown as Document,
      ...{ width: widthPx, height: heightPx, marginLeft: 46, marginTop: 24, marginBottom: 32 },
      ...options,
      marks,
    });
    return figure(title, text, svgText(svg as unknown as Element));
  };
  const scaleOf = (values: readonly number[], label: string) => {
    const isLogarithmic = isWide(Math.min(...values), Math.max(...values));
    return { label, ticks: 4, tickFormat: '~g', ...(isLogarithmic && { type: 'log' as const }) };
  };
  const inOneDimension = (measure: string) => ({ label: measure, ticks: 4, nice: true, grid: true });

  return {
    histogram({ bars, minimum, median, maximum, isLogarithmic }, name, title = name) {
      const [low, middle, high] = [minimum, median, maximum].map(shortNumber);
      const text = `${name}: from ${low} to ${high}, median ${middle}${isLogarithmic ? ', logarithmic scale' : ''}`;
      const barTitle = ({ from, to, count }: (typeof bars)[number]) =>
        `${shortNumber(from)} to ${shortNumber(to)}: ${count}`;
      // Without a range there are no ticks to be drawn.
      const x = scaleOf(minimum < maximum ? [minimum, maximum] : [minimum], name);
      const shown = minimum < maximum ? bars : [{ ...bars[0], from: minimum - 0.5, to: minimum + 0.5 }];
      return draw(
        title,
        text,
        [
          plot.rectY(shown, {
            x1: 'from',
            x2: 'to',
            y: 'count',
            fill: main,
            title: barTitle as never,
            inset: 0.5,
          }),
          plot.ruleX([median], { stroke: 'currentColor', strokeDasharray: '3 3' }),
          plot.ruleY([0]),
        ],
        { x, y: { label: 'images', ticks: 3, tickFormat: '~s' } },
      );
    },
    scatter(points, parameter, measure) {
      const text = `${measure} by ${parameter}: ${points.length} images`;
      const x = scaleOf(
        points.map(([value]) => value),
        parameter,
      );
      const dot = { x: '0', y: '1', r: 2, stroke: main, strokeOpacity: 0.7 };
      return draw(`${measure} by ${parameter}`, text, [plot.dot(points, dot)], {
        x,
        y: inOneDimension(measure),
      });
    },
    band(groups, at, parameter, measure) {
      const rows = groups.flatMap(({ value, measured }) => {
        const found = measured[at];
        return found && typeof value !== 'string' ? [{ ...found, from: value[0], to: value[1] }] : [];
      });
      const title = ({ from, to, median }: (typeof rows)[number]) =>
        `${shortNumber(from)} to ${shortNumber(to)}: ${shortNumber(median)}`;
      const [first, last] = [rows[0], rows.at(-1)];
      const text = `Median ${measure} by ${parameter}: from ${shortNumber(first?.median ?? Number.NaN)} at low to ${shortNumber(last?.median ?? Number.NaN)} at high values`;
      const range = { x1: 'from', x2: 'to' };
      return draw(
        `${measure} by ${parameter}`,
        text,
        [
          plot.rect(rows, { ...range, y1: 'low', y2: 'high', fill: main, fillOpacity: 0.25, inset: 0.5 }),
          plot.link(rows, { ...range, y: 'median', stroke: main, strokeWidth: 2.5, title: title as never }),
        ],
        { x: scaleOf([first?.from ?? 1, last?.to ?? 1], parameter), y: inOneDimension(measure) },
      );
    },
    values(groups, at, parameter, measure) {
      const rows = groups.flatMap(({ value, measured }): (Quartiles & { name: string })[] => {
        const found = measured[at];
        return found ? [{ ...found, name: String(value) }] : [];
      });
      const names = rows.map(({ name }) => name);
      const longest = Math.max(...names.map((name) => Math.min(name.length, longestName + 1)));
      const text = `Median ${measure} by ${parameter}: ${rows.map(({ name, median }) => `${name} ${shortNumber(median)}`).join(', ')}`;
      return draw(
        `${measure} by ${parameter}`,
        text,
        [
          plot.ruleY(rows, {
            y: 'name',
            x1: 'low',
            x2: 'high',
            stroke: main,
            strokeWidth: 7,
            strokeOpacity: 0.3,
          }),
          plot.dot(rows, { y: 'name', x: 'median', fill: main, r: 4 }),
        ],
        {
          height: 48 + rowPx * rows.length,
          width: 18 + 6.6 * longest + rowWidthPx,
          marginTop: 6,
          marginLeft: 18 + 6.6 * longest,
          x: inOneDimension(measure),
          y: { type: 'band', domain: names, label: null, tickFormat: shortName },
        },
      );
    },
  };
}

const shortName = (name: string): string =>
  name.length > longestName ? `${name.slice(0, longestName)}…` : name;

const figure = (title: string, text: string, svg: string): string =>
  `<figure><figcaption>${escapeHtml(title)}</figcaption><div role="img" aria-label="${escapeHtml(text)}">${svg}</div></figure>`;

/** Without style elements, which the policy forbids, and without digits that no screen shows. */
function svgText(svg: Element): string {
  for (const style of [...svg.querySelectorAll('style')]) style.remove();
  for (const node of [svg, ...svg.querySelectorAll('*')]) {
    for (const { name, value } of [...node.attributes]) {
      if (name === 'aria-label' || name === 'aria-hidden') node.removeAttribute(name);
      else if (/\.\d\d/.test(value)) node.setAttribute(name, value.replace(/(\.\d)\d+/g, '$1'));
    }
  }
  svg.setAttribute('class', 'chart');
  svg.setAttribute('font-size', '11.5');
  svg.setAttribute('aria-hidden', 'true');
  return svg.outerHTML;
}
