import test from 'ava';
import { joinOutlines } from '../../src/annotations/join-outlines.js';
import { paintPolygons } from '../../src/annotations/paint.js';

const square = (x: number, y: number, size: number) => [x, y, x + size, y, x + size, y + size, x, y + size];

test('one outline stays as it is', (t) => {
  t.deepEqual(joinOutlines([square(1, 2, 3)]), square(1, 2, 3));
  t.deepEqual(joinOutlines([]), []);
});

test('several are joined where they are closest, and enclose the same pixels', (t) => {
  const outlines = [square(2, 2, 6), square(20, 4, 8), square(12, 20, 5)];
  const joined = joinOutlines(outlines);
  t.deepEqual(joinOutlines([square(0, 0, 2), square(5, 0, 2)]), [
    ...[0, 0, 2, 0],
    ...[5, 0, 7, 0, 7, 2, 5, 2, 5, 0],
    ...[2, 0, 2, 2, 0, 2],
  ]);
  const shape = { widthPx: 32, heightPx: 32 };
  t.deepEqual(paintPolygons([joined], shape).data, paintPolygons(outlines, shape).data);
});
