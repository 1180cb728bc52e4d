/** What exporters of annotations share. @module */
import type { CompleteRecord } from '../../dataset/ledger/record.js';
import { WildstyleError } from '../../errors.js';
import type { ExportContext } from '../exporter.js';

/** An annotated object as it is recorded. */
export type RecordedObject = NonNullable<CompleteRecord['objects']>[number];

/** Names of categories by their number, in order. Empty in a dataset without annotations. */
export async function categoriesOf({
  records,
}: Pick<ExportContext, 'records'>): Promise<Map<number, string>> {
  const names = new Map<number, string>();
  for await (const { objects = [] } of records())
    for (const { categoryId, category } of objects) names.set(categoryId, category);
  return new Map([...names].sort(([a], [b]) => a - b));
}

/** @throws `dataset-invalid` if no image has an annotation */
export async function requireCategories(
  context: ExportContext,
  format: string,
): Promise<Map<number, string>> {
  const categories = await categoriesOf(context);
  if (categories.size > 0) return categories;
  throw new WildstyleError(
    'dataset-invalid',
    `${context.root} has no annotations, so it cannot be exported to ${format}.`,
    {
      cure: 'Set content.annotations in the job, and make the dataset in a new folder.',
    },
  );
}
