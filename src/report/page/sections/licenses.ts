/** The part of the provenance that says whose the images and weights are. @module */
import type { DatasetSummary } from '../../../dataset/summary.js';
import type { RightsSurvey, SideRights } from '../survey/rights-survey.js';
import { escapeHtml } from '../visible.js';
import { wideTable } from './tables.js';

const checkThem = 'Check them before you share the dataset.';

/** Licenses and authors of the content and style images, as their records have them. */
export function licensesOfImages({ counts }: DatasetSummary, { sides }: RightsSurvey): string {
  const title = '<h3>Licenses of the images</h3>';
  const all = [sides.content, sides.style];
  const known = all.some(({ licenses, authors }) => licenses.size + authors.size > 0);
  if (!known && !counts.licenses) {
    const images = all.reduce((sum, side) => sum + side.images, 0);
    return `${title}<p>None of the ${images} content and style images has a license or an author on record; <code>content.licenses</code> and <code>style.licenses</code> in a job say where they are. ${checkThem}</p>`;
  }
  const rows = (counts.licenses ?? []).map(({ role, license, images }) =>
    row([`${role} images`, license ?? undefined, images]),
  );
  const licenses = table('License', ['images', 'license', 'number'], rows);
  const authors = (['content', 'style'] as const).flatMap((role) => authorRows(role, sides[role]));
  return title + licenses + table('Author', ['images', 'author', 'number'], authors);
}

function authorRows(role: string, { images, authors }: SideRights): string[] {
  const bars = authors.bars();
  const named = bars.reduce((sum, { count }) => sum + count, authors.others);
  const rows = bars.map(({ name, count }) => row([`${role} images`, name, count]));
  if (authors.others > 0) rows.push(row([`${role} images`, 'others', authors.others]));
  if (images > named) rows.push(row([`${role} images`, undefined, images - named]));
  return rows;
}

/** The license of the weights of each network, as the run found it in their files. */
export function licensesOfWeights(recorded: unknown): string {
  const title = '<h3>Licenses of the weights</h3>';
  const weights = Array.isArray(recorded) ? (recorded as Readonly<Record<string, unknown>>[]) : [];
  if (weights.length === 0)
    return `${title}<p>Not on record; <code>wildstyle weights list</code> has those of the networks.</p>`;
  const rows = weights.map(({ network, isTrained, license, attribution, weights: digest }) => {
    const text = isTrained === false ? 'none needed: drawn, not trained' : (license ?? undefined);
    return row([
      String(network),
      text && String(text),
      attribution ? String(attribution) : '',
      `${String(digest).slice(0, 16)}…`,
    ]);
  });
  return title + table('Weights', ['network', 'license', 'attribution', 'sha256'], rows);
}

/** A row; an undefined cell is a license that is missing. */
function row([name = '', ...cells]: readonly (string | number | undefined)[]): string {
  const written = cells.map((cell) => {
    if (typeof cell === 'number') return `<td class="number">${cell}</td>`;
    return cell === undefined
      ? '<td><strong>none on record</strong></td>'
      : `<td><bdi>${escapeHtml(cell)}</bdi></td>`;
  });
  return `<tr><th scope="row">${escapeHtml(String(name))}</th>${written.join('')}</tr>`;
}

function table(caption: string, head: readonly string[], rows: readonly string[]): string {
  if (rows.length === 0) return '';
  const cells = head.map((name) => `<th scope="col">${name}</th>`);
  return wideTable(
    `<caption>${caption}</caption><thead><tr>${cells.join('')}</tr></thead><tbody>${rows.join('')}</tbody>`,
  );
}
