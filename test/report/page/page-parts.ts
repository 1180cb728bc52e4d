/** Reads the parts of a page that was written. @module */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PageData } from '../../../src/report/page/page-data.js';

/** A page as a browser would see it. */
export interface PageText {
  readonly html: string;
  readonly policy: string;
  readonly style: string;
  readonly script: string;
  readonly data: PageData;
}

/** Reads `report.html` of a dataset. */
export async function readPage(root: string): Promise<PageText> {
  const html = await readFile(join(root, 'report.html'), 'utf8');
  const between = (start: string, end: string): string => {
    const from = html.indexOf(start) + start.length;
    return html.slice(from, html.indexOf(end, from));
  };
  return {
    html,
    policy: between('http-equiv="Content-Security-Policy" content="', '">'),
    style: between('<style>', '</style>'),
    script: between('<script type="module">', '</script>'),
    data: JSON.parse(between('<script type="application/json" id="data">', '</script>')),
  };
}

/** The source expression that allows an inline text. */
export const allowing = (text: string): string =>
  `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
