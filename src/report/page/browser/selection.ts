/** Which rows are shown, and in which order. @module */
import type { ReportRow } from '../rows.js';
import { byId, data } from './data.js';

const filterNames = ['label', 'split', 'style', 'styleLoss', 'status', 'verdict'] as const;
type FilterName = (typeof filterNames)[number];

/** For images without a class or style; no name is empty. */
const noneValue = '\u0000none';

const filterSelects = new Map<FilterName, HTMLSelectElement>(
  filterNames.map((name) => [name, byId<HTMLSelectElement>(`filter-${name}`)]),
);
const searchField = byId<HTMLInputElement>('filter-text');
const sortSelect = byId<HTMLSelectElement>('sort');
/** What the text filter searches, in lower case; made when it is first used. */
let searchTexts: string[] | undefined;

/** Fills the filters with the values that occur. */
export function fillFilters(): void {
  for (const [name, select] of filterSelects) {
    const values = new Set(data.rows.map((row) => row[name] ?? noneValue));
    for (const value of [...values].sort()) {
      select.append(new Option(value === noneValue ? 'none' : value, value));
    }
  }
}

/** The numbers of the rows that pass all filters, in order. Images without the value to sort by come last. */
export function selectedRows(): number[] {
  const words = searchField.value.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = [...filterSelects].filter(([, select]) => select.value !== '');
  const chosen: number[] = [];
  for (const [index, row] of data.rows.entries()) {
    if (!wanted.every(([name, select]) => (row[name] ?? noneValue) === select.value)) continue;
    if (words.length > 0 && !words.every((word) => textOf(index).includes(word))) continue;
    chosen.push(index);
  }
  return sorted(chosen);
}

function sorted(indices: number[]): number[] {
  if (sortSelect.value === '') return indices;
  const isDescending = sortSelect.value.startsWith('-');
  const key = sortSelect.value.replace('-', '') as 'loss' | 'strength';
  const last = Number.POSITIVE_INFINITY;
  const rank = (index: number): number => {
    const value = data.rows[index]?.[key] ?? null;
    return value === null ? last : isDescending ? -value : value;
  };
  return indices.sort((a, b) => {
    const [first, second] = [rank(a), rank(b)];
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
