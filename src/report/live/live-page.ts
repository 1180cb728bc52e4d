/** The page of the live view. @module */
import { readFile } from 'node:fs/promises';
import { sha256 } from '../../files/digest.js';
import { pageStyle } from '../page/style.js';
import { escapeHtml } from '../page/visible.js';

const liveStyle = `
progress { width: 100%; height: 18px; accent-color: var(--accent); }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(190px, 1fr)); gap: 12px; list-style: none; margin: 0; padding: 0; }
.tiles li { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 8px; min-width: 0; }
.tiles img { width: 100%; height: 170px; object-fit: contain; display: block; background: #80808020; border-radius: 3px; }
.tiles p { margin: 4px 0 0; font-size: 12.5px; line-height: 1.35; overflow-wrap: anywhere; unicode-bidi: isolate; }
.tiles svg { width: 100%; height: 36px; display: block; margin-top: 4px; } .tiles polyline { fill: none; stroke: var(--accent); stroke-width: 1.5; }
#failures li { overflow-wrap: anywhere; unicode-bidi: isolate; }
`;

/** A page and the policy that it needs. */
export interface LivePage {
  readonly html: string;
  readonly policy: string;
}

/** Returns the page. It loads pictures and events from its own server, and nothing from elsewhere. */
export async function livePage(name: string): Promise<LivePage> {
  const script = (await readFile(new URL('./browser/live.js', import.meta.url), 'utf8'))
    .replace(/^export \{\s*\};$/gm, '')
    .replace(/^\/\/# sourceMappingURL=.*$/gm, '');
  const style = `${pageStyle}${liveStyle}`;
  const title = escapeHtml(name);
  const fact = (id: string, label: string) => `<div><dt>${label}</dt><dd id="${id}">–</dd></div>`;
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,"><title>${title}: wildstyle run</title><style>${style}</style></head><body>
<header><h1><bdi>${title}</bdi></h1></header><main>
<p>State: <strong id="state" role="status">connecting</strong> <a id="report" href="report.html" hidden>Open the report</a></p>
<progress id="bar" aria-label="Images done" max="1" value="0"></progress>
<dl class="cards">${fact('done', 'images done')}${fact('left', 'left')}${fact('failed', 'failed')}${fact('steps', 'steps of this run')}${fact('rate', 'stylized images per minute')}${fact('eta', 'time left')}${fact('in-work-count', 'images in progress')}${fact('busy', 'workers busy')}</dl>
<section aria-labelledby="failures-title" id="failure-section" hidden><h2 id="failures-title">Failures</h2><ul id="failures"></ul></section>
<section aria-labelledby="in-work-title" id="in-work-section" hidden><h2 id="in-work-title">Losses of the images in progress</h2><ul id="in-work" class="tiles"></ul></section>
<section aria-labelledby="newest-title"><h2 id="newest-title">Newest images</h2><p id="none" class="hint">None yet.</p><ul id="newest" class="tiles"></ul></section>
</main><script type="module">${script}</script></body></html>
`;
  const digest = (text: string) => `'sha256-${Buffer.from(sha256(text), 'hex').toString('base64')}'`;
  const policy = [
    "default-src 'none'",
    "img-src 'self' data:",
    "connect-src 'self'",
    `style-src ${digest(style)}`,
    `script-src ${digest(script)}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  return { html, policy };
}
