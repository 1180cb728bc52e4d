import test from 'ava';
import { WildstyleError } from '../../src/errors.js';
import { spaceShortage } from '../../src/run/estimate/free-space.js';
import type { Workload } from '../../src/run/estimate/workload.js';

/** Needs 1 MB of pixels as JPEG, and 500 kB of records. */
const workload: Workload = {
  ...{ items: 100, stylized: 100, steps: 0, pixelSteps: 0, largestPixelSteps: 0, recipe: undefined },
  ...{ largestSizePx: 100, smallestPixels: 10_000, pixels: 1e6 },
};
const shortage = (freeBytes: number | undefined) =>
  spaceShortage('/out', workload, 'jpeg', async () => freeBytes);

test('enough space, or a disk that does not tell, is no shortage', async (t) => {
  t.is(await shortage(1.5e6), undefined);
  t.is(await shortage(undefined), undefined);
  t.is(await spaceShortage('/no/such/folder', workload, 'jpeg'), undefined);
});

test('space that may run out is reported; space that cannot suffice ends the run before the first image', async (t) => {
  t.deepEqual(await shortage(1e6), { neededBytes: 1.5e6, freeBytes: 1e6 });
  const error = await t.throwsAsync(shortage(0.7e6), { instanceOf: WildstyleError });
  t.is(error?.code, 'disk-full');
  t.is(error?.message, '/out: the images need about 1.5 MB, but only 0.7 MB are free');
});
