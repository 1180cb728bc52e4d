/** The page around rows and thumbnails. @module */
import type { DatasetSummary } from '../../dataset/summary.js';
import { sha256 } from '../../files/digest.js';
import { rowNumbers } from './row-numbers.js';
import type { Charts } from './sections/charts.js';
import { labelsSection } from './sections/labels.js';
import { balanceSection, failuresSection, overviewSection } from './sections/overview.js';
import { parametersSection } from './sections/parameters.js';
import { provenanceSection } from './sections/provenance.js';
import { timeSection } from './sections/time.js';
import type { Survey } from './survey/survey.js';
import { escapeHtml } from './visible.js';

/** What the page is made of. */
export interface PageParts {
  readonly name: string;
  readonly summary: DatasetSummary;
  readonly survey: Survey;
  /** Records of the dataset; the survey may have seen a part of them. */
  readonly total: number;
  readonly charts: Charts;
  readonly style: string;
  readonly script: string;
  /** Whether thumbnails are in files beside the page. */
  readonly hasFiles: boolean;
}

/**
 * Returns what comes before and after the data. The policy allows no request to any other place: images are inlined or
 * beside the page; the style and the script are known by their digests.
 */
export function pageAround(parts: PageParts): { readonly before: string; readonly after: string } {
  const { name, summary, survey, total, charts, style, script, hasFiles } = parts;
  const title = `${escapeHtml(name)}: wildstyle report`;
  const before = [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy(style, script, hasFiles)}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">',
    `<title>${title}</title><style>${style}</style></head><body>`,
    '<a class="skip" href="#gallery">Skip to the gallery</a>',
    `<header><h1><bdi>${escapeHtml(name)}</bdi></h1><nav aria-label="Sections">${linksOf(summary)}</nav></header><main>`,
    overviewSection(summary),
    partNote(survey.files.length, total),
    gallerySection(survey),
    balanceSection(summary, survey),
    labelsSection(summary),
    parametersSection(survey, charts),
    failuresSection(survey),
    timeSection(survey, summary, charts),
    provenanceSection(summary, survey),
    `</main>${dialog}`,
  ];
  return { before: before.join('\n'), after: `\n<script type="module">${script}</script></body></html>\n` };
}

/** Says so if the page shows a part of the dataset. */
function partNote(shown: number, total: number): string {
  if (shown >= total) return '';
  return `<p class="note">Everything below is about ${shown} of the ${total} images, spread over the dataset. <code>wildstyle report</code> writes a page of all images.</p>`;
}

function policy(style: string, script: string, hasFiles: boolean): string {
  return [
    "default-src 'none'",
    // A page opened from disk has no origin that every browser agrees on, hence both.
    `img-src data:${hasFiles ? " 'self' file:" : ''}`,
    `style-src 'sha256-${base64Digest(style)}'`,
    `script-src 'sha256-${base64Digest(script)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

const base64Digest = (text: string): string => Buffer.from(sha256(text), 'hex').toString('base64');

function linksOf({ counts }: DatasetSummary): string {
  const labels = counts.gate ? ['labels'] : [];
  const ids = ['overview', 'gallery', 'balance', ...labels, 'parameters', 'failures', 'time', 'provenance'];
  return ids.map((id) => `<a href="#${id}">${id}</a>`).join(' ');
}

const option = (value: string, text: string): string => `<option value="${value}">${text}</option>`;

const numberOptions = Object.entries(rowNumbers).map(([key, name]) => option(key, name));

const sortOptions = Object.entries(rowNumbers).flatMap(([key, name]) => [
  option(key, `${name}, low first`),
  option(`-${key}`, `${name}, high first`),
]);

const filter = (name: string, label: string): string =>
  `<label>${label} <select id="filter-${name}" data-filter="${name}"><option value="">all</option></select></label>`;

const gallerySection = ({
  hasVerdicts,
}: Survey): string => `<section id="gallery" aria-labelledby="gallery-title"><h2 id="gallery-title">Gallery</h2>
<noscript><p>The gallery needs JavaScript.</p></noscript>
<form id="filters" role="search" aria-label="Filter images">${[
  filter('label', 'Class'),
  filter('split', 'Split'),
  filter('style', 'Style'),
  filter('styleLoss', 'Loss'),
  filter('status', 'Status'),
  ...(hasVerdicts ? [filter('verdict', 'Gate')] : []),
].join(
  '',
)}<fieldset><legend>Range</legend><label>Number <select id="range-key">${numberOptions.join('')}</select></label>
<label>From <input id="range-from" type="number" step="any"></label><label>To <input id="range-to" type="number" step="any"></label></fieldset>
<label>Text <input id="filter-text" type="search" placeholder="name, id, message"></label>
<label>Sort by <select id="sort">${option('', 'order of the manifest')}${sortOptions.join('')}</select></label>
<button type="reset">Reset</button></form>
<p id="count" role="status"></p>
<div id="viewport"><div id="cards" role="list" aria-label="Images"></div></div>
<p class="hint">Arrow keys move, Enter shows an image with all its parameters, / jumps to the text filter.</p></section>`;

const dialog =
  '<dialog id="detail" aria-labelledby="detail-title"><div class="bar-top"><h2 id="detail-title"></h2><button type="button" id="previous">Previous</button><button type="button" id="next">Next</button><button type="button" id="close">Close</button></div><div id="detail-body"></div></dialog>';
