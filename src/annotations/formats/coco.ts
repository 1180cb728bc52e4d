/** Reads COCO annotations: boxes, polygons, run lengths. @module */
import { z } from 'zod';
import { WildstyleError } from '../../errors.js';
import type { AnnotatedObject, SourceAnnotations } from '../object.js';
import { encodeRle, maskOfRuns, type Rle } from '../rle.js';

const size = z.tuple([z.int().min(1), z.int().min(1)]);
const annotation = z.object({
  image_id: z.union([z.number(), z.string()]),
  category_id: z.int(),
  bbox: z.tuple([z.number(), z.number(), z.number(), z.number()]),
  segmentation: z
    .union([
      z.array(z.array(z.number())),
      z.object({ size, counts: z.union([z.string(), z.array(z.int())]) }),
    ])
    .optional(),
  iscrowd: z.union([z.literal(0), z.literal(1), z.boolean()]).optional(),
});
const cocoSchema = z.object({
  images: z.array(
    z.object({
      id: z.union([z.number(), z.string()]),
      file_name: z.string().min(1),
      width: z.int().min(1).optional(),
      height: z.int().min(1).optional(),
    }),
  ),
  categories: z.array(z.object({ id: z.int(), name: z.string().min(1) })),
  annotations: z.array(annotation),
});

/**
 * Parses a COCO file.
 * @param file for messages
 * @returns the annotations of every image, by `file_name`, and all categories in the order of the file
 * @throws `annotations-invalid`
 */
export function parseCoco(
  text: string,
  file: string,
): {
  readonly images: ReadonlyMap<string, SourceAnnotations>;
  readonly categories: readonly { readonly id: number; readonly name: string }[];
} {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalid(file, `it is not JSON: ${(cause as Error).message}`);
  }
  const parsed = cocoSchema.safeParse(value);
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    throw invalid(file, `${path.join('.') || 'the top level'}: ${message}`);
  }
  const { images, categories, annotations } = parsed.data;
  const names = new Map(categories.map(({ id, name }) => [id, name]));
  const objects = new Map<number | string, AnnotatedObject[]>(images.map(({ id }) => [id, []]));
  for (const [index, { image_id, category_id, bbox, segmentation, iscrowd }] of annotations.entries()) {
    const category = names.get(category_id);
    const list = objects.get(image_id);
    if (category === undefined)
      throw invalid(file, `annotations.${index}: there is no category ${category_id}`);
    if (!list) throw invalid(file, `annotations.${index}: there is no image ${JSON.stringify(image_id)}`);
    list.push({
      category,
      categoryId: category_id,
      bbox,
      ...(Array.isArray(segmentation) && segmentation.length > 0 && { polygons: segmentation }),
      ...(segmentation && !Array.isArray(segmentation) && { rle: asRle(segmentation) }),
      ...(iscrowd && { isCrowd: true }),
    });
  }
  const byName = new Map(
    images.map(({ id, file_name, width, height }) => [
      file_name,
      {
        objects: objects.get(id) ?? [],
        ...(width !== undefined && height !== undefined && { widthPx: width, heightPx: height }),
      },
    ]),
  );
  return { images: byName, categories };
}

function asRle({
  size: [heightPx, widthPx],
  counts,
}: {
  size: [number, number];
  counts: string | number[];
}): Rle {
  if (typeof counts === 'string') return { size: [heightPx, widthPx], counts };
  return encodeRle(maskOfRuns(counts, heightPx, widthPx));
}

function invalid(file: string, problem: string): WildstyleError {
  return new WildstyleError('annotations-invalid', `${file}: ${problem}`, {
    cure: 'Correct the file, or set content.annotations to another one.',
  });
}
