/** Which rows are shown, and in which order. @module */
import type { RowNumber } from '../row-numbers.js';
import type { ReportRow } from '../rows.js';
import { byId, data, numberText } from './data.js';

const filterNames = ['label', 'split', 'style', 'styleLoss', 'status', 'verdict'] as const;
type FilterName = (typeof filterNames)[number];

/** For images without a class or style; no name is empty. */
const noneValue = '\u0000none';

/** Filters of what the dataset does not have are not in the page. */
const filterSelects = new Map<FilterName, HTMLSelectElement>(
  filterNames.flatMap((name) => {
    const select = document.getElementById(`filter-${name}`);
    return select instanceof HTMLSelectElement ? [[name, select] as const] : [];
  }),
);
const searchField = byId<HTMLInputElement>('filter-text');
const sortSelect = byId<HTMLSelectElement>('sort');
const rangeSelect = byId<HTMLSelectElement>('range-key');
const rangeFields = [byId<HTMLInputElement>('range-from'), byId<HTMLInputElement>('range-to')] as const;
/** What the text filter searches, in lower case; made when it is first used. */
let searchTexts: string[] | undefined;

/** A number of a row; null if the row has none. */
function numberOf(row: ReportRow, key: RowNumber): number | null {
  return key === 'probability' ? (row.gate?.after ?? null) : row[key];
}

/** The number by which the images are sorted, if a card does not show it anyway. */
export function sortedText(row: ReportRow): string | undefined {
  const key = sortSelect.value.replace('-', '');
  if (key === '' || key === 'strength' || key === 'loss') return undefined;
  const name = sortSelect.selectedOptions[0]?.text.split(',')[0];
  return `${name} ${numberText(numberOf(row, key as RowNumber))}`;
}

/** Fills the filters with the values that occur, and leaves out the numbers that no image has. */
export function fillFilters(): void {
  for (const option of [...rangeSelect.options, ...sortSelect.options]) {
    const key = option.value.replace('-', '') as RowNumber | '';
    if (key !== '' && data.rows.every((row) => numberOf(row, key) === null)) option.remove();
  }
  for (const [name, select] of filterSelects) {
    const values = new Set(data.rows.map((row) => row[name] ?? noneValue));
    for (const value of [...values].sort()) {
      select.append(new Option(value === noneValue ? 'none' : value, value));
    }
  }
}

/** The indices of the rows that pass all filters, in order. Images without the number to sort by come last. */
export function selectedRows(): number[] {
  const words = searchField.value.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = [...filterSelects].filter(([, select]) => select.value !== '');
  const isInRange = chosenRange();
  const chosen: number[] = [];
  for (const [index, row] of data.rows.entries()) {
    if (!wanted.every(([name, select]) => (row[name] ?? noneValue) === select.value)) continue;
    if (!isInRange(row)) continue;
    if (words.length > 0 && !words.every((word) => textOf(index).includes(word))) continue;
    chosen.push(index);
  }
  return sorted(chosen);
}

/** Both ends belong to a range. With one, images without the number do not pass. */
function chosenRange(): (row: ReportRow) => boolean {
  const [from, to] = rangeFields.map(({ valueAsNumber }) => valueAsNumber);
  const low = Number.isFinite(from) ? Number(from) : Number.NEGATIVE_INFINITY;
  const high = Number.isFinite(to) ? Number(to) : Number.POSITIVE_INFINITY;
  if (low === Number.NEGATIVE_INFINITY && high === Number.POSITIVE_INFINITY) return () => true;
  const key = rangeSelect.value as RowNumber;
  return (row) => {
    const value = numberOf(row, key);
    return value !== null && value >= low && value <= high;
  };
}

function sorted(indices: number[]): number[] {
  if (sortSelect.value === '') return indices;
  const isDescending = sortSelect.value.startsWith('-');
  const key = sortSelect.value.replace('-', '') as RowNumber;
  const last = Number.POSITIVE_INFINITY;
  const ranks = new Map(
    indices.map((index) => {
      const row = data.rows[index];
      const value = row ? numberOf(row, key) : null;
      return [index, value === null ? last : isDescending ? -value : value];
    }),
  );
  return indices.sort((a, b) => {
    const [first = last, second = last] = [ranks.get(a), ranks.get(b)];
    return first === second ? a - b : first - second;
  });
}

function textOf(index: number): string {
  searchTexts ??= data.rows.map(searchText);
  return searchTexts[index] ?? '';
}

function searchText({ id, label, content, style, error, parameters, rights = {} }: ReportRow): string {
  const parts = [
    id,
    label,
    content,
    style,
    error?.code,
    error?.message,
    ...Object.values(parameters),
    ...Object.values(rights),
  ];
  return parts.join(' ').toLowerCase();
}
