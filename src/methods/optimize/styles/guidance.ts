/** Guidance by masks: regions of the content take their look from the regions of the styles with the same color. @module */
import { WildstyleError } from '../../../errors.js';
import type { Mask } from '../../../images/mask.js';
import { type Regions, sharesOfRegions } from '../../../stylize/regions/regions.js';
import type { ByRole, Role } from '../../../stylize/role.js';
import type { SourceImage } from '../../../stylize/targets.js';
import type { Source } from '../../method.js';

/** The regions of the sources of an item. */
export interface Guidance {
  /** The color of each region. */
  readonly colors: readonly string[];
  /** The share of each region in the content. */
  readonly shares: readonly number[];
  /** The regions of each source, in the order of `colors`. */
  readonly regions: ByRole<Regions>;
}

/**
 * Pairs the masks of content and styles. A color that the mask of a style does not have stands for the whole style, and so
 * does every color for a style without a mask.
 * @param styles by role
 * @returns undefined if the content or every style has no mask
 * @throws `mask-invalid` if no style has a color of the content
 */
export function guidanceOf(content: Source, styles: ByRole<Source>): Guidance | undefined {
  const masks = Object.values(styles).flatMap(({ mask }) => mask ?? []);
  const { mask } = content;
  if (!mask || masks.length === 0) return undefined;
  const present = new Set(mask.indexes);
  const colors = mask.colors.filter((_, index) => present.has(index));
  if (!colors.some((color) => masks.some((other) => other.colors.includes(color)))) {
    throw new WildstyleError(
      'mask-invalid',
      `The masks of content and style have no color in common: ${colors.join(', ')} and ${masks.flatMap((other) => other.colors).join(', ')}.`,
      { cure: 'Draw equal regions in equal colors, or remove one of the masks.' },
    );
  }
  const own = regionsOf(content, colors);
  const ofStyles = Object.entries(styles).map(([role, style]) => [role as Role, regionsOf(style, colors)]);
  return { colors, shares: sharesOfRegions(own), regions: { content: own, ...Object.fromEntries(ofStyles) } };
}

/** Adds the regions of the sources. */
export function withRegions(sources: ByRole<Source>, guidance: Guidance | undefined): ByRole<SourceImage> {
  if (!guidance) return sources;
  const entries = Object.entries(sources) as [Role, Source][];
  return Object.fromEntries(
    entries.map(([role, source]) => [role, { ...source, regions: guidance.regions[role] }]),
  );
}

function regionsOf({ mask, tensor }: Source, colors: readonly string[]): Regions {
  const [, height, width] = tensor.shape;
  const found = colors.map((color) => (mask ? pixelsOf(mask, color) : undefined));
  const everything = Uint32Array.from({ length: height * width }, (_, pixel) => pixel);
  return {
    key: `${mask?.key};${colors}`,
    height,
    width,
    pixels: found.map((pixels) => (pixels && pixels.length > 0 ? pixels : everything)),
  };
}

function pixelsOf({ colors, indexes }: Mask, color: string): Uint32Array {
  const wanted = colors.indexOf(color);
  const pixels: number[] = [];
  for (let pixel = 0; pixel < indexes.length; pixel++) if (indexes[pixel] === wanted) pixels.push(pixel);
  return Uint32Array.from(pixels);
}
