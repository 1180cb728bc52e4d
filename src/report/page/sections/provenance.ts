/** Where everything comes from. @module */
import type { DatasetSummary } from '../../../dataset/summary.js';
import type { Survey } from '../survey/survey.js';
import { escapeHtml } from '../visible.js';
import { licensesOfImages, licensesOfWeights } from './licenses.js';
import { section } from './section.js';
import { wideTable } from './tables.js';

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
    return `<tr><th scope="row">${escapeHtml(name)}</th><td><bdi>${escapeHtml(textOf(value))}</bdi></td></tr>`;
  });
  const jobs = [job, ...earlierJobs].map((each, index) => {
    const title = index === 0 ? 'Job' : `Earlier job ${index}`;
    return `<details><summary>${title}</summary><pre tabindex="0">${escapeHtml(JSON.stringify(each, null, 2))}</pre></details>`;
  });
  const licenses = licensesOfImages(summary, rights) + licensesOfWeights(weights);
  return section(
    'provenance',
    'Provenance',
    `${wideTable(`<tbody>${cells.join('')}</tbody>`)}${licenses}${jobs.join('')}`,
  );
}

/** The values of a record in words: `onnx, cpu, onnxruntime 1.30.0`. */
function textOf(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  return typeof value === 'object' ? Object.values(value).map(textOf).join(', ') : String(value);
}
