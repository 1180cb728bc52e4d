/** The record of a finished item: one line of `manifest.jsonl`. @module */
import { z } from 'zod';
import { growing } from '../../files/growing.js';
import { type Intersection, type MethodName, methods } from '../../methods/index.js';
import type { ByRole } from '../../stylize/role.js';
import { gateFactsSchema } from './gate-record.js';

const digest = z.string().length(64);

const source = growing({
  path: z.string().describe('Path, relative to the content or style root'),
  sha256: digest.describe('sha256 of the file'),
  mask: growing({
    path: z.string().describe('Path, relative to the folder of masks'),
    sha256: digest.describe('sha256 of the file'),
  })
    .optional()
    .describe('Its mask, in a job with masks'),
  license: z.string().optional().describe('License of the image, if the job says where to find it'),
  author: z.string().optional().describe('Author of the image'),
});

/** A source image in a record. */
export type Source = z.output<typeof source>;

/** Returns the schema of sources by role. Later versions may have other roles. */
function sourcesOf<T>(): z.ZodType<T> {
  const schema = z.record(z.string(), source).describe('Source images, by role');
  return schema as unknown as z.ZodType<T>;
}

const attempt = growing({
  error: z.string().nullable().describe('Error code if the attempt failed; null if it succeeded'),
});

const recipe = z.record(z.string(), z.unknown());

const annotatedObject = growing({
  category: z.string().describe('Name of the category'),
  categoryId: z.int().describe('Number of the category, as in the annotations'),
  bbox: z
    .tuple([z.number(), z.number(), z.number(), z.number()])
    .describe('Left, top, width, height in pixels'),
  area: z.number().describe('Area in square pixels: of the mask or the outlines, or else of the box'),
  polygons: z.array(z.array(z.number())).optional().describe('Outlines: x and y alternate, in pixels'),
  rle: growing({
    size: z.tuple([z.int(), z.int()]).describe('Height and width'),
    counts: z.string().describe('Run lengths as in COCO'),
  })
    .optional()
    .describe('Mask'),
  isCrowd: z.boolean().optional().describe('A region with many objects'),
});

const common = {
  id: z.string().describe('Hash of everything that determines the pixels'),
  label: z.string().nullable().describe('Class; null in a dataset without labels'),
  // Absent in records of earlier versions.
  split: z.string().optional().describe('Split, or robustness set of one: the first folder of `file`'),
  group: z.string().optional().describe('Group; images of one group are never in two splits'),
  attempts: z.array(attempt).describe('All attempts in the run that made the image or gave up on it'),
};

const published = {
  status: z.literal('complete').describe('The image exists'),
  file: z.string().describe('Path of the image, relative to the dataset folder'),
  sha256: digest.describe('sha256 of the image file'),
  widthPx: z.int().describe('Width of the image in pixels'),
  heightPx: z.int().describe('Height of the image in pixels'),
  objects: z
    .array(annotatedObject)
    .optional()
    .describe('Objects in the image, moved along with it and clipped. Only in jobs with annotations'),
  vanished: z
    .int()
    .optional()
    .describe('Objects of the content image that are outside of this one. Absent if there are none'),
};

const original = {
  kind: z.literal('original').describe('A resized content image'),
  sources: sourcesOf<{ content: Source }>(),
  drawn: recipe.describe('The drawn parameters: size and fit'),
};

const stylized = {
  kind: z.literal('stylized').describe('An image made by a method'),
  method: z.string().describe('Method that made the image'),
  sources: sourcesOf<ByRole<Source>>(),
  replica: z.int().describe('Index among the images made from the same sources, from 0'),
  seed: z.int().describe('Seed for everything random in the item'),
  gate: gateFactsSchema.optional().describe('What the gate found. Only in jobs with `gate`'),
  drawn: recipe.describe('The resolved recipe as drawn: all parameters'),
};

