/** Mixing a result with the content image: everywhere, by region, or by half. @module */
import { z } from 'zod';
import type { HostTensor } from '../engine/engine.js';
import { WildstyleError } from '../errors.js';
import { sortedByKey } from '../files/canonical-json.js';
import type { Source } from './method.js';

const share = z.number().min(0).max(1);

/** Which half of an image. */
export const halves = ['left', 'right', 'top', 'bottom'] as const;
export type Half = (typeof halves)[number];

/** How much of the stylized image is in the result: a share, shares by color in the content's mask, or a half. */
export type Blend = number | Readonly<Record<string, number>> | { readonly half: Half };

/** The recipe's `blend`. All methods have it. */
export const blendSchema = z
  .union([
    share,
    z.record(z.string().regex(/^#[0-9a-f]{6}$/i, 'must be a color such as #ff0000'), share),
    z.strictObject({
      half: z.enum(halves).describe('The half that is stylized; the other is the content (DiffuseMix)'),
    }),
  ])
  .default(1)
  .describe(
    "Share of the stylized image in the result; the rest is the content. `{ half: left }` stylizes one half. A map from color to share blends by the content's mask; colors that it does not name have 1",
  );

const isHalf = (blend: Blend): blend is { readonly half: Half } =>
  typeof blend === 'object' && typeof (blend as { half?: unknown }).half === 'string';

/** Colors in lower case, sorted, so that equal maps have equal fingerprints. */
export function resolveBlend(drawn: z.output<typeof blendSchema>): Blend {
  if (typeof drawn === 'number' || isHalf(drawn)) return drawn;
  return Object.fromEntries(
    sortedByKey(
      Object.entries(drawn).map(([color, value]): [string, number] => [color.toLowerCase(), value]),
    ),
  );
}

/** The blend with half of the share of the stylized image. */
export function halvedBlend(blend: Blend): Blend {
  if (typeof blend === 'number') return blend / 2;
  if (isHalf(blend)) return blend;
  return Object.fromEntries(Object.entries(blend).map(([color, value]) => [color, value / 2]));
}

/**
 * Mixes a stylized image with its content.
 * @param image `[1, height, width, 3]`, RGB in [0, 1]
 * @param content of the same shape
 * @returns likewise; the image itself if all of it is kept
 * @throws `mask-invalid` if the blend is by region and the content has no mask
 */
export function blended(blend: Blend, image: HostTensor, content: Source): HostTensor {
  if (blend === 1) return image;
  const shareAt = sharesByPixel(blend, content);
  const data = image.data.map((value, i) => {
    const ofImage = shareAt(Math.floor(i / 3));
    return ofImage * value + (1 - ofImage) * content.tensor.data[i];
  });
  return { data, shape: image.shape };
}

/** The share of the stylized image at each pixel. */
function sharesByPixel(blend: Blend, { tensor, mask }: Source): (pixel: number) => number {
  if (typeof blend === 'number') return () => blend;
  if (isHalf(blend)) return inHalf(blend.half, tensor.shape);
  if (!mask) {
    throw new WildstyleError('mask-invalid', 'blend is by region, but the content image has no mask.', {
      cure: 'Add a mask, or set blend to a number.',
    });
  }
  const shares = mask.colors.map((color) => blend[color] ?? 1);
  return (pixel) => shares[mask.indexes[pixel]];
}

/** 1 in the half and 0 outside (Islam et al. 2024, "DiffuseMix", section 3.2). A pixel in the middle belongs to the content. */
function inHalf(half: Half, [, height, width]: readonly number[]): (pixel: number) => number {
  const position = {
    left: (pixel: number) => width - 1 - 2 * (pixel % width),
    right: (pixel: number) => 2 * (pixel % width) + 1 - width,
    top: (pixel: number) => height - 1 - 2 * Math.floor(pixel / width),
    bottom: (pixel: number) => 2 * Math.floor(pixel / width) + 1 - height,
  }[half];
  return (pixel) => (position(pixel) > 0 ? 1 : 0);
}
