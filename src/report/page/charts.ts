/** Charts as SVG, without style attributes: the page's policy forbids them. @module */
import type { Bar, Histogram, TrendGroup } from './distributions.js';
import { shortNumber } from './distributions.js';
import { escapeHtml } from './visible.js';

const widthPx = 280;
const heightPx = 80;
const axisPx = 16;

/** Draws a histogram. Each bar has its range and count as a title. */
export function histogramSvg(histogram: Histogram, name: string): string {
  const { bars, minimum, median, maximum, isLogarithmic } = histogram;
  const most = Math.max(1, ...bars.map(({ count }) => count));
  const barPx = widthPx / bars.length;
  const shapes = bars.map(({ name: range, count }, index) => {
    const tall = count === 0 ? 0 : Math.max(1, (count / most) * heightPx);
    const place = `x="${index * barPx}" y="${short(heightPx - tall)}" width="${barPx - 1}" height="${short(tall)}"`;
    return `<rect class="bar" ${place}><title>${escapeHtml(`${range}: ${count}`)}</title></rect>`;
  });
  const [low, middle, high] = [minimum, median, maximum].map(shortNumber);
  const scale = isLogarithmic ? ', logarithmic scale' : '';
  const label = escapeHtml(`${name}: from ${low} to ${high}, median ${middle}${scale}`);
  return `<svg class="chart" role="img" aria-label="${label}" viewBox="0 0 ${widthPx} ${heightPx + axisPx}">${shapes.join('')}<text x="0" y="${heightPx + 13}">${low}</text><text x="${widthPx / 2}" y="${heightPx + 13}" text-anchor="middle">median ${middle}${isLogarithmic ? ' (log)' : ''}</text><text x="${widthPx}" y="${heightPx + 13}" text-anchor="end">${high}</text></svg>`;
}

/** A table with a bar in each row, so that a screen reader reads the counts. */
export function barTable(caption: string, bars: readonly Bar[], others = 0): string {
  const total = bars.reduce((sum, { count }) => sum + count, others);
  const most = Math.max(1, ...bars.map(({ count }) => count));
  const rows = bars.map(({ name, count }) => barRow(name, count, count / most, count / Math.max(1, total)));
  if (others > 0) rows.push(barRow('others', others, 0, others / total));
  return `<table class="bars"><caption>${escapeHtml(caption)}</caption><tbody>${rows.join('')}</tbody></table>`;
}

/** A table of what was measured in groups of images, with bars. */
export function trendTable(caption: string, groups: readonly TrendGroup[]): string {
  const most = Math.max(...groups.map(({ median }) => median)) || 1;
  const rows = groups.map(({ minimum, maximum, median }) => {
    const range = `${shortNumber(minimum)} to ${shortNumber(maximum)}`;
    return `<tr><th scope="row">${range}</th><td class="number">${shortNumber(median)}</td><td>${barSvg(median / most)}</td></tr>`;
  });
  return `<table class="bars"><caption>${escapeHtml(caption)}</caption><tbody>${rows.join('')}</tbody></table>`;
}

const barSvg = (length: number): string =>
  `<svg aria-hidden="true" viewBox="0 0 100 10" preserveAspectRatio="none"><rect class="bar" width="${short(length * 100)}" height="10"/></svg>`;

function barRow(name: string, count: number, length: number, share: number): string {
  return `<tr><th scope="row"><bdi>${escapeHtml(name)}</bdi></th><td class="number">${count}</td><td class="number">${Math.round(share * 1000) / 10} %</td><td>${barSvg(length)}</td></tr>`;
}

const short = (value: number): string => String(Math.round(value * 10) / 10);
