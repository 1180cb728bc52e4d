/** The parts of the page that need no script: everything but the gallery. @module */
import type { DatasetSummary } from '../../dataset/summary.js';
import { formatDuration } from '../../duration.js';
import { barTable, histogramSvg, trendTable } from './charts.js';
import { type Bar, type Histogram, histogramOf, trendOf } from './distributions.js';
import { licensesOfImages, licensesOfWeights } from './licenses.js';
import type { Spread, Survey } from './survey.js';
import { escapeHtml } from './visible.js';

/** From this number of different values on, numbers are drawn as a histogram. */
const histogramFrom = 12;
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

/** Says first whether the dataset can be used: a run in which too many images failed is no success. */
function statusText({ status, counts, lastRun }: DatasetSummary): string {
  if (!lastRun?.tooManyFailures) return `Status: <strong class="status ${status}">${status}</strong>.`;
  const { maxFailures } = lastRun;
  const isShare = maxFailures > 0 && maxFailures < 1;
  const tolerated = isShare ? `${Number((100 * maxFailures).toPrecision(3))} %` : `${maxFailures}`;
  const kept = status === 'partial' ? ', and others are not made yet' : '';
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
  const table = `<table><caption>Outcomes by class</caption><thead><tr>${head.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
  const byClass: Bar[] = classes.map(([name, of]) => ({ name, count: of.stylized + of.originals }));
  const body =
    classes.length > 0 ? barTable('Images by class', byClass) + table : '<p>The images have no classes.</p>';
  return section('balance', 'Balance', body + namesChart('Stylized images by style', styles));
}

/** Every drawn parameter with more than one value. */
export function parametersSection(survey: Survey): string {
  const charts = survey.drawn().map(([path, spread]) => parameterChart(path, spread));
  const body =
    charts.length > 0
      ? `<div class="charts">${charts.join('')}</div>`
      : '<p>All images have the same parameters.</p>';
  const constants = Object.entries(survey.constants()).map(
    ([path, value]) =>
      `<tr><th scope="row">${escapeHtml(path)}</th><td>${escapeHtml(String(value))}</td></tr>`,
  );
  const same = `<details><summary>Parameters that all images share (${constants.length})</summary><table><tbody>${constants.join('')}</tbody></table></details>`;
  return section('parameters', 'Drawn parameters', body + same);
}

function parameterChart(path: string, { numbers, contentLosses, names }: Spread): string {
  if (numbers.length === 0 || names.size < histogramFrom)
    return `<figure>${namesChart(path, names)}</figure>`;
  const groups = trendOf(numbers.map((number, index) => [number, contentLosses[index] ?? Number.NaN]));
  const trend = groups.length > 0 ? trendTable(`Median content loss by ${path}`, groups) : '';
  return `<div>${figure(path, histogramOf(numbers))}${trend}</div>`;
}

function namesChart(caption: string, names: Spread['names']): string {
  const bars = names.bars();
  if (bars.length === 0) return '';
  const rest = bars.slice(mostBars).reduce((sum, { count }) => sum + count, names.others);
  return barTable(caption, bars.slice(0, mostBars), rest);
}

function figure(name: string, histogram: Histogram): string {
  return `<figure><figcaption>${escapeHtml(name)}</figcaption>${histogramSvg(histogram, name)}</figure>`;
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

/** How long items and steps took. */
export function timeSection({ elapsedMs, stepMs }: Survey, { lastRun }: DatasetSummary): string {
  if (elapsedMs.length === 0) return section('time', 'Time', '<p>No image was stylized.</p>');
  const total = elapsedMs.reduce((sum, value) => sum + value, 0);
  const charts = [figure('Milliseconds per image', histogramOf(elapsedMs))];
  if (stepMs.length > 0) charts.push(figure('Milliseconds per step', histogramOf(stepMs)));
  const intro = `<p>${busyText(lastRun)}${elapsedMs.length} images took ${formatDuration(total)} of the workers' time. The time of an image is its share of its batch; a step is one evaluation of losses and gradient.</p>`;
  return section('time', 'Time', `${intro}<div class="charts">${charts.join('')}</div>`);
}

/** The share of the time in which the workers computed. The rest is start, reading, writing, and waiting for the others. */
function busyText(run: DatasetSummary['lastRun']): string {
  if (!run || run.workerMs === 0) return '';
  const { workers, workerMs, computedMs } = run;
  const who = workers === 1 ? 'the worker' : `the ${workers} workers`;
  const busy = Math.round((100 * computedMs) / workerMs);
  return `In the last run, ${who} computed <strong>${busy} %</strong> of the time: ${formatDuration(computedMs)} of ${formatDuration(workerMs)}. `;
}

/** Where everything comes from. */
export function provenanceSection(summary: DatasetSummary, { rights }: Survey): string {
  const { weights, ...environment } = summary.environment;
  const { digests, wildstyle, format, job, earlierJobs } = summary;
  const root = (role: string) => (job[role] as { root?: unknown } | undefined)?.root ?? 'not recorded';
  const rows: [string, unknown][] = [
    ['content folder', root('content')],
    ['style folder', root('style')],
    ['wildstyle', wildstyle],
    ['format', format],
    ...Object.entries(environment),
    ['plan', digests.plan],
    ['manifest', digests.manifest],
    ['result', digests.result],
  ];
  const cells = rows.map(([name, value]) => {
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    return `<tr><th scope="row">${escapeHtml(name)}</th><td><bdi>${escapeHtml(text)}</bdi></td></tr>`;
  });
  const jobs = [job, ...earlierJobs].map((each, index) => {
    const title = index === 0 ? 'Job' : `Earlier job ${index}`;
    return `<details><summary>${title}</summary><pre tabindex="0">${escapeHtml(JSON.stringify(each, null, 2))}</pre></details>`;
  });
  const licenses = licensesOfImages(summary, rights) + licensesOfWeights(weights);
  return section(
    'provenance',
    'Provenance',
    `<table><tbody>${cells.join('')}</tbody></table>${licenses}${jobs.join('')}`,
  );
}

/** A part of the page with its title. */
export function section(id: string, title: string, body: string): string {
  return `<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${body}</section>`;
}

function time(iso: string): string {
  return `<time datetime="${escapeHtml(iso)}">${escapeHtml(iso.replace('T', ' ').replace(/\.\d+Z$/, ' UTC'))}</time>`;
}
