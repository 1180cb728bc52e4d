/** The layout of a contact sheet, as pure arithmetic. @module */

/** A rectangle in pixels. */
export interface Box {
  readonly leftPx: number;
  readonly topPx: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** The layout of one row: three square cells with a caption below them. */
export interface RowPlaces {
  readonly cells: readonly [content: Box, style: Box, result: Box];
  readonly caption: Box;
}

/** The layout of a whole sheet. */
export interface SheetLayout {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rows: readonly RowPlaces[];
  /** The column headings, once per block of rows. */
  readonly headings: readonly { readonly text: string; readonly box: Box }[];
}

const marginPx = 24;
const gapPx = 6;
const blockGapPx = 36;
const headingPx = 26;
/** Height of a line of a caption. */
export const captionLinePx = 15;
const captionGapPx = 15;
const wantedAspect = 1.4;
const maximumBlocks = 6;

/**
 * Lays out rows from top to bottom in one or more blocks side by side. Picks the number of blocks that brings the sheet
 * closest to an aspect ratio of 7:5.
 * @param rowCount at least 1
 * @param captionLines lines of the longest caption
 */
export function sheetLayout(rowCount: number, cellPx: number, captionLines = 1): SheetLayout {
  const captionPx = captionGapPx + captionLines * captionLinePx;
  const blocks = bestBlockCount(rowCount, cellPx, captionPx);
  const rowsPerBlock = Math.ceil(rowCount / blocks);
  const blockPx = rowWidthPx(cellPx);
  const leftOf = (block: number) => marginPx + block * (blockPx + blockGapPx);
  const cellLeft = (block: number, cell: number) => leftOf(block) + cell * (cellPx + gapPx);
  const rows = Array.from({ length: rowCount }, (_, index): RowPlaces => {
    const block = Math.floor(index / rowsPerBlock);
    const topPx = marginPx + headingPx + (index % rowsPerBlock) * (cellPx + captionPx);
    const cell = (column: number): Box => {
      return { leftPx: cellLeft(block, column), topPx, widthPx: cellPx, heightPx: cellPx };
    };
    const caption = { leftPx: leftOf(block), topPx: topPx + cellPx, widthPx: blockPx, heightPx: captionPx };
    return { cells: [cell(0), cell(1), cell(2)], caption };
  });
  const headings = Array.from({ length: blocks }, (_, block) =>
    ['content', 'style', 'result'].map((text, cell) => ({
      text,
      box: { leftPx: cellLeft(block, cell), topPx: marginPx, widthPx: cellPx, heightPx: headingPx },
    })),
  ).flat();
  return { ...sheetSize(rowCount, blocks, cellPx, captionPx), rows, headings };
}

/** Width of a row: that of its caption. */
export const rowWidthPx = (cellPx: number): number => 3 * cellPx + 2 * gapPx;

function bestBlockCount(rowCount: number, cellPx: number, captionPx: number): number {
  const distance = (blocks: number): number => {
    const { widthPx, heightPx } = sheetSize(rowCount, blocks, cellPx, captionPx);
    return Math.abs(Math.log(widthPx / heightPx / wantedAspect));
  };
  const candidates = Array.from({ length: Math.min(rowCount, maximumBlocks) }, (_, index) => index + 1)
    // Skip counts that would leave a block empty.
    .filter((blocks) => Math.ceil(rowCount / Math.ceil(rowCount / blocks)) === blocks);
  return candidates.reduce((best, blocks) => (distance(blocks) < distance(best) ? blocks : best));
}

function sheetSize(rowCount: number, blocks: number, cellPx: number, captionPx: number) {
  const rowsPerBlock = Math.ceil(rowCount / blocks);
  return {
    widthPx: 2 * marginPx + blocks * (3 * cellPx + 2 * gapPx) + (blocks - 1) * blockGapPx,
    heightPx: 2 * marginPx + headingPx + rowsPerBlock * (cellPx + captionPx) - captionGapPx * (2 / 3),
  };
}
