/** The live view of a run in progress. @module */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { hostileName, type ShownRun } from './datasets.js';
import type { Watched } from './watched.js';

/** Watches a run in its view until it ends. @param pictures folder for the screenshot */
export async function checkLiveView(
  watched: Watched,
  run: ShownRun,
  pictures: string | undefined,
): Promise<object> {
  const { page } = watched;
  const title = await page.title();
  await page.locator('#in-work svg polyline').first().waitFor({ timeout: 180_000 });
  await page.locator('#newest li img').nth(5).waitFor({ timeout: 180_000 });
  const doneEarly = await page.locator('#done').textContent();
  await page.locator('#newest svg polyline').first().waitFor();
  await watched.checkAccessibility('live view');
  if (pictures !== undefined)
    await page.screenshot({ path: join(pictures, 'live-view.jpg'), type: 'jpeg', quality: 80 });
  assert.equal(await run.ended, 0);
  await page.locator('#state', { hasText: 'complete' }).waitFor();
  const shownName = hostileName.replace('\u202e', '[U+202E]');
  assert.match((await page.locator('#failures').textContent()) ?? '', /image-unsupported/);
  assert.ok((await page.locator('#failures').textContent())?.includes(shownName), 'the name is text');
  assert.equal(await page.locator('#failures img').count(), 0, 'and not markup');
  assert.equal(await page.title(), title);
  assert.notEqual(await watched.background('dark'), await watched.background('light'));
  await watched.checkAccessibility('live view at the end');
  assert.equal(await page.locator('#in-work li').count(), 0, 'nothing is in progress');
  const doneLate = await page.locator('#done').textContent();
  return { doneEarly, doneLate, requests: watched.checkQuiet(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}\//) };
}
