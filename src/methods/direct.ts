/** Builds methods that compute an image from content and style at once, without a network or steps. @module */
import { z } from 'zod';
import type { HostTensor } from '../engine/engine.js';
import { noSteps } from '../stylize/step-totals.js';
import { type Blend, blended, blendSchema, halvedBlend, resolveBlend } from './blend.js';
import type { MakeRequest, Method, MethodContext, MethodRecipe, SourceRequest } from './method.js';

/** The resolved recipe of a direct method, besides its own parameters. */
export interface DirectRecipe extends MethodRecipe {
  readonly blend: Blend;
}

/** What is special about a direct method. */
export interface Direct<Name extends string, Shape extends z.ZodRawShape, Own extends object> {
  readonly name: Name;
  /** Increment it when the same recipe produces different pixels. */
  readonly version: number;
  readonly parameters: Shape;
  /** The method's own part of a recipe. */
  readonly resolve: (drawn: z.output<z.ZodObject<Shape>>) => Own;
  /** What the style image looks like when it is needed: in the shape of the content, or of its own; none if it is not. */
  readonly style: 'contentShape' | 'ownShape' | 'none';
  /** The method's own part of a recipe with half the strength. Default: half of `blend`. */
  readonly gentler?: (recipe: Own) => Own;
  /**
   * Makes the image. Pure.
   * @param content `[1, height, width, 3]`, RGB in [0, 1]
   * @param style likewise; the content, if the method needs no style
   * @returns an image of the content's shape; values out of range are clamped later
   */
  readonly make: (content: HostTensor, style: HostTensor, recipe: Own) => HostTensor;
}

const styleTarget = (style: 'contentShape' | 'ownShape', sizePx: number): SourceRequest['target'] =>
  style === 'ownShape' ? { sizePx, fit: 'keep' } : { shapeOf: 'content' };

/** A method without steps. Its result is mixed with the content as `blend` says. */
export function directMethod<const Name extends string, Shape extends z.ZodRawShape, Own extends object>({
  name,
  version,
  parameters,
  resolve,
  style,
  gentler,
  make,
}: Direct<Name, Shape, Own>) {
  type Recipe = DirectRecipe & Own & { readonly method: Name };
  type Drawn = Omit<MethodRecipe, 'augment'> & { readonly blend: z.output<typeof blendSchema> };
  return {
    version,
    parameters: { ...parameters, blend: blendSchema },
    resolve(drawn: Drawn): Recipe {
      const { size, fit, blend } = drawn;
      const own = resolve(drawn as unknown as z.output<z.ZodObject<Shape>>);
      return { method: name, size, fit, ...own, blend: resolveBlend(blend) };
    },
    fingerprint: (recipe: Recipe) => JSON.stringify(recipe),
    facts: z.object({}),
    networks: () => [],
    sources: ({ size: sizePx, fit }: Recipe): SourceRequest[] => [
      { name: 'content', role: 'content', target: { sizePx, fit } },
      ...(style === 'none'
        ? []
        : [{ name: 'style', role: 'style' as const, target: styleTarget(style, sizePx) }]),
    ],
    styles: () => 1,
    cost: () => ({ steps: 0, pixelSteps: 0 }),
    sizeRange: ({ size }: Recipe) => ({ smallestPx: size, largestPx: size }),
    gentler: (recipe: Recipe): Recipe =>
      gentler ? { ...recipe, ...gentler(recipe) } : { ...recipe, blend: halvedBlend(recipe.blend) },
    sample: (recipe: Recipe) => recipe,
    costKey: () => name,
    open: ({ now }: MethodContext) => ({
      totals: noSteps,
      async make({ recipe, sources }: MakeRequest<Recipe>) {
        const startMs = now();
        const { content } = sources;
        const image = make(content.tensor, (sources.style ?? content).tensor, recipe);
        return {
          image: blended(recipe.blend, image, content),
          applied: recipe,
          facts: {},
          elapsedMs: now() - startMs,
        };
      },
      dispose() {},
    }),
  } as const satisfies Method<Drawn, Recipe, object>;
}
