/** What came out, class by class and style by style, and what failed. @module */
import type { DatasetSummary } from '../../../dataset/summary.js';
import type { Bar, NameCounts } from '../survey/distributions.js';
import type { Survey } from '../survey/survey.js';
import { escapeHtml } from '../visible.js';
import { section } from './section.js';
import { barTable, wideTable } from './tables.js';

const mostBars = 25;

/** What was asked and what came out. */
export function overviewSection(summary: DatasetSummary): string {
  const { counts, startedAt, finishedAt } = summary;
  const cards: [string, number | undefined][] = [
    ['images planned', counts.items],
    ['stylized', counts.stylized],
    ['originals', counts.originals],
    ['failed', counts.failed],
    ['not made yet', counts.pending],
    ['vanished objects', counts.vanished],
  ];
  const facts = cards
    .filter(([, count]) => count !== undefined)
    .map(([name, count]) => `<div><dt>${name}</dt><dd>${count}</dd></div>`);
  const splits = Object.entries(counts.splits).map(([name, count]) => ({ name, count }));
  return section(
    'overview',
    'Overview',
    `<p>${statusText(summary)} Last run from ${time(startedAt)} to ${time(finishedAt)}.</p>` +
      `<dl class="cards">${facts.join('')}</dl>${barTable('Images by split', splits)}`,
  );
}

/** Says first whether the dataset can be used: a run in which too many images failed is not a success. */
function statusText({ status, counts, lastRun }: DatasetSummary): string {
  if (!lastRun?.tooManyFailures) return `Status: <strong class="status ${status}">${status}</strong>.`;
  const { maxFailures } = lastRun;
  const isShare = maxFailures > 0 && maxFailures < 1;
  const tolerated = isShare ? `${Number((100 * maxFailures).toPrecision(3))}%` : `${maxFailures}`;
  const kept = status === 'partial' ? ', and others have not been made yet' : '';
  return `Status: <strong class="status failed">too many failures</strong>. ${counts.failed} of ${counts.items} images failed${kept}; <code>run.maxFailures</code> tolerates ${tolerated}. <a href="#failures">Failures</a>.`;
}

/** How many images each class and each style has. */
export function balanceSection({ counts }: DatasetSummary, { styles }: Survey): string {
  const classes = Object.entries(counts.classes);
  const rows = classes.map(([name, { stylized, originals, failed, pending }]) => {
    const cells = [stylized, originals, failed, pending].map((count) => `<td class="number">${count}</td>`);
    return `<tr><th scope="row"><bdi>${escapeHtml(name)}</bdi></th>${cells.join('')}</tr>`;
  });
  const head = ['class', 'stylized', 'originals', 'failed', 'not made yet'].map(
    (name) => `<th scope="col">${name}</th>`,
  );
  const table = wideTable(
    `<caption>Outcomes by class</caption><thead><tr>${head.join('')}</tr></thead><tbody>${rows.join('')}</tbody>`,
  );
  const byClass: Bar[] = classes.map(([name, of]) => ({ name, count: of.stylized + of.originals }));
  const body =
    classes.length > 0 ? barTable('Images by class', byClass) + table : '<p>The images have no classes.</p>';
  return section('balance', 'Balance', body + namesChart('Stylized images by style', styles));
}

function namesChart(caption: string, names: NameCounts): string {
  const bars = names.bars();
  if (bars.length === 0) return '';
  const rest = bars.slice(mostBars).reduce((sum, { count }) => sum + count, names.others);
  return barTable(caption, bars.slice(0, mostBars), rest);
}

/** Failures by code, with their messages. */
export function failuresSection({ failures }: Survey): string {
  const groups = [...failures].sort(([, a], [, b]) => b.count - a.count);
  const parts = groups.map(([code, { count, messages }]) => {
    const lines = messages.bars().map(({ name, count: times }) => {
      return `<li><bdi>${escapeHtml(name)}</bdi>${times > 1 ? ` (${times} times)` : ''}</li>`;
    });
    if (messages.others > 0) lines.push(`<li>and ${messages.others} more</li>`);
    return `<h3><code>${escapeHtml(code)}</code>: ${count}</h3><ul class="messages">${lines.join('')}</ul>`;
  });
  return section('failures', 'Failures', parts.length > 0 ? parts.join('') : '<p>No image failed.</p>');
}

function time(iso: string): string {
  return `<time datetime="${escapeHtml(iso)}">${escapeHtml(iso.replace('T', ' ').replace(/\.\d+Z$/, ' UTC'))}</time>`;
}
