/** Places the annotations of a content image in an image that is made from it. @module */
import { WildstyleError } from '../errors.js';
import type { FittedTarget, ImageShape } from '../images/fit.js';
import { type Affine, chain, fitting, orienting } from '../images/geometry/affine.js';
import { readMask } from './formats/masks.js';
import type { AnnotatedObject, SourceAnnotations } from './object.js';
import { type PlacedObject, placeObject } from './transform.js';

/** The image that annotations belong to. */
export interface AnnotatedImage extends ImageShape {
  readonly name: string;
  /** EXIF orientation, from 1 to 8. Width and height are those with the orientation applied. */
  readonly orientation: number;
}

/** The objects of an image. */
export interface PlacedObjects {
  readonly objects: readonly PlacedObject[];
  /** Number of objects that are outside of the image. */
  readonly vanished: number;
}

/**
 * Places annotations in an image that was resized, cropped or stretched, and then augmented.
 * @param names names of the categories of masks
 * @param moved where augmentations moved things
 * @throws `annotations-invalid` if they are for an image of another size
 */
export async function placeAnnotations(
  annotations: SourceAnnotations,
  image: AnnotatedImage,
  { fit, ...shape }: ImageShape & Pick<FittedTarget, 'fit'>,
  names: readonly string[],
  moved?: Affine,
): Promise<PlacedObjects> {
  const fitted = fitting(image, shape, fit);
  const map = isStored(annotations, image)
    ? chain(orienting(image.orientation, storedShape(image)), fitted)
    : fitted;
  const { maskFile, isRelative } = annotations;
  const given = maskFile === undefined ? annotations.objects : await readMask(maskFile, names, image);
  const objects = given.map((object) => {
    const decoded = placeObject(isRelative ? absolute(object, image) : object, map, shape);
    // Twice, because what the decoder cropped does not come back.
    return decoded && moved ? placeObject(decoded, moved, shape) : decoded;
  });
  const placed = objects.filter((object) => object !== undefined);
  return { objects: placed, vanished: objects.length - placed.length };
}

/** Whether annotations are for the stored pixels, without the EXIF orientation. Only its size can tell. */
function isStored({ widthPx, heightPx }: SourceAnnotations, image: AnnotatedImage): boolean {
  if (widthPx === undefined || (widthPx === image.widthPx && heightPx === image.heightPx)) return false;
  const stored = storedShape(image);
  if (widthPx === stored.widthPx && heightPx === stored.heightPx) return true;
  throw new WildstyleError(
    'annotations-invalid',
    `${image.name}: its annotations are for ${widthPx} x ${heightPx} pixels, but it has ${image.widthPx} x ${image.heightPx}`,
    { cure: 'Use the images that were annotated, or correct their size in the annotations.' },
  );
}

function storedShape({ widthPx, heightPx, orientation }: AnnotatedImage): ImageShape {
  return orientation >= 5 ? { widthPx: heightPx, heightPx: widthPx } : { widthPx, heightPx };
}

function absolute(object: AnnotatedObject, { widthPx, heightPx }: ImageShape): AnnotatedObject {
  const [x, y, width, height] = object.bbox;
  return {
    ...object,
    bbox: [x * widthPx, y * heightPx, width * widthPx, height * heightPx],
    ...(object.polygons && {
      polygons: object.polygons.map((polygon) =>
        polygon.map((value, i) => value * (i % 2 === 0 ? widthPx : heightPx)),
      ),
    }),
  };
}
