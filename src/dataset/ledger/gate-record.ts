/** What the gate says of an image: in its record, and summed over a dataset. @module */
import { z } from 'zod';
import { growing } from '../../files/growing.js';

const probability = z.number().min(0).max(1);

export const verdicts = ['kept', 'unjudged', 'lost', 'blended', 'dropped'] as const;

/** The field `gate` of a record. */
export const gateFactsSchema = growing({
  verdict: z
    .string()
    .describe(
      'kept: the class is the most probable one; unjudged: not even the original shows the class; lost, blended, dropped: no attempt shows the class, and the image is the best attempt, that attempt mixed with the content, or missing',
    ),
  before: probability.describe('Probability of the class for the content image'),
  after: probability.describe('Probability of the class for the image'),
  seen: z.string().describe('Most probable class; empty if it shows no class'),
  attempts: z
    .array(
      growing({
        strength: z.number().nullable().describe('Strength of the style; null for a method without one'),
        probability: probability.describe('Probability of the class'),
        seen: z.string().describe('Most probable class'),
      }),
    )
    .describe('Every attempt, in order'),
});

export type GateFacts = z.output<typeof gateFactsSchema> & { readonly verdict: (typeof verdicts)[number] };

const kept = growing({
  judged: z.int().min(0).describe('Images whose original is recognized'),
  first: z.int().min(0).describe('Of these, images that show their class at the first attempt'),
  kept: z.int().min(0).describe('Of these, images that show their class in the end'),
});

export const gateCountsSchema = growing({
  ...kept.shape,
  unjudged: z.int().min(0).describe('Images whose original is not recognized'),
  classes: z.record(z.string(), kept).describe('By class'),
  styles: z.record(z.string(), kept).describe('By path of the style image'),
  strengths: z.record(z.string(), kept).describe('By strength as drawn'),
});

export type GateCounts = z.output<typeof gateCountsSchema>;
type Kept = z.output<typeof kept>;

/** Stands for the strength of methods that have none. */
export const withoutStrength = 'without strength';

/** The counts by strength; empty if no image has one. */
export function strengthsIn({ strengths }: GateCounts): [string, GateCounts['strengths'][string]][] {
  const rows = Object.entries(strengths);
  return rows.some(([name]) => name !== withoutStrength) ? rows : [];
}

const bounds = [1, 3, 10, 30, 100];

function rangeOf(strength: number | null): string {
  if (strength === null) return withoutStrength;
  const above = bounds.findIndex((bound) => strength <= bound);
  if (above < 0) return `over ${bounds.at(-1)}`;
  return above === 0 ? `up to ${bounds[0]}` : `over ${bounds[above - 1]} to ${bounds[above]}`;
}

/** Counts what the gate says. */
export class GateTally {
  readonly #all: Kept = { judged: 0, first: 0, kept: 0 };
  readonly #by = {
    classes: new Map<string, Kept>(),
    styles: new Map<string, Kept>(),
    strengths: new Map<string, Kept>(),
  };
  #unjudged = 0;

  add({
    label,
    gate,
    sources,
  }: {
    label: string | null;
    gate?: GateFacts | undefined;
    sources: object;
  }): void {
    if (!gate) return;
    if (gate.verdict === 'unjudged') {
      this.#unjudged++;
      return;
    }
    const first = gate.attempts[0];
    const style = (sources as { style?: { path: string } }).style?.path ?? '';
    const groups: [Map<string, Kept>, string][] = [
      [this.#by.classes, label ?? ''],
      [this.#by.styles, style],
      [this.#by.strengths, rangeOf(first.strength)],
    ];
    const entries = groups.map(([map, name]) => {
      const entry = map.get(name) ?? { judged: 0, first: 0, kept: 0 };
      map.set(name, entry);
      return entry;
    });
    for (const entry of [this.#all, ...entries]) {
      entry.judged++;
      if (first.seen === label) entry.first++;
      if (gate.seen === label) entry.kept++;
    }
  }

  /** The counts; undefined if no image was judged. */
  counts(): GateCounts | undefined {
    if (this.#all.judged + this.#unjudged === 0) return undefined;
    const sorted = (map: Map<string, Kept>) =>
      Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
    const { classes, styles, strengths } = this.#by;
    return {
      ...this.#all,
      unjudged: this.#unjudged,
      classes: sorted(classes),
      styles: sorted(styles),
      strengths: sorted(strengths),
    };
  }
}
