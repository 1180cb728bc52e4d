/** Classical augmentations as a recipe has them: what can be done to an image, and by how much. @module */
import { z } from 'zod';

/** Part of every id with augmentations. Increment it when the same augmentation gives different pixels. */
export const augmentVersion = 1;

const factor = z.number().min(0).max(10).default(1);
const place = z.number().min(0).max(1).default(0.5);

/** The names of mirror images. */
export const flips = ['none', 'horizontal', 'vertical', 'both'] as const;

/** One list of augmentations. They are done in this order, whatever the order in the job. */
export const augmentationSchema = z.strictObject({
  flip: z.enum(flips).default('none').describe('Mirror image: left and right, top and bottom, or both'),
  affine: z
    .strictObject({
      rotate: z.number().min(-180).max(180).default(0).describe('Clockwise rotation in degrees'),
      scale: z.number().min(0.25).max(4).default(1).describe('Size; above 1 the image is larger'),
      shear: z.number().min(-45).max(45).default(0).describe('Horizontal shear in degrees'),
      x: z.number().min(-0.5).max(0.5).default(0).describe('Shift to the right, as a share of the width'),
      y: z.number().min(-0.5).max(0.5).default(0).describe('Shift down, as a share of the height'),
    })
    .optional()
    .describe('Turned, scaled, sheared and shifted around the center; mirrored beyond the border'),
  crop: z
    .strictObject({
      share: z.number().min(0.1).max(1).default(1).describe('Share of width and height that is kept'),
      x: place.describe('Place of the crop: 0 is the left edge, 1 the right one'),
      y: place.describe('Place of the crop: 0 is the top edge, 1 the bottom one'),
    })
    .optional()
    .describe('A part of the image, enlarged to its size'),
  color: z
    .strictObject({
      brightness: factor.describe('Factor on the lightness'),
      contrast: factor.describe('Factor on the distance from mid-gray'),
      saturation: factor.describe('Factor on the saturation'),
      hue: z.int().min(-180).max(180).default(0).describe('Rotation of the hue in whole degrees'),
    })
    .optional()
    .describe('Color jitter'),
  grayscale: z.boolean().default(false).describe('Without color'),
  blur: z
    .number()
    .min(0)
    .max(50)
    .default(0)
    .describe('Gaussian blur: standard deviation in pixels; below 0.3 there is none'),
  noise: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('Gaussian noise: standard deviation, where 1 is the distance from black to white'),
  jpeg: z.int().min(1).max(100).optional().describe('Saved as JPEG of this quality, and read again'),
  cutout: z
    .strictObject({
      size: z
        .number()
        .min(0)
        .max(1)
        .default(0.25)
        .describe('Edge of the square, as a share of the short edge'),
      x: place.describe('Center of the square: 0 is the left edge, 1 the right one'),
      y: place.describe('Center of the square: 0 is the top edge, 1 the bottom one'),
    })
    .optional()
    .describe('A square with the mean color of the image (DeVries & Taylor 2017)'),
});

/** The recipe's `augment`. */
export const augmentSchema = z.strictObject({
  before: augmentationSchema.optional().describe('Applied to the content image before it is stylized'),
  after: augmentationSchema.optional().describe('Applied to the result'),
});

/** Augmentations as drawn: plain values, all defaults filled in. */
export type DrawnAugmentation = z.output<typeof augmentationSchema>;
type Group<K extends 'affine' | 'crop' | 'color' | 'cutout'> = NonNullable<DrawnAugmentation[K]>;

/** What is done to an image: only augmentations that change something. */
export interface Augmentation {
  readonly flip?: Exclude<(typeof flips)[number], 'none'>;
  readonly affine?: Group<'affine'>;
  readonly crop?: Group<'crop'>;
  readonly color?: Group<'color'>;
  readonly grayscale?: true;
  readonly blur?: number;
  readonly noise?: number;
  readonly jpeg?: number;
  readonly cutout?: Group<'cutout'>;
}

/** The resolved `augment` of a recipe. */
export interface Augment {
  readonly before?: Augmentation;
  readonly after?: Augmentation;
}

/** Smaller deviations are no blur. */
const leastBlurPx = 0.3;

/** Leaves out what changes nothing; undefined if nothing is left. Equal augmentations have equal JSON. */
export function resolveAugment(drawn: z.output<typeof augmentSchema> | undefined): Augment | undefined {
  const before = drawn?.before && resolved(drawn.before);
  const after = drawn?.after && resolved(drawn.after);
  if (!before && !after) return undefined;
  return { ...(before && { before }), ...(after && { after }) };
}

function resolved(drawn: DrawnAugmentation): Augmentation | undefined {
  const { flip, affine, crop, color, grayscale, blur, noise, jpeg, cutout } = drawn;
  const augmentation: Augmentation = {
    ...(flip !== 'none' && { flip }),
    ...(affine &&
      differs(affine, { rotate: 0, scale: 1, shear: 0, x: 0, y: 0 }) && { affine: inOrder(affine) }),
    ...(crop && crop.share < 1 && { crop: inOrder(crop) }),
    ...(color &&
      differs(color, { brightness: 1, contrast: 1, saturation: 1, hue: 0 }) && { color: inOrder(color) }),
    ...(grayscale && { grayscale }),
    ...(blur >= leastBlurPx && { blur }),
    ...(noise > 0 && { noise }),
    ...(jpeg !== undefined && { jpeg }),
    ...(cutout && cutout.size > 0 && { cutout: inOrder(cutout) }),
  };
  return Object.keys(augmentation).length > 0 ? augmentation : undefined;
}

function differs<T extends object>(values: T, identity: T): boolean {
  return Object.entries(identity).some(([key, value]) => values[key as keyof T] !== value);
}

function inOrder<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1))) as T;
}
