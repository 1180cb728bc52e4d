/** What is known about a finished item: one line of `manifest.jsonl`. @module */
import { z } from 'zod';
import { growing } from '../../files/growing.js';
import { type MethodName, methods } from '../../methods/index.js';
import type { ByRole } from '../../stylize/role.js';

const digest = z.string().length(64);

const source = growing({
  path: z.string().describe('Below the root of its folder'),
  sha256: digest.describe('Digest of the file'),
});

type Source = z.output<typeof source>;

/** Sources by role. A later version may have roles that this one does not know. */
function sourcesOf<T>(): z.ZodType<T> {
  const schema = z.record(z.string(), source).describe('The images it was made from, by role');
  return schema as unknown as z.ZodType<T>;
}

const attempt = growing({
  error: z
    .string()
    .nullable()
    .describe('Why the attempt failed, one of the error codes; null if it succeeded'),
});

const recipe = z.record(z.string(), z.unknown());

const common = {
  id: z.string().describe('Hash of everything that decides the pixels'),
  label: z.string().nullable().describe('The class; null in a dataset without labels'),
  attempts: z
    .array(attempt)
    .describe('The attempts of the run that made the image or gave it up, the last one included'),
};

const published = {
  status: z.literal('complete').describe('The image exists'),
  file: z.string().describe("Path of the image, below the dataset's root"),
  sha256: digest.describe('Digest of the image'),
  widthPx: z.int().describe('Width of the image in pixels'),
  heightPx: z.int().describe('Height of the image in pixels'),
};

const original = {
  kind: z.literal('original').describe('A content image carried over'),
  sources: sourcesOf<{ content: Source }>(),
  drawn: recipe.describe('The parameters drawn for it: size and fit'),
};

const stylized = {
  kind: z.literal('stylized').describe('Made by a method'),
  method: z.string().describe('The method that made it'),
  sources: sourcesOf<ByRole<Source>>(),
  replica: z.int().describe('Counts the images made from the same sources, from 0'),
  seed: z.int().describe('Seed of every draw made for it'),
  drawn: recipe.describe('The resolved recipe as it was drawn: every parameter'),
};

const failed = {
  status: z.literal('failed').describe('The image could not be made'),
  error: growing({
    code: z.string().describe('One of the codes in [errors.md](errors.md)'),
    message: z.string().describe('What happened'),
  }).describe('Why it failed'),
};

const made = {
  applied: recipe.describe('The recipe that made the image: differs from `drawn` where a retry was gentler'),
  engine: growing({
    name: z.string().describe('The engine that computed it'),
    device: z.string().describe('The device it ran on'),
    version: z.string().describe('Versions of what computed'),
  }).describe('What computed it'),
  elapsedMs: z.number().describe('Time in the method, shared with others of its batch'),
};

/** Keys in the order in which they are written: what a record is comes first. */
function shape<K extends z.ZodRawShape, S extends z.ZodRawShape>(
  kind: K,
  status: S,
  more: z.ZodRawShape = {},
) {
  const first = { id: common.id, kind: kind.kind, status: status.status };
  // What a later version adds is kept.
  return growing({ ...first, ...kind, ...status, ...common, ...more }) as z.ZodObject;
}

/** One schema for each shape that a record can have. */
const shapes: Readonly<Record<string, z.ZodObject>> = {
  original: shape(original, published),
  failedOriginal: shape(original, failed),
  failedStylized: shape(stylized, failed),
  ...Object.fromEntries(
    Object.entries(methods).map(([name, { facts }]) => [
      name,
      shape({ ...stylized, method: z.literal(name).describe('The method that made it') }, published, {
        ...made,
        ...facts.shape,
      }),
    ]),
  ),
  /** By a method of a later version. */
  otherMethod: shape(stylized, published, made),
};

/** The schemas of records, by what they are of. */
export const recordShapes = shapes;

type Fields<T extends z.ZodRawShape> = z.output<z.ZodObject<T, z.core.$strip>>;
type Facts<M extends MethodName> = z.output<(typeof methods)[M]['facts']>;
type Intersection<T> = (T extends unknown ? (value: T) => void : never) extends (value: infer I) => void
  ? I
  : never;
type CompleteStylized = {
  [M in MethodName]: Fields<typeof common & typeof stylized & typeof published & typeof made> &
    Facts<M> & { method: M };
}[MethodName];

/** The record of a content image that was carried over. */
export type OriginalRecord = Fields<typeof common & typeof original & typeof published>;
/** The record of an image that a method made; a union over the methods. */
export type StylizedRecord = CompleteStylized;
/** The record of an item that could not be made. */
export type FailedRecord = Fields<typeof common & typeof failed> &
  (Fields<typeof original> | Fields<typeof stylized>);
/** What is known about a finished item. */
export type ItemRecord = OriginalRecord | StylizedRecord | FailedRecord;

/** One try at making an item. */
export type Attempt = z.output<typeof attempt>;

/** The schema that a record must fit, by its status, kind and method; undefined if there is none. */
export function schemaOf(record: unknown): z.ZodObject | undefined {
  const { status, kind, method } = (record ?? {}) as { status?: unknown; kind?: unknown; method?: unknown };
  if (kind === 'original') return status === 'failed' ? shapes.failedOriginal : shapes.original;
  if (kind !== 'stylized') return undefined;
  if (status === 'failed') return shapes.failedStylized;
  return typeof method === 'string' && Object.hasOwn(methods, method) ? shapes[method] : shapes.otherMethod;
}

/** The record of an image that exists. */
export type CompleteRecord = OriginalRecord | StylizedRecord;

/** Whether a record is of an image that exists. */
export function isComplete(record: ItemRecord): record is CompleteRecord {
  return record.status === 'complete';
}

/** Whether a record is of an image that exists and that a method made. */
export function isStylized(record: ItemRecord): record is StylizedRecord {
  return record.status === 'complete' && record.kind === 'stylized';
}

/** The image of a record, below the dataset's root; empty for a failed item. */
export function fileOf(record: ItemRecord): string {
  return record.status === 'complete' ? record.file : '';
}

/** What methods say about how they made an image; each says some of it. */
export type AnyFacts = Partial<Intersection<{ [M in MethodName]: Facts<M> }[MethodName]>>;

/** What the method says about how it made an image. */
export function factsOf(record: ItemRecord): AnyFacts {
  return isStylized(record) ? record : {};
}
