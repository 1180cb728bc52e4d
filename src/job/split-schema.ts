/** The schema of `split`: how content images are divided into splits. @module */
import { z } from 'zod';
import { folderNameProblem } from './folder-name.js';

/** Ends the names of robustness sets: `test_stylized` has the images of `test`, stylized. */
export const robustnessSuffix = '_stylized';

/** The name of a split, which becomes a folder. */
export const splitName = z.string().refine((name) => folderNameProblem(name) === undefined, {
  error: ({ input }) =>
    `the split becomes a folder, but ${JSON.stringify(input)} ${folderNameProblem(String(input))}`,
});

const ownSplitName = splitName.refine(
  (name) => !name.endsWith(robustnessSuffix),
  `names that end in "${robustnessSuffix}" are reserved for robustness sets`,
);

const names = z.array(ownSplitName).max(100);

/** Shares may be written with as few digits as in 0.333. */
const shareTolerance = 0.005;

const shares = z
  .record(ownSplitName, z.number().gt(0).lt(1))
  .refine((map) => Object.keys(map).length >= 2, 'give at least two splits')
  .refine((map) => Math.abs(total(map) - 1) <= shareTolerance, {
    error: ({ input }) =>
      `the shares must add up to 1, not ${Number(total(input as Record<string, number>).toPrecision(6))}`,
  });

function total(map: Readonly<Record<string, number>>): number {
  return Object.values(map).reduce((sum, share) => sum + share, 0);
}

export const splitSchema = z
  .strictObject({
    shares: shares
      .optional()
      .describe(
        'Share of the content images of each split, such as { train: 0.8, validation: 0.1, test: 0.1 }',
      ),
    from: z
      .union([
        z.enum(['folders']),
        z.strictObject({ column: z.string().min(1).describe('Name of the column') }),
      ])
      .optional()
      .describe(
        'Instead of shares: folders, the first level below content.root (classes are then the second), or a CSV column',
      ),
    csv: z
      .string()
      .min(1)
      .max(4096)
      .optional()
      .describe('CSV file with the columns of from and groupBy. Default: that of content.labels'),
    file: z.string().min(1).default('file').describe('Column of csv with the image file name'),
    groupBy: z
      .string()
      .min(1)
      .default('file')
      .describe(
        'Images that belong together and share a split: file (each alone), similar (near duplicates), or a CSV column such as patient',
      ),
    copies: z
      .enum(['refuse', 'allow'])
      .default('refuse')
      .describe(
        'Copies of one photograph (resized, recompressed, mirrored, turned) in two splits: refuse, and keep them together where splits are drawn; or allow, and report them',
      ),
    stylize: names
      .optional()
      .describe('Splits to stylize; the others get only originals. Default: train, or the first one'),
    robustness: names
      .default([])
      .describe('Splits that also get a stylized twin, such as test_stylized for test'),
    styles: z
      .enum(['shared', 'disjoint'])
      .default('shared')
      .describe('disjoint: no style image is used in two splits'),
  })
  .refine(({ shares, from }) => (shares === undefined) !== (from === undefined), {
    error: 'give either shares or from',
  })
  .describe(
    'How content images are divided into splits, before any is stylized. Without it, there is one: output.split',
  );
