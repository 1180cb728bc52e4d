/** Grids of pictures. @module */
import test from 'ava';
import sharp from 'sharp';
import { renderGrid } from '../../src/report/comparison/grid.js';
import { canDrawText } from '../../src/report/text.js';

const pixels = { data: new Uint8Array(12).fill(90), widthPx: 2, heightPx: 2 };

/** The height of a grid of one cell of 128 px below this heading. */
async function heightUnder(heading: string): Promise<number> {
  const rows = [{ caption: 'a pair', images: [pixels] }];
  const picture = await renderGrid({ headings: [[heading]], rows, cellPx: 128 }, true);
  return (await sharp(picture).metadata()).height;
}

test('a heading that is too long for its column takes two lines instead of losing its value', async (t) => {
  const short = await heightUnder('steps: 50');
  t.true((await heightUnder('style.loss: nearestNeighbor')) > short);
  t.is(await heightUnder('a-heading-without-a-value-that-is-long'), short);
});

test('a caption is between its row and the end of the row above, nearer to its own', async (t) => {
  if (!(await canDrawText())) {
    t.pass('no fonts here');
    return;
  }
  const cellPx = 64;
  // Wider than high: the room that it leaves of its square must not part it from its caption.
  const heightPx = 40;
  const cell = { data: new Uint8Array(cellPx * heightPx * 3).fill(200), widthPx: cellPx, heightPx };
  const rows = ['first row', 'second row'].map((caption) => ({ caption, images: [cell] }));
  const grid = { headings: [['content']], rows, cellPx };
  const [plain, withText] = await Promise.all(
    [false, true].map(async (text) =>
      sharp(await renderGrid(grid, text))
        .raw()
        .toBuffer({ resolveWithObject: true }),
    ),
  );
  if (!plain || !withText) throw new Error('no picture');
  const { width, height } = plain.info;
  const rowsWhere = (has: (at: number) => boolean) =>
    Array.from({ length: height }, (_, y) => y).filter((y) =>
      Array.from({ length: width * 3 }, (_, x) => y * width * 3 + x).some(has),
    );
  const images = runsOf(rowsWhere((at) => plain.data[at] === 200));
  const texts = runsOf(rowsWhere((at) => plain.data[at] !== withText.data[at]));
  t.deepEqual(
    images.map(([top, end]) => end - top + 1),
    [heightPx, heightPx],
  );
  const [first, second] = images;
  const [captionOfFirst, captionOfSecond] = texts.slice(-2);
  if (!first || !second || !captionOfFirst || !captionOfSecond) throw new Error('no captions');
  t.true(captionOfFirst[1] < first[0]);
  const [gapAbove, gapBelow] = [captionOfSecond[0] - first[1], second[0] - captionOfSecond[1]];
  t.true(gapBelow > 0 && gapAbove > 2 * gapBelow, `${gapAbove} above, ${gapBelow} below`);
  t.true(height - second[1] < 20, 'nothing below the last row');
});

/** The first and last of each run of numbers that follow each other. */
function runsOf(numbers: readonly number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last?.[1] === number - 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs;
}
