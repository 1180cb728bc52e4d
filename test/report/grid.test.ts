/** Grids of pictures. @module */
import test from 'ava';
import sharp from 'sharp';
import { renderGrid } from '../../src/report/comparison/grid.js';

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
