/** The disk space of the contact sheet and the report. @module */
import { defaultCellPx } from '../../report/contact-sheet.js';
import { defaultSheetRows } from '../../report/dataset-sheet.js';
import { thumbnailPx } from '../../report/page/thumbnails.js';
import { mostShown, type OverviewWishes } from './overviews.js';

/** Bytes per pixel of the three pictures of a row, measured on noise, the worst case; paintings and photographs need less. */
const sheetBytesPerPixel = 2.5;
/** Of a thumbnail, measured on photographs, as text in the page. */
const thumbnailBytesPerPixel = 0.4;
/** A row of the report with its loss curve, without thumbnails. */
const rowBytes = 1500;
/** The page without images. */
const pageBytes = 60_000;

/**
 * Estimates the size of the overviews of a dataset.
 * @param stylized images that the contact sheet can show
 * @param images images that the report can show; each adds a thumbnail, and at most one of a source
 */
export function overviewBytes(stylized: number, images: number, wishes: OverviewWishes): number {
  const rows = Math.min(stylized, defaultSheetRows);
  const sheet = rows * 3 * defaultCellPx ** 2 * sheetBytesPerPixel;
  const eachBytes = 2 * thumbnailPx ** 2 * thumbnailBytesPerPixel + rowBytes;
  const report = pageBytes + mostShown(images) * eachBytes;
  return (wishes.contactSheet ? sheet : 0) + (wishes.report ? report : 0);
}
