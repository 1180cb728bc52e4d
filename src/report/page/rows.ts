/** What the page knows about each image. @module */
import { groupOf, splitOf } from '../../dataset/ledger/metadata-row.js';
import type { ItemRecord } from '../../dataset/ledger/record.js';
import { factsOf, fileOf, isStylized } from '../../dataset/ledger/record-kinds.js';
import type { ByRole } from '../../stylize/role.js';
import { contentLossOf, edgeF1Of, styleLossOf } from './survey/measured.js';
import { hrefOf, visible } from './visible.js';

/** The value of one parameter. Lists are JSON. */
export type ParameterValue = string | number | boolean | null;
/** Parameters by their path: `style.strength`. */
export type Parameters = Readonly<Record<string, ParameterValue>>;

/** Numbers of the thumbnails of an image; -1 where there is none. */
export interface RowThumbnails {
  readonly content: number;
  readonly style: number;
  readonly result: number;
}

/** One image of the gallery. All text is visible text, ready to be shown. */
export interface ReportRow {
  readonly id: string;
  readonly kind: 'stylized' | 'original';
  readonly status: 'complete' | 'failed';
  readonly label: string | null;
  readonly split: string;
  readonly group: string | null;
  readonly content: string;
  readonly style: string | null;
  /** Relative address of the image; null if there is none. */
  readonly href: string | null;
  readonly thumbnails: RowThumbnails;
  /** The loss after the last step, and the sums of its content and style terms. */
  readonly loss: number | null;
  readonly contentLoss: number | null;
  readonly styleTerms: number | null;
  readonly steps: number | null;
  readonly strength: number | null;
  /** Names of the style losses, such as `gram` or `gram + moments`; null for other methods. */
  readonly styleLoss: string | null;
  /** What the gate says; absent without a gate, as rows are many. */
  readonly gate?: ReportGate;
  readonly verdict?: string;
  readonly elapsedMs: number | null;
  readonly edgeF1: number | null;
  readonly restarts: number;
  /** License and author of content and style; absent if there is none on record. */
  readonly rights?: Readonly<Record<string, string>>;
  /** The parameters that are not the same for all images. */
  readonly parameters: Parameters;
  /** Steps and total losses. */
  readonly curve: { readonly steps: readonly number[]; readonly losses: readonly number[] } | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** What the gate says of an image. */
export interface ReportGate {
  readonly before: number;
  readonly after: number;
  readonly seen: string;
  /** `strength 40: fox 0.7`, of each attempt. */
  readonly attempts: readonly string[];
}

const longestCurve = 32;
const longestText = 400;

/** The recipe that made an image, or else the one that was drawn, by paths of its leaves. */
export function parametersOf(record: ItemRecord): Parameters {
  return flat(isStylized(record) ? record.applied : record.drawn);
}

/** Flattens maps: `{ style: { strength: 3 } }` gives `style.strength`. Keys and texts are made visible. */
export function flat(recipe: Readonly<Record<string, unknown>>): Parameters {
  const found: Record<string, ParameterValue> = Object.create(null);
  const walk = (value: unknown, path: string) => {
    if (value === undefined) return;
    if (typeof value === 'number' || typeof value === 'boolean' || value === null) found[path] = value;
    else if (typeof value === 'string') found[path] = shown(value);
    else if (Array.isArray(value)) found[path] = shown(JSON.stringify(value));
    else
      for (const [key, inner] of Object.entries(value as object))
        walk(inner, path === '' ? visible(key) : `${path}.${visible(key)}`);
  };
  walk(recipe, '');
  return found;
}

/**
 * Makes the row of a record.
 * @param isVarying whether a parameter belongs to the row, because it is not the same for all images
 */
export function rowOf(
  record: ItemRecord,
  thumbnails: RowThumbnails,
  isVarying: (path: string) => boolean,
): ReportRow {
  const { content, style }: ByRole<{ path: string }> = record.sources;
  const facts = factsOf(record);
  const parameters = parametersOf(record);
  const { 'style.strength': strength } = parameters;
  const group = groupOf(record);
  return {
    id: shown(record.id),
    kind: record.kind,
    status: record.status,
    label: record.label === null ? null : shown(record.label),
    split: shown(splitOf(record)),
    group: group === undefined ? null : shown(group),
    content: shown(content?.path ?? ''),
    style: style ? shown(style.path) : null,
    href: hrefOf(fileOf(record)),
    thumbnails,
    loss: rounded(facts.loss?.final.total),
    contentLoss: rounded(contentLossOf(record)),
    styleTerms: rounded(styleLossOf(record)),
    steps: facts.steps ?? null,
    strength: typeof strength === 'number' ? rounded(strength) : null,
    styleLoss: namesBelow(parameters, 'style.loss'),
    ...gateOf(record),
    elapsedMs: isStylized(record) ? Math.round(record.elapsedMs) : null,
    edgeF1: rounded(edgeF1Of(record)),
    restarts: facts.restarts ?? 0,
    ...rightsOf(record),
    parameters: Object.fromEntries(Object.entries(parameters).filter(([path]) => isVarying(path))),
    curve: facts.loss ? curveOf(facts.loss.curve) : null,
    error:
      record.status === 'failed'
        ? { code: shown(record.error.code), message: shown(record.error.message) }
        : null,
  };
}

function rightsOf({ sources }: ItemRecord): Pick<ReportRow, 'rights'> {
  const rights: Record<string, string> = {};
  for (const [role, source] of Object.entries(sources)) {
    const { license, author } = source as { license?: string; author?: string };
    const known = [license, author].filter((text) => text !== undefined);
    if (known.length > 0) rights[visible(role)] = shown(known.join(', '));
  }
  return Object.keys(rights).length > 0 ? { rights } : {};
}

function gateOf(record: ItemRecord): Pick<ReportRow, 'gate' | 'verdict'> {
  if (record.kind !== 'stylized' || !record.gate) return {};
  const { verdict, before, after, seen, attempts } = record.gate;
  const gate = {
    before,
    after,
    seen: shown(seen),
    attempts: attempts.map(({ strength, probability, seen: each }) =>
      shown(
        `${strength === null ? '' : `strength ${rounded(strength)}: `}${each || 'nothing'} ${probability}`,
      ),
    ),
  };
  return { verdict: shown(verdict), gate };
}

/** The text at a path, or the names below it: losses have weights in a resolved recipe, so they are a map. Null without any. */
export function namesBelow(parameters: Parameters, start: string): string | null {
  const one = parameters[start];
  if (typeof one === 'string') return one;
  const names = Object.keys(parameters).filter((path) => path.startsWith(`${start}.`));
  return names.length === 0
    ? null
    : names
        .map((path) => path.slice(start.length + 1))
        .sort()
        .join(' + ');
}

/** At most 32 points of a curve, with its first and last. */
function curveOf(points: readonly { step: number; total: number }[]): ReportRow['curve'] {
  const count = Math.min(points.length, longestCurve);
  const kept = Array.from({ length: count }, (_, index) => {
    return points[Math.round((index * (points.length - 1)) / Math.max(1, count - 1))];
  });
  return {
    steps: kept.map((point) => point?.step ?? 0),
    losses: kept.map((point) => rounded(point?.total) ?? 0),
  };
}

/** Four digits are enough for the eye, and the page is half as large. */
function rounded(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : Number(value.toPrecision(4));
}

function shown(text: string): string {
  return visible(text.length > longestText ? `${text.slice(0, longestText)}…` : text);
}
