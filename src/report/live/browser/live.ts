/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/** The script of the live view: shows each state that the server sends. Runs in the page only. @module */
import type { LiveCurve, LiveRow, LiveState } from '../live-state.js';

const at = (id: string): HTMLElement => {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element ${id}`);
  return found;
};

/** Creates an element with text. Text is never parsed as markup. */
function made(name: string, text = '', className = ''): HTMLElement {
  const node = document.createElement(name);
  if (text) node.textContent = text;
  if (className) node.className = className;
  return node;
}

/** Changes a text only if it differs, so that a screen reader does not repeat it. */
function say(id: string, text: string): void {
  const node = at(id);
  if (node.textContent !== text) node.textContent = text;
}

function duration(ms: number | null): string {
  if (ms === null) return '–';
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return `${Math.round(ms / 1000)} s`;
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const inWorkTitle = 'Losses of the images in progress';
const short = (value: number | null): string => (value === null ? '–' : String(Number(value.toPrecision(3))));
const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

function curveOf(losses: readonly number[]): SVGElement {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('viewBox', '0 0 100 30');
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', `Loss from ${short(losses[0] ?? null)} to ${short(losses.at(-1) ?? null)}`);
  const logs = losses.map((loss) => Math.log(Math.max(loss, 1e-12)));
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  const points = logs.map((log, index) => {
    const x = (100 * index) / Math.max(1, logs.length - 1);
    return `${x.toFixed(1)},${(28 - (26 * (log - low)) / (high - low || 1)).toFixed(1)}`;
  });
  const line = document.createElementNS(space, 'polyline');
  line.setAttribute('points', points.join(' '));
  line.setAttribute('vector-effect', 'non-scaling-stroke');
  svg.append(line);
  return svg;
}

function cardOf(row: LiveRow): HTMLElement {
  const card = made('li');
  card.dataset.id = row.id;
  const names = [row.label, baseName(row.content), row.style === null ? null : baseName(row.style)];
  const text = names.filter(Boolean).join(' · ');
  if (row.href !== null) {
    const picture = document.createElement('img');
    picture.src = row.href;
    picture.alt = text;
    picture.loading = 'lazy';
    card.append(picture);
  }
  card.append(made('p', text));
  if (row.error) card.append(made('p', `${row.error.code}: ${row.error.message}`, 'failed'));
  else if (row.style === null) card.append(made('p', 'original', 'soft'));
  else card.append(made('p', `strength ${short(row.strength)} · loss ${short(row.loss)}`, 'soft'));
  if (row.curve && row.curve.losses.length > 1) card.append(curveOf(row.curve.losses));
  return card;
}

function workCardOf({ image, style, step, losses }: LiveCurve): HTMLElement {
  const card = made('li');
  card.append(made('p', [baseName(image), baseName(style)].filter(Boolean).join(' · ')));
  card.append(made('p', `step ${step} · loss ${short(losses.at(-1) ?? null)}`, 'soft'));
  if (losses.length > 1) card.append(curveOf(losses));
  return card;
}

function show(state: LiveState): void {
  say('state', state.state);
  const bar = at('bar') as HTMLProgressElement;
  bar.max = Math.max(1, state.items);
  bar.value = state.complete + state.failed;
  say('done', `${state.complete} of ${state.items}`);
  say('left', String(state.pending));
  say('failed', String(state.failed));
  say('steps', state.steps === null ? '–' : `${state.steps.done} of ${state.steps.total}`);
  say('rate', short(state.stylizedPerMinute));
  say('busy', state.workersBusy === null ? '–' : `${Math.round(100 * state.workersBusy)}%`);
  say('eta', duration(state.remainingMs));
  say('in-work-count', String(state.inWorkCount));
  at('report').hidden = !state.hasReport || state.isGoing;
  at('failure-section').hidden = state.failures.length === 0;
  at('failures').replaceChildren(
    ...state.failures.map(({ image, code, message }) =>
      made('li', message.includes(image) ? `${code}: ${message}` : `${image}: ${code}: ${message}`),
    ),
  );
  const isPart = state.inWork.length < state.inWorkCount;
  say(
    'in-work-title',
    isPart ? `${inWorkTitle}: ${state.inWork.length} of ${state.inWorkCount}` : inWorkTitle,
  );
  at('in-work-section').hidden = state.inWork.length === 0;
  at('in-work').replaceChildren(...state.inWork.map(workCardOf));
  at('none').hidden = state.newest.length > 0;
  const known = new Map([...at('newest').children].map((card) => [(card as HTMLElement).dataset.id, card]));
  // Existing cards keep their pictures.
  at('newest').replaceChildren(...state.newest.map((row) => known.get(row.id) ?? cardOf(row)));
}

const events = new EventSource('events');
events.addEventListener('state', (event) => show(JSON.parse(event.data)));
events.addEventListener('end', (event) => {
  events.close();
  show(JSON.parse(event.data));
});
events.addEventListener('error', () => {
  if (events.readyState === EventSource.CLOSED) say('state', 'the run or its view has ended');
});
