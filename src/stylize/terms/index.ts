/** The losses, by name: a new loss is a file beside this one and a line here. @module */
import { features } from './features.js';
import { gram } from './gram.js';
import type { Loss } from './term.js';
import { totalVariation } from './total-variation.js';

/** Losses that keep the shapes of the content. */
export const contentLosses = { features } satisfies Record<string, Loss>;
/** Losses that bring the look of the style. */
export const styleLosses = { gram } satisfies Record<string, Loss>;
/** Losses on the pixels of the image itself. */
export const imageLosses = { totalVariation } satisfies Record<string, Loss>;

export type ContentLossName = keyof typeof contentLosses;
export type StyleLossName = keyof typeof styleLosses;
export const contentLossNames = Object.keys(contentLosses) as [ContentLossName, ...ContentLossName[]];
export const styleLossNames = Object.keys(styleLosses) as [StyleLossName, ...StyleLossName[]];

/** Every loss by the name of its term: what curves, records, metadata and reports call it. */
export const lossesByTerm: Readonly<Record<string, Loss>> = {
  ...prefixed('content', contentLosses),
  ...prefixed('style', styleLosses),
  ...imageLosses,
};

/** The name of a term: `style.gram`. */
export function termName(role: 'content' | 'style', loss: string): string {
  return `${role}.${loss}`;
}

function prefixed(role: 'content' | 'style', losses: Readonly<Record<string, Loss>>) {
  return Object.fromEntries(Object.entries(losses).map(([name, loss]) => [termName(role, name), loss]));
}
