/** The stages of an optimization: image sizes from coarse to fine. @module */
import { minimumEdgePx } from '../../images/fit.js';
import { type StyleRole, styleRoles } from '../../stylize/role.js';
import type { SourceRequest } from '../method.js';
import { startsFromStyle } from './pixels/initial.js';
import type { OptimizeRecipe } from './recipe/resolve.js';

/** One image size and its number of steps. */
export interface Stage {
  readonly sizePx: number;
  readonly styleSizePx: number;
  readonly steps: number;
  readonly learningRate: number;
  /** Factor on the weight of the content. */
  readonly contentWeight: number;
}

type Stages = OptimizeRecipe['stages'];
/** Stages as drawn: without a learning rate, they have that of the recipe. */
type DrawnStages = readonly {
  readonly scale: number;
  readonly steps: number;
  readonly learningRate?: number | undefined;
  readonly contentWeight?: number | undefined;
}[];

/** Scale and steps of the default coarse stage. Steps are relative to those at full size. */
const coarse = { scale: 0.5, steps: 1.2 };

/**
 * The default stages before the full size: one at half of it. Long strokes and large areas of color form there at a quarter
 * of the cost. Images too small to be halved have none.
 */
export function defaultStages(sizePx: number, steps: number): DrawnStages {
  if (sizePx * coarse.scale < minimumEdgePx) return none;
  let stages = knownStages.get(steps);
  if (!stages) {
    stages = Object.freeze([{ scale: coarse.scale, steps: Math.round(coarse.steps * steps) }]);
    knownStages.set(steps, stages);
  }
  return stages;
}

/** A memo of values that cannot change, so that the items of a plan share them. */
const knownStages = new Map<number, DrawnStages>();
const none: DrawnStages = Object.freeze([]);

/** The last result for lists that the items of a plan have in common. */
const resolvedStages = new WeakMap<DrawnStages, { readonly rate: number; readonly stages: Stages }>();

/** Gives every stage a learning rate. */
export function resolveStages(drawn: DrawnStages, rate: number): Stages {
  const known = resolvedStages.get(drawn);
  if (known?.rate === rate) return known.stages;
  const stages = drawn.map(({ scale, steps, learningRate = rate, contentWeight }) => ({
    scale,
    steps,
    learningRate,
    ...(contentWeight !== undefined && { contentWeight }),
  }));
  if (Object.isFrozen(drawn)) resolvedStages.set(drawn, { rate, stages });
  return stages;
}

/** The stages of a recipe. The last one is the full size. */
export function stagesOf({ size, steps, learningRate, stages, style }: OptimizeRecipe): Stage[] {
  const scaled = (sizePx: number, scale: number) => Math.max(minimumEdgePx, Math.round(sizePx * scale));
  const all: Stages = [...stages, { scale: 1, steps, learningRate }];
  return all.map(({ scale, steps, learningRate, contentWeight = 1 }) => ({
    sizePx: scaled(size, scale),
    styleSizePx: scaled(style.size, scale),
    steps,
    learningRate,
    contentWeight,
  }));
}

/** Names of the sources of each stage. */
export const sourceName = {
  content: (stage: number) => `content${stage}`,
  style: (stage: number, role: StyleRole = 'style') =>
    role === 'style' ? `style${stage}` : `${role}/${stage}`,
  /** The first style image in the content's shape, for recipes that start from it. */
  initialStyle: 'initialStyle',
} as const;

/** Style images lose a few pixels, so that few graphs compute their targets. */
const styleMultiplePx = 16;

/** The source images that a recipe needs, for all stages. */
export function sourcesOf(recipe: OptimizeRecipe): SourceRequest[] {
  const { fit, init } = recipe;
  const requests = stagesOf(recipe).flatMap(({ sizePx, styleSizePx }, stage): SourceRequest[] => [
    { name: sourceName.content(stage), role: 'content', target: { sizePx, fit } },
    ...recipe.style.mix.map((_, i): SourceRequest => {
      const role = styleRoles[i];
      const target = { sizePx: styleSizePx, fit: 'keep', multiple: styleMultiplePx } as const;
      return { name: sourceName.style(stage, role), role, target };
    }),
  ]);
  if (!startsFromStyle(init)) return requests;
  const target = { shapeOf: sourceName.content(0) };
  return [...requests, { name: sourceName.initialStyle, role: 'style', target }];
}
