/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/** The data in the page. Everything in `browser/` runs in the page only. @module */
import type { PageData } from '../page-data.js';

export const data: PageData = JSON.parse(byId('data').textContent ?? '{}');

/** @throws if the page lacks the element */
export function byId<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element ${id}`);
  return found as T;
}

/** Creates an element with text. Text is never parsed as markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  className = '',
  text = '',
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

/** A number as text; a dash if there is none. */
export function numberText(value: number | null): string {
  return value === null ? '–' : String(Number(value.toPrecision(4)));
}
