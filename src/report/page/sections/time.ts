/** How long images and steps took, and how busy the workers were. @module */
import type { DatasetSummary } from '../../../dataset/summary.js';
import { formatDuration } from '../../../duration.js';
import { histogramOf } from '../survey/distributions.js';
import type { Survey } from '../survey/survey.js';
import type { Charts } from './charts.js';
import { section } from './section.js';

/** How long items and steps took. */
export function timeSection(
  { elapsedMs, stepMs }: Survey,
  { lastRun }: DatasetSummary,
  charts: Charts,
): string {
  if (elapsedMs.length === 0) return section('time', 'Time', '<p>No image was stylized.</p>');
  const total = elapsedMs.reduce((sum, value) => sum + value, 0);
  const figures = [charts.histogram(histogramOf(elapsedMs), 'Milliseconds per image')];
  if (stepMs.length > 0) figures.push(charts.histogram(histogramOf(stepMs), 'Milliseconds per step'));
  const intro = `<p>${busyText(lastRun)}${elapsedMs.length} images took ${formatDuration(total)} of the workers' time. The time of an image is its share of its batch; a step is one evaluation of losses and gradient.</p>`;
  return section('time', 'Time', `${intro}<div class="charts">${figures.join('')}</div>`);
}

/** The share of the time in which the workers computed. The rest is start, reading, writing, and waiting for the others. */
function busyText(run: DatasetSummary['lastRun']): string {
  if (!run || run.workerMs === 0) return '';
  const { workers, workerMs, computedMs } = run;
  const who = workers === 1 ? 'the worker' : `the ${workers} workers`;
  const busy = Math.round((100 * computedMs) / workerMs);
  return `In the last run, ${who} computed <strong>${busy}%</strong> of the time: ${formatDuration(computedMs)} of ${formatDuration(workerMs)}. `;
}
