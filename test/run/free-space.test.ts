import test from 'ava';
import { WildstyleError } from '../../src/errors.js';
import { spaceShortage } from '../../src/run/estimate/free-space.js';
import type { Workload } from '../../src/run/estimate/workload.js';
import { noOverviews, type OverviewWishes } from '../../src/run/finish/overviews.js';

/** Needs 1 MB of pixels as JPEG, and 500 kB of records. */
const workload: Workload = {
  ...{ items: 100, stylized: 100, steps: 0, pixelSteps: 0, largestPixelSteps: 0, recipe: undefined },
  ...{ largestSizePx: 100, smallestPixels: 10_000, pixels: 1e6 },
};
const writing = (overviews: OverviewWishes) => ({ format: 'jpeg', overviews, shown: 1000 }) as const;
const shortage = (freeBytes: number | undefined) =>
  spaceShortage('/out', workload, writing(noOverviews), async () => freeBytes);

test('enough space, or a disk that does not tell, is no shortage', async (t) => {
  t.is(await shortage(1.5e6), undefined);
  t.is(await shortage(undefined), undefined);
  t.is(await spaceShortage('/no/such/folder', workload, writing(noOverviews)), undefined);
});

test('space that may run out is reported; space that cannot suffice ends the run before the first image', async (t) => {
  t.deepEqual(await shortage(1e6), { neededBytes: 1.5e6, freeBytes: 1e6 });
  const error = await t.throwsAsync(shortage(0.7e6), { instanceOf: WildstyleError });
  t.is(error?.code, 'disk-full');
  t.is(error?.message, '/out: the images need about 1.5 MB, but only 0.7 MB are free');
});

test('contact sheet and report count, but are no reason not to begin', async (t) => {
  // 24 rows of three cells of 192 pixels, at 2.5 bytes per pixel.
  const sheetBytes = 24 * 3 * 192 ** 2 * 2.5;
  // A page, and for each image a row and two thumbnails of 160 pixels, at 0.4 bytes per pixel.
  const reportBytes = 60_000 + 1000 * (1500 + 2 * 160 ** 2 * 0.4);
  const needed = async (overviews: OverviewWishes) =>
    (await spaceShortage('/out', workload, writing(overviews), async () => 0.8e6))?.neededBytes;
  t.is(await needed(noOverviews), 1.5e6);
  t.is(await needed({ contactSheet: true, report: false }), 1.5e6 + sheetBytes);
  t.is(await needed({ contactSheet: false, report: true }), 1.5e6 + reportBytes);
  t.is(await needed({ contactSheet: true, report: true }), 1.5e6 + sheetBytes + reportBytes);
  const all = writing({ contactSheet: true, report: true });
  const error = await t.throwsAsync(spaceShortage('/out', workload, all, async () => 0.7e6));
  t.is(error?.message, '/out: the images need about 1.5 MB, but only 0.7 MB are free');
});
