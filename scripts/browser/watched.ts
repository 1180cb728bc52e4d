/** A page that is watched: requests, errors, accessibility. @module */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, Page } from 'playwright-core';

const axeFile = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly help: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

export class Watched {
  private constructor(
    private readonly context: BrowserContext,
    readonly page: Page,
    private readonly requests: readonly string[],
    private readonly problems: readonly string[],
  ) {}

  /** Opens an address; records every request, error and dialog from the first on. */
  static async open(browser: Browser, url: string): Promise<Watched> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    const requests: string[] = [];
    const problems: string[] = [];
    context.on('request', (request) => requests.push(request.url()));
    page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(`console: ${message.text()}`);
    });
    page.on('dialog', (dialog) => {
      problems.push(`dialog: ${dialog.message()}`);
      dialog.dismiss().catch(() => {});
    });
    await page.goto(url, { waitUntil: 'load' });
    return new Watched(context, page, requests, problems);
  }

  /** Checks accessibility in light and dark. */
  async checkAccessibility(what: string): Promise<void> {
    for (const colorScheme of ['dark', 'light'] as const) {
      await this.page.emulateMedia({ colorScheme });
      // The policy of the page forbids script elements, but not what the debugger evaluates.
      await this.page.evaluate(await readFile(axeFile, 'utf8'));
      const { violations } = await this.page.evaluate<AxeResult>(
        'axe.run(document, { resultTypes: ["violations"] })',
      );
      const found = violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes[0]?.html}`);
      assert.deepEqual(found, [], `${what}, ${colorScheme}`);
    }
  }

  /** The color behind the page, by color scheme. */
  async background(colorScheme: 'dark' | 'light'): Promise<string> {
    await this.page.emulateMedia({ colorScheme });
    return this.page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
  }

  /** Checks that nothing was asked of another host, and that nothing went wrong. */
  checkQuiet(allowed: RegExp): number {
    assert.deepEqual(
      this.requests.filter((url) => !allowed.test(url)),
      [],
      'no request to any other place',
    );
    assert.deepEqual(this.problems, []);
    return this.requests.length;
  }

  close(): Promise<void> {
    return this.context.close();
  }
}
