/** The schema of `gate`. @module */
import { z } from 'zod';

export const gateSchema = z
  .strictObject({
    classifier: z
      .enum(['probe'])
      .default('probe')
      .describe("What judges: probe is trained when the run starts, on the job's own originals"),
    attempts: z
      .int()
      .min(1)
      .max(8)
      .default(3)
      .describe('Attempts at an image, each with half the strength of the one before'),
    otherwise: z
      .enum(['keep', 'blend', 'drop'])
      .default('keep')
      .describe(
        'What becomes of an image that never shows its class: its best attempt, that attempt mixed with the content, or nothing',
      ),
    blend: z
      .number()
      .min(0)
      .max(1)
      .default(0.3)
      .describe('With `otherwise: blend`: share of the stylized image'),
    accuracy: z
      .number()
      .min(0)
      .max(1)
      .default(0.6)
      .describe('The job is refused if the classifier recognizes less than this share of the originals'),
  })
  .describe('Checks whether results still show their class, and makes those that do not more gently');

export type Gate = z.output<typeof gateSchema>;
