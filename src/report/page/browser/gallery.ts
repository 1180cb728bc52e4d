/** The gallery: only the cards in view are elements of the page. @module */
import type { ReportRow } from '../rows.js';
import { byId, data, element, numberText } from './data.js';
import { showDetail } from './detail.js';
import { thumbnailCanvas } from './pictures.js';
import { selectedRows, sortedText } from './selection.js';

const cardWidthPx = 362;
const cardHeightPx = 190;
const viewport = byId('viewport');
const cards = byId('cards');
const detail = byId<HTMLDialogElement>('detail');
const drawn = new Map<number, HTMLElement>();
let selection: number[] = [];
let columns = 1;
/** The card that the Tab key reaches, as its place in the selection. */
let current = 0;

/** Applies filters and order, and starts at the top. */
export function refreshGallery(): void {
  selection = selectedRows();
  current = 0;
  viewport.scrollTop = 0;
  const { length } = data.rows;
  byId('count').textContent =
    length === 0 ? 'There are no images yet.' : `${selection.length} of ${length} images`;
  redraw();
}

/** Redraws all cards in view. */
export function redraw(): void {
  columns = Math.max(1, Math.floor(viewport.clientWidth / cardWidthPx));
  cards.style.height = `${Math.ceil(selection.length / columns) * cardHeightPx}px`;
  for (const card of drawn.values()) card.remove();
  drawn.clear();
  drawVisible();
}

/** Adds the cards that came into view, and removes those that left it. */
export function drawVisible(): void {
  const top = Math.floor(viewport.scrollTop / cardHeightPx) - 1;
  const bottom = Math.ceil((viewport.scrollTop + viewport.clientHeight) / cardHeightPx) + 1;
  const first = Math.max(0, top * columns);
  const end = Math.min(selection.length, bottom * columns);
  for (const [place, card] of drawn) {
    // The focus must not get lost with its card.
    if ((place < first || place >= end) && !card.contains(document.activeElement)) {
      card.remove();
      drawn.delete(place);
    }
  }
  for (let place = first; place < end; place++) drawCard(place);
  // The Tab key must reach a card, however far it was scrolled.
  if (!drawn.has(current) && end > first) {
    current = Math.min(end - 1, first + columns);
    const button = drawn.get(current)?.querySelector('button');
    if (button) button.tabIndex = 0;
  }
}

function drawCard(place: number): HTMLElement | undefined {
  const known = drawn.get(place);
  const row = data.rows[selection[place] ?? -1];
  if (known || !row) return known;
  const card = cardOf(row);
  card.setAttribute('aria-posinset', String(place + 1));
  card.setAttribute('aria-setsize', String(selection.length));
  card.style.left = `${(place % columns) * cardWidthPx}px`;
  card.style.top = `${Math.floor(place / columns) * cardHeightPx}px`;
  card.style.width = `${cardWidthPx}px`;
  card.style.height = `${cardHeightPx}px`;
  const button = card.firstElementChild as HTMLButtonElement;
  button.tabIndex = place === current ? 0 : -1;
  button.addEventListener('click', () => openCard(place));
  const next = [...drawn.keys()].filter((other) => other > place).sort((a, b) => a - b)[0];
  cards.insertBefore(card, next === undefined ? null : (drawn.get(next) ?? null));
  drawn.set(place, card);
  return card;
}

function cardOf(row: ReportRow): HTMLElement {
  const card = element('div', 'card');
  card.setAttribute('role', 'listitem');
  const button = element('button');
  button.type = 'button';
  const pictures = element('span', 'pictures');
  const { content, style, result } = row.thumbnails;
  pictures.append(thumbnailCanvas(content, 'content'));
  if (row.style !== null) pictures.append(thumbnailCanvas(style, 'style'));
  pictures.append(thumbnailCanvas(result, row.status === 'failed' ? 'failed' : 'result'));
  const text = element('span', 'text');
  const names = [row.label, baseName(row.content), row.style === null ? null : baseName(row.style)];
  text.append(element('span', '', names.filter(Boolean).join(' · ')));
  if (row.error) text.append(element('span', 'failed', `${row.error.code}: ${row.error.message}`));
  else if (row.kind === 'original') text.append(element('span', 'soft', `original · ${row.split}`));
  else {
    const facts = [
      row.split,
      `strength ${numberText(row.strength)}`,
      `loss ${numberText(row.loss)}`,
      sortedText(row),
    ];
    text.append(element('span', 'soft', facts.filter(Boolean).join(' · ')));
  }
  button.append(pictures, text);
  card.append(button);
  return card;
}

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Moves by a number of cards. */
export function moveBy(step: number): void {
  if (selection.length === 0) return;
  const before = drawn.get(current)?.querySelector('button');
  current = Math.min(selection.length - 1, Math.max(0, current + step));
  const top = Math.floor(current / columns) * cardHeightPx;
  if (top < viewport.scrollTop) viewport.scrollTop = top;
  const lowest = top + cardHeightPx - viewport.clientHeight;
  if (lowest > viewport.scrollTop) viewport.scrollTop = lowest;
  if (before) before.tabIndex = -1;
  const button = drawCard(current)?.querySelector('button');
  if (button) button.tabIndex = 0;
  button?.focus({ preventScroll: true });
  drawVisible();
}

/** Shows the card at a place of the selection in the dialog. */
export function openCard(place: number): void {
  const row = data.rows[selection[place] ?? -1];
  if (!row) return;
  moveBy(place - current);
  showDetail(row);
  if (!detail.open) detail.showModal();
}

/** Shows the next or the previous image in the dialog. */
export function openNeighbor(step: number): void {
  openCard(Math.min(selection.length - 1, Math.max(0, current + step)));
}

/** How many cards a key moves; 0 for other keys. */
export function stepOf(key: string): number {
  const page = columns * Math.max(1, Math.floor(viewport.clientHeight / cardHeightPx));
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -columns,
    ArrowDown: columns,
    PageUp: -page,
    PageDown: page,
    Home: -selection.length,
    End: selection.length,
  };
  return Object.hasOwn(steps, key) ? (steps[key] ?? 0) : 0;
}
