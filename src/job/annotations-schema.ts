/** The schema of `content.annotations`. @module */
import { z } from 'zod';

const names = z.array(z.string().min(1).max(200)).max(10_000);

export const annotationsSchema = z
  .strictObject({
    format: z
      .enum(['coco', 'yolo', 'masks'])
      .describe(
        'coco: one JSON file with boxes, polygons or masks; yolo: a folder of text files; masks: a folder of gray PNG files',
      ),
    path: z
      .string()
      .min(1)
      .max(4096)
      .describe('The file, or the folder with a file for each image at the same relative path'),
    names: names
      .optional()
      .describe(
        'Names of the categories of yolo and masks, by number from 0; for masks, 0 is the background',
      ),
  })
  .describe('Boxes, outlines and masks of the content images; they are moved along with each image');