const failed = {
  status: z.literal('failed').describe('The image could not be made'),
  error: growing({
    code: z.string().describe('Error code; see [errors.md](errors.md)'),
    message: z.string().describe('Error message'),
  }).describe('Why the item failed'),
};

const made = {
  edgeF1: z
    .number()
    .optional()
    .describe('Share of edges that stayed within 2 pixels (F1, from 0 to 1). Only in jobs with annotations'),
  applied: recipe.describe(
    'The recipe that made the image. Differs from `drawn` if a retry used gentler settings',
  ),
  engine: growing({
    name: z.string().describe('Name of the engine'),
    device: z.string().describe('Device that it ran on'),
    version: z.string().describe('Versions of its libraries'),
    precision: z
      .string()
      .optional()
      .describe('Precision of its convolutions and products; float32 if absent'),
  }).describe('Engine that made the image'),
  elapsedMs: z
    .number()
    .describe('Time in the method in milliseconds, shared with the other images of its batch'),
};

/** Builds a schema with the keys in the order in which they are written: id, kind and status first. */
function shape<K extends z.ZodRawShape, S extends z.ZodRawShape>(
  kind: K,
  status: S,
  more: z.ZodRawShape = {},
) {
  const first = { id: common.id, kind: kind.kind, status: status.status };
  // Keep fields that a later version adds.
  return growing({ ...first, ...kind, ...status, ...common, ...more }) as z.ZodObject;
}

/** The schemas of all kinds of records. */
export const recordShapes: Readonly<Record<string, z.ZodObject>> = {
  original: shape(original, published),
  failedOriginal: shape(original, failed),
  failedStylized: shape(stylized, failed),
  ...Object.fromEntries(
    Object.entries(methods).map(([name, { facts }]) => [
      name,
      shape({ ...stylized, method: z.literal(name).describe('Method that made the image') }, published, {
        ...made,
        ...facts.shape,
      }),
    ]),
  ),
  /** For methods of later versions. */
  otherMethod: shape(stylized, published, made),
};

type Fields<T extends z.ZodRawShape> = z.output<z.ZodObject<T, z.core.$strip>>;
// Zod gives an object without keys a type that nothing else can be added to.
type Facts<M extends MethodName> = keyof (typeof methods)[M]['facts']['shape'] extends never
  ? object
  : z.output<(typeof methods)[M]['facts']>;
type CompleteStylized = {
  [M in MethodName]: Fields<typeof common & typeof stylized & typeof published & typeof made> &
    Facts<M> & { method: M };
}[MethodName];

/** The record of a resized content image. */
export type OriginalRecord = Fields<typeof common & typeof original & typeof published>;
/** The record of an image that a method made; a union over the methods. */
export type StylizedRecord = CompleteStylized;
/** The record of an item that could not be made. */
export type FailedRecord = Fields<typeof common & typeof failed> &
  (Fields<typeof original> | Fields<typeof stylized>);
/** The record of a finished item. */
export type ItemRecord = OriginalRecord | StylizedRecord | FailedRecord;

/** One attempt at making an item. */
export type Attempt = z.output<typeof attempt>;

/** Returns the schema for a record by its status, kind and method; undefined if its kind is unknown. */
export function schemaOf(record: unknown): z.ZodObject | undefined {
  const { status, kind, method } = (record ?? {}) as { status?: unknown; kind?: unknown; method?: unknown };
  if (kind === 'original') return status === 'failed' ? recordShapes.failedOriginal : recordShapes.original;
  if (kind !== 'stylized') return undefined;
  if (status === 'failed') return recordShapes.failedStylized;
  return typeof method === 'string' && Object.hasOwn(methods, method)
    ? recordShapes[method]
    : recordShapes.otherMethod;
}

/** The record of an existing image. */
export type CompleteRecord = OriginalRecord | StylizedRecord;

/** The facts that any method may report about an image. */
export type AnyFacts = Partial<Intersection<{ [M in MethodName]: Facts<M> }[MethodName]>>;
