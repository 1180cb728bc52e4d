// Checks every link of the built site: pages, anchors and pictures.
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { filesBelow } from './stage.mjs';

/** @returns the links that lead nowhere, as `page: link` */
export function brokenLinks(built, base) {
  const files = new Set(filesBelow(built));
  const pages = new Map();
  for (const file of files) {
    if (file.endsWith('.html')) pages.set(file, readFileSync(join(built, file), 'utf8'));
  }
  const idsOf = new Map();
  for (const [file, html] of pages) {
    idsOf.set(file, new Set([...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => unescaped(id))));
  }
  const broken = [];
  for (const [file, html] of pages) {
    for (const [, raw] of html.matchAll(/\s(?:href|src)="([^"]*)"/g)) {
      const link = unescaped(raw);
      if (/^([a-z]+:|\/\/)/i.test(link)) continue;
      const [path = '', anchor = ''] = link.split('#').map(decodeURIComponent);
      const isOwn = path === '';
      const target = isOwn ? file : targetOf(path.replace(/\?.*$/, ''), file, base, files);
      const isThere = target !== undefined && (anchor === '' || idsOf.get(target)?.has(anchor));
      if (!isThere) broken.push(`${file}: ${link}`);
    }
  }
  return [...new Set(broken)];
}

function targetOf(path, from, base, files) {
  const absolute = path.startsWith('/') ? path.slice(base.length) : posix.join(posix.dirname(from), path);
  if (path.startsWith('/') && !path.startsWith(base)) return undefined;
  const clean = posix.normalize(absolute).replace(/^\.?\/?/, '');
  const candidates = [clean, `${clean}.html`, posix.join(clean, 'index.html')];
  return candidates.find((candidate) => files.has(candidate));
}

const unescaped = (text) =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
