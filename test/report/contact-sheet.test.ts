import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import { WildstyleError } from '../../src/errors.js';
import { decodeImage } from '../../src/images/decode.js';
import { renderContactSheet, wrapped, writeContactSheet } from '../../src/report/contact-sheet.js';
import { sheetLayout } from '../../src/report/sheet-layout.js';
import { canDrawText, escapeXml } from '../../src/report/text.js';
import { filesBelow, temporaryFolder } from '../dataset/support.js';
import { blue, type Color, colorAt, distance, red, solid } from '../images/fixtures.js';

const green: Color = [20, 160, 60];
const png = (color: Color, width = 80, height = 80) => solid(width, height, color).png().toBuffer();

async function rowOf(caption = 'cat · a & b <i>') {
  return { content: await png(red), style: await png(green, 160, 80), result: await png(blue), caption };
}

async function pixelsOf(sheet: Buffer) {
  const { width, height } = await sharp(sheet).metadata();
  return decodeImage(sheet, { widthPx: width, heightPx: height });
}

test('draws content, style and result in their cells, letterboxed', async (t) => {
  const rows = [await rowOf(), await rowOf(), await rowOf()];
  const layout = sheetLayout(3, 100);
  const sheet = await pixelsOf(await renderContactSheet(rows, { cellPx: 100, text: false }));
  t.deepEqual([sheet.widthPx, sheet.heightPx], [layout.widthPx, layout.heightPx]);
  for (const { cells } of layout.rows) {
    const middles = cells.map(({ leftPx, topPx }) => colorAt(sheet, leftPx + 50, topPx + 50));
    t.deepEqual(middles, [[...red], [...green], [...blue]]);
    const [, style] = cells;
    // 160 x 80 in a cell of 100 px leaves 25 px above and below.
    t.true(distance(colorAt(sheet, style.leftPx + 50, style.topPx + 27), green) <= 2);
    t.true(distance(colorAt(sheet, style.leftPx + 50, style.topPx + 22), green) > 60);
  }
});

test('an image that cannot be read leaves its cell empty', async (t) => {
  const cells = sheetLayout(1, 100).rows.flatMap((row) => row.cells);
  const broken = { ...(await rowOf()), style: '/nowhere/at/all.jpg', result: Buffer.from('text') };
  const sheet = await pixelsOf(await renderContactSheet([broken], { cellPx: 100, text: false }));
  const [content, style, result] = cells.map(({ leftPx, topPx }) => colorAt(sheet, leftPx + 50, topPx + 50));
  t.deepEqual(content, [...red]);
  t.deepEqual(style, [0xf1, 0xef, 0xe9]);
  t.deepEqual(result, [0xf1, 0xef, 0xe9]);
});

test('draws captions if there are fonts', async (t) => {
  const layout = sheetLayout(1, 100);
  const inkIn = async (text: boolean) => {
    const sheet = await pixelsOf(await renderContactSheet([await rowOf()], { cellPx: 100, text }));
    const { caption } = layout.rows[0] as { caption: { leftPx: number; topPx: number; widthPx: number } };
    let dark = 0;
    for (let y = caption.topPx; y < caption.topPx + 20; y++) {
      for (let x = caption.leftPx; x < caption.leftPx + caption.widthPx; x++) {
        if (colorAt(sheet, x, y)[0] < 160) dark++;
      }
    }
    return dark;
  };
  t.is(await inkIn(false), 0);
  if (await canDrawText()) t.true((await inkIn(true)) > 50);
  else t.log('no fonts on this machine: captions are not drawn');
});

test('any caption leaves the sheet intact', async (t) => {
  for (const caption of ['', 'x'.repeat(5000), '</svg><b>&', 'a\u0000b\ud800c\u001b[31m', '日本語 🎨']) {
    await t.notThrowsAsync(
      renderContactSheet([await rowOf(caption)], { cellPx: 64, text: true }),
      caption.slice(0, 9),
    );
  }
  t.is(escapeXml('a\u0000<b>&"\ud800'), 'a&lt;b&gt;&amp;&quot;');
});

test('writes the sheet and leaves no temporary files', async (t) => {
  const folder = await temporaryFolder(t);
  await writeContactSheet(join(folder, 'contact-sheet.png'), [await rowOf()], { cellPx: 64 });
  t.deepEqual(await readdir(folder), ['contact-sheet.png']);
  t.is((await sharp(join(folder, 'contact-sheet.png')).metadata()).format, 'png');
  t.deepEqual(await filesBelow(folder), ['contact-sheet.png']);
});

test('refuses a sheet without rows', async (t) => {
  const error = await t.throwsAsync(renderContactSheet([]), { instanceOf: WildstyleError });
  t.is(error?.code, 'option-invalid');
});

test('a layout has no overlapping cells, nothing outside the sheet, and no empty block', (t) => {
  for (let count = 1; count <= 40; count++) {
    const { widthPx, heightPx, rows, headings } = sheetLayout(count, 192);
    const cells = rows.flatMap(({ cells }) => cells);
    t.is(cells.length, 3 * count);
    for (const box of [...cells, ...rows.map(({ caption }) => caption), ...headings.map(({ box }) => box)]) {
      t.true(
        box.leftPx >= 0 &&
          box.topPx >= 0 &&
          box.leftPx + box.widthPx <= widthPx &&
          box.topPx + box.heightPx <= heightPx,
      );
    }
    t.is(new Set(cells.map(({ leftPx, topPx }) => `${leftPx},${topPx}`)).size, cells.length);
    const lefts = new Set(rows.map(({ caption }) => caption.leftPx));
    t.is(headings.length, 3 * lefts.size, `${count} rows`);
    if (count >= 6)
      t.true(widthPx / heightPx > 0.8 && widthPx / heightPx < 2.4, `${count}: ${widthPx / heightPx}`);
  }
});

test('long captions go on in the next line, which makes room for itself', async (t) => {
  t.deepEqual(wrapped('one · two · three', 100), ['one · two · three']);
  t.deepEqual(wrapped('one · two · three', 9), ['one · two', 'three']);
  t.deepEqual(wrapped('a name that is too long · b', 10), ['a name th…', 'b']);
  t.deepEqual(wrapped('', 10), ['']);
  const [one, three] = [1, 3].map((lines) => sheetLayout(2, 100, lines));
  t.is((three?.heightPx ?? 0) - (one?.heightPx ?? 0), 2 * 2 * 15, 'two lines more in each of two rows');
  t.is(one?.widthPx, three?.widthPx);
});
