/** Every filter and every order of the gallery, against what the data of the page say. @module */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { PageData } from '../../src/report/page/page-data.js';
import { type RowNumber, rowNumbers } from '../../src/report/page/row-numbers.js';
import type { ReportRow } from '../../src/report/page/rows.js';

const filters = ['label', 'split', 'style', 'styleLoss', 'status', 'verdict'] as const;

const numberOf = (row: ReportRow, key: RowNumber): number | null =>
  key === 'probability' ? (row.gate?.after ?? null) : row[key];

/** Chooses every value of every filter, every order, and a range of every number. @returns how many of each */
export async function checkSelection(page: Page): Promise<object> {
  const { rows }: PageData = JSON.parse((await page.locator('#data').textContent()) ?? '{}');
  const values = await checkFilters(page, rows);
  let orders = 0;
  let ranges = 0;
  for (const key of Object.keys(rowNumbers) as RowNumber[]) {
    await checkRange(page, rows, key);
    ranges++;
    for (const isDescending of [false, true]) {
      await checkOrder(page, rows, key, isDescending);
      orders++;
    }
  }
  await checkTogether(page, rows);
  return { values, ranges, orders };
}

async function checkFilters(page: Page, rows: readonly ReportRow[]): Promise<number> {
  let tried = 0;
  for (const name of filters) {
    const select = page.locator(`#filter-${name}`);
    const options = (await select.locator('option').allTextContents()).slice(1);
    assert.ok(options.length > 1, `the filter ${name} has values: ${options}`);
    for (const label of options) {
      await select.selectOption({ label });
      const expected = rows.filter((row) => (row[name] ?? 'none') === label);
      await expectCount(page, expected.length, rows.length);
      tried++;
    }
    await reset(page);
  }
  return tried;
}

async function checkRange(page: Page, rows: readonly ReportRow[], key: RowNumber): Promise<void> {
  const numbers = rows.flatMap((row) => numberOf(row, key) ?? []).sort((a, b) => a - b);
  const [low = 0, high = 0] = [
    numbers[Math.floor(numbers.length / 4)],
    numbers[Math.floor(numbers.length / 2)],
  ];
  await page.selectOption('#range-key', key);
  await page.fill('#range-from', String(low));
  await expectCount(page, numbers.filter((value) => value >= low).length, rows.length);
  await page.fill('#range-to', String(high));
  await expectCount(page, numbers.filter((value) => value >= low && value <= high).length, rows.length);
  await reset(page);
}

async function checkOrder(
  page: Page,
  rows: readonly ReportRow[],
  key: RowNumber,
  isDescending: boolean,
): Promise<void> {
  const numbers = rows.flatMap((row) => numberOf(row, key) ?? []);
  const extreme = numbers.reduce((a, b) => (isDescending ? Math.max(a, b) : Math.min(a, b)));
  const first = rows.find((row) => numberOf(row, key) === extreme);
  await page.selectOption('#sort', isDescending ? `-${key}` : key);
  await page.locator('.card button[tabindex="0"]').focus();
  await page.keyboard.press('Enter');
  const facts = page.locator('#detail-body table');
  await facts.waitFor();
  const shown = await facts.locator('tr', { hasText: /^id/ }).first().locator('td').textContent();
  assert.equal(shown, first?.id, `the first of ${key}${isDescending ? ', high first' : ''}`);
  await page.keyboard.press('Escape');
  await page.locator('#detail').waitFor({ state: 'hidden' });
  await reset(page);
}

/** Filters, a range and text all at once. */
async function checkTogether(page: Page, rows: readonly ReportRow[]): Promise<void> {
  await page.selectOption('#filter-verdict', { label: 'lost' });
  await page.selectOption('#filter-styleLoss', { label: 'swd' });
  await page.selectOption('#range-key', 'edgeF1');
  await page.fill('#range-to', '0.5');
  const expected = rows.filter(
    ({ verdict, styleLoss, edgeF1 }) =>
      verdict === 'lost' && styleLoss === 'swd' && edgeF1 !== null && edgeF1 <= 0.5,
  );
  assert.ok(expected.length > 0);
  await expectCount(page, expected.length, rows.length);
  await reset(page);
}

async function expectCount(page: Page, count: number, of: number): Promise<void> {
  assert.equal(await page.locator('#count').textContent(), `${count} of ${of} images`);
}

async function reset(page: Page): Promise<void> {
  await page.locator('button[type=reset]').click();
  // The fields are reset after the event.
  await page.locator('#count', { hasText: /^(\d+) of \1 / }).waitFor();
}
