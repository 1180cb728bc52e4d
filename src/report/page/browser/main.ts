/** Connects the page with its keys and controls. @module */
import { byId } from './data.js';
import { drawVisible, moveBy, openNeighbor, redraw, refreshGallery, stepOf } from './gallery.js';
import { fillFilters } from './selection.js';

const filterForm = byId<HTMLFormElement>('filters');
const scroller = byId('viewport');
const dialog = byId<HTMLDialogElement>('detail');

fillFilters();
filterForm.addEventListener('submit', (event) => event.preventDefault());
filterForm.addEventListener('input', refreshGallery);
// The fields are reset after this event.
filterForm.addEventListener('reset', () => setTimeout(refreshGallery));
scroller.addEventListener('scroll', () => requestAnimationFrame(drawVisible), { passive: true });
new ResizeObserver(redraw).observe(scroller);
scroller.addEventListener('keydown', (event) => {
  const step = stepOf(event.key);
  if (step === 0) return;
  event.preventDefault();
  moveBy(step);
});
byId('previous').addEventListener('click', () => openNeighbor(-1));
byId('next').addEventListener('click', () => openNeighbor(1));
byId('close').addEventListener('click', () => dialog.close());
dialog.addEventListener('close', () => moveBy(0));
dialog.addEventListener('keydown', (event) => {
  if (event.target instanceof HTMLInputElement) return;
  if (event.key === 'ArrowRight') openNeighbor(1);
  if (event.key === 'ArrowLeft') openNeighbor(-1);
});
document.addEventListener('keydown', (event) => {
  const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
  if (event.key !== '/' || isTyping || dialog.open) return;
  event.preventDefault();
  byId('filter-text').focus();
});
refreshGallery();
