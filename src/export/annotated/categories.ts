/** What exporters of annotations share. @module */
import { z } from 'zod';
import type { CompleteRecord } from '../../dataset/ledger/record.js';
import { WildstyleError } from '../../errors.js';
import type { ExportContext } from '../exporter.js';

/** An annotated object as it is recorded. */
export type RecordedObject = NonNullable<CompleteRecord['objects']>[number];

/** The categories of a dataset. Both are empty in a dataset without annotations. */
export interface Categories {
  /** Names by number, in the order of the source, including those that no image has. */
  readonly names: ReadonlyMap<number, string>;
  /** Those that some object has. */
  readonly used: ReadonlySet<number>;
}

/** What the job in `dataset.json` says of the source of annotations. */
const sourceSchema = z.object({
  format: z.enum(['coco', 'yolo', 'masks']).optional(),
  names: z.array(z.string()).default([]),
  categories: z.array(z.object({ id: z.int(), name: z.string() })).default([]),
});
const jobSchema = z.object({ content: z.object({ annotations: sourceSchema }) });

/** Numbers up to this one are filled up where a source has no names. */
const mostNumbers = 10_000;

/**
 * The categories of a dataset: those of its source, so that exports do not depend on which of them occur. A dataset that
 * was extended keeps the order of its earlier jobs. Where the source has no list, the categories that occur, by number.
 */
export async function categoriesOf({
  records,
  summary: { job, earlierJobs },
}: Pick<ExportContext, 'records' | 'summary'>): Promise<Categories> {
  const names = new Map<number, string>();
  let numbersFrom: number | undefined;
  for (const each of [...earlierJobs, job]) {
    const parsed = jobSchema.safeParse(each);
    if (!parsed.success) continue;
    const { format, categories, names: given } = parsed.data.content.annotations;
    for (const { id, name } of categories) names.set(id, name);
    if (format === 'yolo' || format === 'masks') numbersFrom = format === 'yolo' ? 0 : 1;
    for (const [id, name] of given.entries()) if (id >= (numbersFrom ?? 0)) names.set(id, name);
  }
  const found = new Map<number, string>();
  for await (const { objects = [] } of records())
    for (const { categoryId, category } of objects) found.set(categoryId, category);
  const largest = Math.max(-1, ...found.keys());
  // The number of a class of YOLO, and the value of a mask, mean the same without names.
  if (numbersFrom !== undefined && largest <= mostNumbers)
    for (let id = numbersFrom; id <= largest; id++) names.set(id, names.get(id) ?? String(id));
  for (const [id, name] of [...found].sort(([a], [b]) => a - b)) if (!names.has(id)) names.set(id, name);
  return { names, used: new Set(found.keys()) };
}

/** @throws `dataset-invalid` if the dataset has no annotations */
export async function requireCategories(context: ExportContext, format: string): Promise<Categories> {
  const categories = await categoriesOf(context);
  if (categories.used.size > 0) return categories;
  throw new WildstyleError(
    'dataset-invalid',
    `${context.root} has no annotations, so it cannot be exported to ${format}.`,
    {
      cure: 'Set content.annotations in the job, and make the dataset in a new folder.',
    },
  );
}
