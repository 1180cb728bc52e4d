/** The part of the page about the gate. @module */
import { strengthsIn } from '../../../dataset/ledger/gate-record.js';
import type { DatasetSummary } from '../../../dataset/summary.js';
import { escapeHtml } from '../visible.js';
import { section } from './section.js';
import { wideTable } from './tables.js';

/** The shares of labels that the gate found to be kept, by class, style and strength; empty without a gate. */
export function labelsSection({ counts: { gate } }: DatasetSummary): string {
  if (!gate) return '';
  const percent = (count: number, of: number) => (of === 0 ? '' : `${Math.round((100 * count) / of)}%`);
  type Kept = Pick<typeof gate, 'judged' | 'first' | 'kept'>;
  const row = (name: string, { judged, first, kept }: Kept) =>
    `<tr><th scope="row"><bdi>${escapeHtml(name)}</bdi></th>${[judged, percent(first, judged), percent(kept, judged)].map((cell) => `<td class="number">${cell}</td>`).join('')}</tr>`;
  const head = ['', 'judged', 'kept at the first attempt', 'in the end'].map(
    (name) => `<th scope="col">${name}</th>`,
  );
  const table = (caption: string, rows: Iterable<readonly [string, Kept]>) =>
    wideTable(
      `<caption>${caption}</caption><thead><tr>${head.join('')}</tr></thead><tbody>${[...rows].map(([name, kept]) => row(name, kept)).join('')}</tbody>`,
    );
  const strengths = strengthsIn(gate);
  const tables = [
    table('Labels kept', [['all', gate]]),
    table('By class', Object.entries(gate.classes)),
    table('By style', Object.entries(gate.styles)),
    ...(strengths.length > 0 ? [table('By strength', strengths)] : []),
  ];
  const intro = `<p>A classifier was asked whether stylized images still show their class. ${gate.unjudged} more were not judged, because it does not recognize their originals.</p>`;
  return section('labels', 'Labels', intro + tables.join(''));
}
