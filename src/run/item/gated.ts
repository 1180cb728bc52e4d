/** Makes an image again, more gently, until it shows its class. @module */
import type { GateFacts } from '../../dataset/ledger/gate-record.js';
import { WildstyleError } from '../../errors.js';
import type { Judge, Judgment } from '../../gate/judge.js';
import { toTensor } from '../../images/tensor.js';
import type { Gate } from '../../job/gate-schema.js';
import { methodOf, type ResolvedRecipe } from '../../methods/index.js';
import type { StylizedItem } from '../../plan/item.js';
import type { MadeImage } from './make-image.js';

/** What judges the images of a worker. */
export interface Gatekeeper {
  readonly gate: Gate;
  /** The splits whose images are judged. */
  readonly splits: readonly string[];
  readonly judge: Judge;
}

interface Attempt {
  readonly image: MadeImage;
  readonly judgment: Judgment;
}

/** An image with what the gate says of it. It is to be dropped if the verdict says so. */
export interface GatedImage {
  readonly image: MadeImage;
  readonly facts: GateFacts | undefined;
}

/**
 * Makes an image, judges it, and tries again with half the strength while its class is not the most probable one. An
 * original that is not recognized itself says nothing about its results: they are not judged. Nor are images for
 * evaluation, such as those of robustness sets: a test set that a classifier selects looks easier than it is.
 * @param make makes the image with a recipe
 */
export async function makeGated(
  { label, group, split, recipe }: Pick<StylizedItem, 'label' | 'group' | 'split' | 'recipe'>,
  keeper: Gatekeeper | undefined,
  make: (recipe: ResolvedRecipe) => Promise<MadeImage>,
): Promise<GatedImage> {
  const first = await make(recipe);
  if (!keeper?.splits.includes(split) || label === null) return { image: first, facts: undefined };
  const { gate, judge } = keeper;
  const ask = (image: MadeImage['pixels']) => judge(toTensor(image), { label, group });
  const before = await ask(first.compared.content);
  const attempts: Attempt[] = [{ image: first, judgment: await ask(first.pixels) }];
  const factsOf = (verdict: GateFacts['verdict'], after: Judgment): GateFacts => ({
    verdict,
    before: before.probability,
    after: after.probability,
    seen: after.seen,
    attempts: attempts.map(({ image, judgment }) => ({
      strength: strengthOf(image.made.applied),
      probability: judgment.probability,
      seen: judgment.seen,
    })),
  });
  if (before.seen !== label) return { image: first, facts: factsOf('unjudged', attempts[0].judgment) };
  let gentler = recipe;
  while (attempts.length < gate.attempts && attempts.at(-1)?.judgment.seen !== label) {
    gentler = methodOf(gentler).gentler(gentler);
    const image = await make(gentler);
    attempts.push({ image, judgment: await ask(image.pixels) });
  }
  const best = attempts.reduce((a, b) => (b.judgment.probability > a.judgment.probability ? b : a));
  const last = attempts[attempts.length - 1];
  if (last.judgment.seen === label) return { image: last.image, facts: factsOf('kept', last.judgment) };
  if (gate.otherwise === 'blend') {
    const image = mixed(best.image, gate.blend);
    return { image, facts: factsOf('blended', await ask(image.pixels)) };
  }
  return { image: best.image, facts: factsOf(gate.otherwise === 'drop' ? 'dropped' : 'lost', best.judgment) };
}

/** The strength of a style, or null for methods without one. */
export function strengthOf(recipe: ResolvedRecipe): number | null {
  return recipe.method === 'optimize' ? recipe.style.strength : null;
}

/** An attempt mixed with its content. */
function mixed(image: MadeImage, share: number): MadeImage {
  const { content, result } = image.compared;
  const mix = (a: Uint8Array, b: Uint8Array) =>
    a.map((value, i) => Math.round(share * value + (1 - share) * b[i]));
  const pixels = { ...image.pixels, data: mix(result.data, content.data) };
  return { ...image, pixels, compared: { content, result: pixels } };
}

/** Why an image is missing. */
export function labelLost(
  { label }: Pick<StylizedItem, 'label'>,
  { after, seen }: GateFacts,
): WildstyleError {
  const chance = Math.round(100 * after);
  return new WildstyleError(
    'label-lost',
    `It no longer shows ${label}: the gate sees ${seen || 'nothing'} (${label}: ${chance}%).`,
  );
}
