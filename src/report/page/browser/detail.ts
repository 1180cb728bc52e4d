/** The dialog with everything about one image. @module */
import type { ReportRow } from '../rows.js';
import { byId, data, element, numberText } from './data.js';
import { thumbnailCanvas } from './pictures.js';

const svgNamespace = 'http://www.w3.org/2000/svg';

/** Shows a row in the dialog. */
export function showDetail(row: ReportRow): void {
  const { content, style, result } = row.thumbnails;
  byId('detail-title').textContent = [row.label, row.content, row.style].filter(Boolean).join(' · ');
  const large = element('div', 'large');
  large.append(pictureFigure(content, `content: ${row.content}`));
  if (row.style !== null) large.append(pictureFigure(style, `style: ${row.style}`));
  large.append(pictureFigure(result, row.status === 'failed' ? 'result: failed' : 'result'));
  const body = byId('detail-body');
  body.replaceChildren(large);
  if (row.href !== null) {
    const link = element('a', '', 'Open the image');
    link.href = row.href;
    body.append(link);
  }
  if (row.error) body.append(element('p', 'failed', `${row.error.code}: ${row.error.message}`));
  if (content >= 0 && result >= 0) body.append(...compareSlider(content, result));
  if (row.curve) body.append(element('h3', '', 'Loss'), lossCurve(row.curve));
  body.append(factTable(row));
}

function pictureFigure(index: number, caption: string): HTMLElement {
  const figure = element('figure');
  figure.append(thumbnailCanvas(index, caption), element('figcaption', '', caption));
  return figure;
}

/** The content over the result, as far as the slider says. */
function compareSlider(content: number, result: number): HTMLElement[] {
  const box = element('div', 'compare');
  const over = thumbnailCanvas(content, 'content, over the result');
  box.append(thumbnailCanvas(result, 'result'), over);
  const slider = element('input');
  slider.type = 'range';
  slider.value = '50';
  slider.setAttribute('aria-label', 'How much of the content covers the result');
  const cover = () => {
    over.style.clipPath = `inset(0 ${100 - Number(slider.value)}% 0 0)`;
  };
  slider.addEventListener('input', cover);
  cover();
  return [element('h3', '', 'Content and result'), box, slider];
}

function lossCurve({ steps, losses }: NonNullable<ReportRow['curve']>): SVGElement {
  const [width, height] = [420, 130];
  const svg = svgElement('svg', { viewBox: `0 0 ${width} ${height + 20}`, class: 'curve', role: 'img' });
  const [first, last] = [losses[0] ?? 0, losses.at(-1) ?? 0];
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  const end = Math.max(1, steps.at(-1) ?? 1);
  // Losses fall by orders of magnitude.
  const scale = low > 0 && high / low > 10 ? Math.log : (value: number) => value;
  const span = scale(high) - scale(low) || 1;
  const points = losses.map((loss, index) => {
    const x = ((steps[index] ?? 0) / end) * (width - 4) + 2;
    const y = height - 4 - ((scale(loss) - scale(low)) / span) * (height - 8);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  const text = `from ${numberText(first)} to ${numberText(last)} in ${end} steps`;
  svg.setAttribute('aria-label', `Loss ${text}`);
  const label = svgElement('text', { x: '2', y: String(height + 14) });
  label.textContent = scale === Math.log ? `${text} (log)` : text;
  svg.append(svgElement('polyline', { points: points.join(' ') }), label);
  return svg;
}

function svgElement(name: string, attributes: Readonly<Record<string, string>>): SVGElement {
  const made = document.createElementNS(svgNamespace, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function factTable(row: ReportRow): HTMLElement {
  const facts: [string, unknown][] = [
    ['id', row.id],
    ['kind', row.kind],
    ['status', row.status],
    ['split', row.split],
    ['group', row.group],
    ['final loss', row.loss],
    ['content loss', row.contentLoss],
    ['style loss', row.styleTerms],
    ['edge F1', row.edgeF1],
    ['steps', row.steps],
    ['milliseconds', row.elapsedMs],
    ['restarts', row.restarts],
    ['gate', row.verdict ?? null],
    ['probability of the class, before and after', row.gate ? `${row.gate.before}, ${row.gate.after}` : null],
    ['attempts', row.gate?.attempts.join('; ') ?? null],
    ...Object.entries(row.rights ?? {}).map(([role, text]): [string, string] => [
      `rights of the ${role}`,
      text,
    ]),
    ...Object.entries(row.parameters),
    ...(row.kind === 'stylized' ? Object.entries(data.constants) : []),
  ];
  const table = element('table');
  table.append(element('caption', '', 'Facts and parameters'));
  for (const [name, value] of facts) {
    if (value === null) continue;
    const line = table.insertRow();
    const head = element('th', '', name);
    head.scope = 'row';
    line.append(head, element('td', '', String(value)));
  }
  const box = element('div', 'wide');
  box.append(table);
  return box;
}
