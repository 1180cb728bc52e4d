/** Draws thumbnails from their sheets. @module */
import { data, element } from './data.js';

/** Decoded sheets take memory, so only the latest are kept. */
const mostSheets = 60;
const loading = new Map<number, Promise<HTMLImageElement>>();

function sheetImage(index: number): Promise<HTMLImageElement> {
  const known = loading.get(index);
  if (known) {
    loading.delete(index);
    loading.set(index, known);
    return known;
  }
  const image = new Image();
  image.src = data.sheets[index] ?? '';
  const ready = image.decode().then(() => image);
  loading.set(index, ready);
  const [oldest] = loading.keys();
  if (loading.size > mostSheets && oldest !== undefined) loading.delete(oldest);
  return ready;
}

/** A canvas with a thumbnail; empty if there is none. `alt` says what it shows. */
export function thumbnailCanvas(index: number, alt: string): HTMLCanvasElement {
  const { thumbnailPx, sheetEdge } = data;
  const canvas = element('canvas');
  canvas.width = thumbnailPx;
  canvas.height = thumbnailPx;
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', index < 0 ? `${alt}: no picture` : alt);
  if (index < 0) return canvas;
  const cell = index % (sheetEdge * sheetEdge);
  const [left, top] = [(cell % sheetEdge) * thumbnailPx, Math.floor(cell / sheetEdge) * thumbnailPx];
  sheetImage(Math.floor(index / (sheetEdge * sheetEdge))).then(
    (image) => {
      const size = thumbnailPx;
      canvas.getContext('2d')?.drawImage(image, left, top, size, size, 0, 0, size, size);
    },
    () => canvas.setAttribute('aria-label', `${alt}: the picture cannot be loaded`),
  );
  return canvas;
}
