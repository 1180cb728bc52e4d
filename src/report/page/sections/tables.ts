/** Tables: wide ones scroll sideways, and some have a bar in each row. @module */
import type { Bar } from '../survey/distributions.js';
import { escapeHtml } from '../visible.js';

/** A table in a box that scrolls sideways where the page is narrower. @param inner its caption, head and body */
export function wideTable(inner: string, className = ''): string {
  return `<div class="wide"><table${className ? ` class="${className}"` : ''}>${inner}</table></div>`;
}

/** A table with a bar in each row, so that a screen reader reads the counts. */
export function barTable(caption: string, bars: readonly Bar[], others = 0): string {
  const total = bars.reduce((sum, { count }) => sum + count, others);
  const most = Math.max(1, ...bars.map(({ count }) => count));
  const rows = bars.map(({ name, count }) => barRow(name, count, count / most, count / Math.max(1, total)));
  if (others > 0) rows.push(barRow('others', others, 0, others / total));
  return wideTable(`<caption>${escapeHtml(caption)}</caption><tbody>${rows.join('')}</tbody>`, 'bars');
}

const barSvg = (length: number): string =>
  `<svg aria-hidden="true" viewBox="0 0 100 10" preserveAspectRatio="none"><rect class="bar" width="${short(length * 100)}" height="10"/></svg>`;

function barRow(name: string, count: number, length: number, share: number): string {
  return `<tr><th scope="row"><bdi>${escapeHtml(name)}</bdi></th><td class="number">${count}</td><td class="number">${Math.round(share * 1000) / 10}%</td><td>${barSvg(length)}</td></tr>`;
}

const short = (value: number): string => String(Math.round(value * 10) / 10);
