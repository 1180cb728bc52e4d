/**
 * Masks: an 8-bit gray PNG for each image, in which the value of a pixel is the number of its category and 0 is the
 * background. Objects without mask or outline count with their box; where objects overlap, the smaller one is on top.
 * `categories.json` has the names
 * of all categories of the source, whether they occur or not.
 * @module
 */
import { WildstyleError } from '../../errors.js';
import { writeFilesOfEach } from '../batches.js';
import { type Exporter, exportFile } from '../exporter.js';
import { requireCategories } from './categories.js';
import { beyondMasks, fitsMasks, maskOf, maskShift } from './mask-image.js';

export const masks: Exporter = {
  async write(context) {
    const categories = await requireCategories(context, 'masks');
    const shift = maskShift(categories);
    const tooLarge = beyondMasks(categories);
    if (tooLarge !== undefined) {
      throw new WildstyleError(
        'dataset-invalid',
        `A mask has values up to 255, but there is a category ${tooLarge}.`,
        {
          cure: 'Number the categories from 1 to 255, or export to coco.',
        },
      );
    }
    for (const split of context.splits) {
      await writeFilesOfEach(context.records(split), async (record) => {
        const name = record.file.replace(/\.[^./]+$/, '.png');
        const mask = await maskOf(record, shift);
        return [() => context.add(name, mask)];
      });
    }
    const names = [...categories.names]
      .filter(([id]) => fitsMasks(id, categories))
      .map(([id, name]) => [String(id + shift), name]);
    await exportFile(context, 'categories.json', (file) =>
      file.write(`${JSON.stringify(Object.fromEntries(names), null, 2)}\n`),
    );
  },
};
