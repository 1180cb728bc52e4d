/** The losses by name. To add one, create a file in `content/`, `style/` or `image/` and add a line here. @module */

import { type Role, type Side, sideOf } from '../role.js';
import { features } from './content/features.js';
import { selfSimilarity } from './content/self-similarity.js';
import { totalVariation } from './image/total-variation.js';
import type { RegionPlace } from './shared/region.js';
import { contextual } from './style/contextual.js';
import { covariance } from './style/covariance.js';
import { gram } from './style/gram.js';
import { histogram } from './style/histogram.js';
import { mmd } from './style/mmd.js';
import { moments } from './style/moments.js';
import { mrf } from './style/mrf.js';
import { nearestNeighbor } from './style/nearest-neighbor.js';
import { relaxedEmd } from './style/relaxed-emd.js';
import { slicedWasserstein } from './style/sliced-wasserstein.js';
import { wasserstein } from './style/wasserstein.js';
import type { Loss } from './term.js';

/** Losses that preserve the shapes of the content. */
export const contentLosses = { features, selfSimilarity } satisfies Record<string, Loss>;
/** Losses that transfer the look of the style. */
export const styleLosses = {
  gram,
  moments,
  covariance,
  mmd,
  wasserstein,
  slicedWasserstein,
  histogram,
  nearestNeighbor,
  relaxedEmd,
  contextual,
  mrf,
} satisfies Record<string, Loss>;
/** Losses on the pixels of the image itself. */
export const imageLosses = { totalVariation } satisfies Record<string, Loss>;

export type StyleLossName = keyof typeof styleLosses;
export const styleLossNames = Object.keys(styleLosses) as [StyleLossName, ...StyleLossName[]];

/** Every loss, keyed by the term name that curves, records, metadata and reports use for the first style. */
export const lossesByTerm: Readonly<Record<string, Loss>> = {
  ...prefixed('content', contentLosses),
  ...prefixed('style', styleLosses),
  ...imageLosses,
};

/** The name of a term: `style.gram`, `style2.gram` for a second style, `style.gram#1` for the first region. */
export function termName(role: Role, loss: string, region?: RegionPlace): string {
  return `${role}.${loss}${region ? `#${region.index + 1}` : ''}`;
}

/** The loss of a term. @param name as made by {@link termName}, or `totalVariation` */
export function lossOfTerm(name: string): Loss {
  const [role, loss] = name.split('#')[0].split('.');
  return lossesByTerm[loss === undefined ? role : termName(sideOf(role as Role), loss)];
}

function prefixed(side: Side, losses: Readonly<Record<string, Loss>>) {
  return Object.fromEntries(Object.entries(losses).map(([name, loss]) => [termName(side, name), loss]));
}
