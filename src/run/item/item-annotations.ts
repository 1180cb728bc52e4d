/** The annotations of an item: the objects of its content image, and how far edges moved. @module */
import { join } from 'node:path';
import { placeAnnotations } from '../../annotations/place.js';
import type { PlacedObject } from '../../annotations/transform.js';
import { edgeF1 } from '../../images/edges.js';
import type { ImageShape } from '../../images/fit.js';
import { inspectImage } from '../../images/inspect.js';
import type { PlanItem } from '../../plan/item.js';
import type { MadeImage } from './make-image.js';

/** The fields that annotations add to a record. */
export interface AnnotatedFields {
  readonly objects?: readonly PlacedObject[];
  readonly vanished?: number;
  /** Only for stylized images. */
  readonly edgeF1?: number;
}

interface Context {
  readonly contentRoot: string;
  readonly maximumPixels: number;
  readonly categoryNames: readonly string[];
}

/**
 * Places the annotations of an item's content image in its result; nothing if it has none.
 * @param stylized how the image was made, if it is stylized
 * @throws `annotations-invalid` if the annotations are for another size or a mask cannot be read
 */
export async function annotateItem(
  { sources: { content }, recipe: { fit } }: PlanItem,
  result: ImageShape,
  stylized: Pick<MadeImage, 'compared' | 'moved'> | undefined,
  { contentRoot, maximumPixels, categoryNames }: Context,
): Promise<AnnotatedFields> {
  if (!content.annotations) return {};
  const file = join(contentRoot, content.path);
  const { widthPx, heightPx, orientation } = await inspectImage(file, { maximumPixels, name: content.path });
  const image = { name: content.path, widthPx, heightPx, orientation };
  const shape = { widthPx: result.widthPx, heightPx: result.heightPx, fit };
  const { objects, vanished } = await placeAnnotations(
    content.annotations,
    image,
    shape,
    categoryNames,
    stylized?.moved,
  );
  return {
    objects,
    ...(vanished > 0 && { vanished }),
    ...(stylized && {
      edgeF1: Number(edgeF1(stylized.compared.content, stylized.compared.result).toFixed(4)),
    }),
  };
}
