/** Loss curves in one PNG: a panel for each pair, a line for each variation, on a logarithmic axis. @module */
import sharp from 'sharp';
import { escapeXml } from '../text.js';

/** A curve: the loss after each of some numbers of steps. */
export interface Curve {
  readonly label: string;
  readonly points: readonly { readonly step: number; readonly total: number }[];
}

export interface CurvePanel {
  readonly title: string;
  readonly curves: readonly Curve[];
}

const panel = { widthPx: 396, heightPx: 280, leftPx: 72, rightPx: 12, topPx: 30, bottomPx: 36 };
const legendLinePx = 18;
/** Colors that can be told apart with every kind of color vision (Okabe & Ito 2008), then repeated. */
const colors = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'];
const dashes = ['none', '6 3', '2 3', '8 3 2 3'];

/** Renders panels beside each other, with one legend below them. Losses that are not above zero are left out. */
export async function renderCurves(panels: readonly CurvePanel[]): Promise<Buffer> {
  const labels = panels[0]?.curves.map(({ label }) => label) ?? [];
  const width = panels.length * panel.widthPx;
  const height = panel.heightPx + legendLinePx * labels.length + 12;
  const legend = labels.map((label, i) => {
    const y = panel.heightPx + legendLinePx * (i + 0.5) + 6;
    const line = `<line x1="${panel.leftPx}" x2="${panel.leftPx + 32}" y1="${y}" y2="${y}" ${strokeOf(i)}/>`;
    return `${line}${words(panel.leftPx + 40, y + 4, 'start', label)}`;
  });
  const drawn = panels.map((each, i) => `<g transform="translate(${i * panel.widthPx} 0)">${body(each)}</g>`);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>${drawn.join('')}${legend.join('')}</svg>`;
  return sharp(Buffer.from(svg), { density: 144 }).png().toBuffer();
}

function body({ title, curves }: CurvePanel): string {
  const shown = curves.map(({ points }) => points.filter(({ total }) => total > 0));
  const totals = shown.flat().map(({ total }) => Math.log10(total));
  const steps = shown.flat().map(({ step }) => step);
  const [low, high] = [Math.min(...totals, 0), Math.max(...totals, Math.min(...totals, 0) + 1e-3)];
  const lastStep = Math.max(...steps, 1);
  const right = panel.widthPx - panel.rightPx;
  const bottom = panel.heightPx - panel.bottomPx;
  const xOf = (step: number) => panel.leftPx + (step / lastStep) * (right - panel.leftPx);
  const yOf = (log: number) => panel.topPx + ((high - log) / (high - low)) * (bottom - panel.topPx);
  const lines = shown.map((points, i) => {
    const places = points.map(
      ({ step, total }) => `${xOf(step).toFixed(1)},${yOf(Math.log10(total)).toFixed(1)}`,
    );
    return `<polyline fill="none" ${strokeOf(i)} points="${places.join(' ')}"/>`;
  });
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => low + share * (high - low));
  return [
    words(panel.leftPx, 18, 'start', title),
    `<path d="M${panel.leftPx} ${panel.topPx}V${bottom}H${right}" fill="none" stroke="black"/>`,
    ...ticks.map((log) => words(panel.leftPx - 5, yOf(log) + 4, 'end', (10 ** log).toPrecision(2))),
    ...[0, 0.5, 1].map((share) =>
      words(xOf(share * lastStep), bottom + 16, 'middle', `${Math.round(share * lastStep)}`),
    ),
    words((panel.leftPx + right) / 2, panel.heightPx - 5, 'middle', 'steps'),
    `<g transform="translate(12 ${(panel.topPx + bottom) / 2}) rotate(-90)">${words(0, 0, 'middle', 'loss (log scale)')}</g>`,
    ...lines,
  ].join('');
}

const strokeOf = (i: number): string =>
  `stroke="${colors[i % colors.length]}" stroke-width="1.8" stroke-dasharray="${dashes[Math.floor(i / colors.length) % dashes.length]}"`;

const words = (x: number, y: number, anchor: string, text: string): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${escapeXml(text)}</text>`;
