/** The report, opened from disk. @module */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { hostileName } from './datasets.js';
import { checkSelection } from './selection.js';
import type { Watched } from './watched.js';

/** Filters, keyboard, slider, colors, names. @param pictures folder for the screenshots */
export async function checkReport(watched: Watched, pictures: string | undefined): Promise<object> {
  const { page } = watched;
  const title = await page.title();
  const count = page.locator('#count');
  const all = await count.textContent();
  await watched.checkAccessibility('report');

  await page.selectOption('#filter-label', { label: 'flower' });
  assert.match((await count.textContent()) ?? '', /^8 of \d+ images$/);
  await page.selectOption('#filter-status', { label: 'failed' });
  assert.match((await count.textContent()) ?? '', /^0 of/);
  await page.locator('button[type=reset]').click();
  await page.locator('#count', { hasText: all ?? '' }).waitFor();

  await page.keyboard.press('/');
  await page.keyboard.type('<img src=x');
  const hostile = page.locator('.card', { hasText: hostileName.replace('\u202e', '[U+202E]') });
  await hostile.first().waitFor();
  assert.equal(await page.locator('#cards img').count(), 0, 'names are text');
  await page.locator('button[type=reset]').click();

  await page.selectOption('#filter-status', { label: 'complete' });
  await page.selectOption('#sort', '-strength');
  await page.locator('.card button[tabindex="0"]').focus();
  await page.keyboard.press('ArrowRight');
  assert.equal(await page.locator('.card:focus-within').getAttribute('aria-posinset'), '2');
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  const dialog = page.locator('#detail');
  await dialog.waitFor({ state: 'visible' });
  const first = await page.locator('#detail-title').textContent();
  await page.keyboard.press('ArrowRight');
  assert.notEqual(await page.locator('#detail-title').textContent(), first, 'the next image');
  await page.keyboard.press('ArrowLeft');
  const over = page.locator('.compare canvas').nth(1);
  const clip = () =>
    over.evaluate((canvas) => (canvas as unknown as { style: { clipPath: string } }).style.clipPath);
  const before = await clip();
  await page.locator('.compare + input').focus();
  await page.keyboard.press('ArrowRight');
  assert.notEqual(await clip(), before, 'the slider moves');
  await watched.checkAccessibility('report with an image open');
  if (pictures !== undefined)
    await page.screenshot({ path: join(pictures, 'report-image.jpg'), type: 'jpeg', quality: 80 });
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  await page.locator('#gallery').scrollIntoViewIfNeeded();
  if (pictures !== undefined) {
    await page.screenshot({ path: join(pictures, 'report.jpg'), type: 'jpeg', quality: 80 });
  }
  assert.notEqual(await watched.background('dark'), await watched.background('light'));
  assert.equal(await page.title(), title);
  return { images: all, requests: watched.checkQuiet(/^(file|data|blob):/) };
}

/** What the browser measures of a scrolling gallery. */
interface Scrolled {
  readonly frames: number;
  readonly medianMs: number;
  readonly slowestMs: number;
  readonly mostCards: number;
}

const scrolling = `(async () => {
  const viewport = document.getElementById('viewport');
  const frame = () => new Promise((drawn) => requestAnimationFrame(drawn));
  const times = [];
  let mostCards = 0;
  let last = await frame();
  for (let step = 0; step < 90; step++) {
    viewport.scrollTop += step < 60 ? 400 : viewport.scrollHeight / 40;
    const now = await frame();
    times.push(now - last);
    last = now;
    mostCards = Math.max(mostCards, document.querySelectorAll('.card').length);
  }
  times.sort((a, b) => a - b);
  return { frames: times.length, medianMs: times[45], slowestMs: times.at(-1), mostCards };
})()`;

/** Time to the first paint and of the frames of scrolling, with many items. */
export async function checkLargeReport(watched: Watched, items: number): Promise<object> {
  const { page } = watched;
  assert.match(
    (await page.locator('#count').textContent()) ?? '',
    new RegExp(`^${items} of ${items} images$`),
  );
  const firstPaintMs = await page.evaluate<number>(
    `performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? performance.now()`,
  );
  const scrolled = await page.evaluate<Scrolled>(scrolling);
  assert.ok(scrolled.mostCards < 200, `only the cards in view are in the page, not ${scrolled.mostCards}`);
  assert.ok(firstPaintMs < 30_000, `first paint after ${firstPaintMs} ms`);
  await page.locator('.card button[tabindex="0"]').first().focus();
  await page.keyboard.press('End');
  assert.equal(await page.locator('.card:focus-within').getAttribute('aria-posinset'), String(items));
  const selection = await checkSelection(page);
  await watched.checkAccessibility('a large report');
  watched.checkQuiet(/^(file|data|blob):/);
  return { items, selection, firstPaintMs: Math.round(firstPaintMs), ...scrolled };
}
