/** What a job file may say: the schema of every key, with the defaults of the project. @module */
import { z } from 'zod';
import { auto } from '../auto.js';
import { engineNames } from '../engine/index.js';
import { imageFormats } from '../images/format.js';
import { type Recipe, type RecipeInput, recipeSchema } from '../methods/recipe.js';
import { networkNames } from '../stylize/networks/index.js';
import { type Distributed, distributable } from './distribution.js';
import { folderNameProblem } from './folder-name.js';

/** A recipe in which every parameter may be a distribution, with all defaults filled in. */
export type DistributedRecipe = Distributed<Recipe>;
/** What may be written of it. */
export type DistributedRecipeInput = Distributed<RecipeInput>;

// The schema is derived at run time; the type is derived beside it by the same rules.
const recipe = distributable(recipeSchema) as unknown as z.ZodType<DistributedRecipe, DistributedRecipeInput>;

const path = z.string().min(1).max(4096);

const glob = z
  .string()
  .min(1)
  .max(1024)
  .refine(
    (pattern) => !/^([/\\]|[a-z]:)/i.test(pattern) && !pattern.split(/[/\\]/).includes('..'),
    'a pattern is relative to root and cannot leave it',
  );
const include = z
  .array(glob)
  .min(1)
  .max(1000)
  .optional()
  .describe('Globs below root: only files that match one are taken');
const exclude = z
  .array(glob)
  .max(1000)
  .optional()
  .describe('Globs below root: files that match one are left out');

const labels = z.union([
  z.enum(['folders', 'none']),
  z.strictObject({
    csv: path.describe(
      'CSV file with a header line; its file names are relative to it, or to the content root',
    ),
    file: z.string().min(1).default('file').describe('Column with the name of the image file'),
    label: z.string().min(1).default('label').describe('Column with the class'),
  }),
]);

const content = z
  .strictObject({
    root: path.describe('Folder of the content images, relative to the job file'),
    labels: labels
      .default('folders')
      .describe('Where classes come from: the first folder below root, a CSV file, or nowhere'),
    include,
    exclude,
  })
  .describe('The images that give shapes and label');

const style = z
  .strictObject({
    root: path.describe('Folder of the style images, relative to the job file'),
    include,
    exclude,
  })
  .describe('The images that give the look');

const styleWeights = z
  .record(z.string().min(1), z.number().min(0).max(1e9))
  .refine((map) => Object.values(map).some((weight) => weight > 0), 'give at least one weight above 0');

const sampling = z
  .strictObject({
    stylesPerContent: z
      .int()
      .min(0)
      .max(100_000)
      .default(1)
      .describe('How many stylized images each content image gives'),
    styles: z
      .union([
        z.enum(['uniform', 'balanced', 'roundRobin']),
        z.strictObject({
          weights: styleWeights.describe(
            'Weight by style image or folder, below the style root; others weigh 1',
          ),
        }),
      ])
      .default('uniform')
      .describe('How styles are drawn: all alike, folders alike, in turn, or by weight'),
    balanceClasses: z
      .boolean()
      .default(false)
      .describe('Give rare classes more images, so that all classes are as large'),
    limit: z
      .int()
      .min(1)
      .optional()
      .describe(
        'At most so many stylized images, spread over the classes; content images without one are left out',
      ),
    keepOriginals: z.boolean().default(true).describe('Carry the content images over as well, resized'),
  })
  .refine(({ stylesPerContent, keepOriginals }) => stylesPerContent > 0 || keepOriginals, {
    path: ['stylesPerContent'],
    error: 'stylesPerContent is 0 and keepOriginals is false: there is nothing to make',
  })
  .describe('Which pairs of content and style are made');

const splitName = z.string().refine((name) => folderNameProblem(name) === undefined, {
  error: ({ input }) =>
    `the split is one folder, and ${JSON.stringify(input)} ${folderNameProblem(String(input))}`,
});

const output = z
  .strictObject({
    root: path.describe('Folder of the dataset, relative to the job file'),
    format: z.enum(imageFormats).default('jpeg').describe('Image format'),
    quality: z.int().min(1).max(100).default(92).describe('Quality of jpeg and webp; png is lossless'),
    split: splitName.default('train').describe('Folder below root that holds the classes'),
  })
  .describe('The dataset to make');

const countOrAuto = (maximum: number) => z.union([z.enum([auto]), z.int().min(1).max(maximum)]).default(auto);

const run = z
  .strictObject({
    workers: countOrAuto(1024).describe('Worker processes'),
    threads: countOrAuto(1024).describe('Threads of one worker'),
    batch: countOrAuto(1024).describe(
      'Images of a shape that one worker optimizes together; auto: as many small ones as are worth a step',
    ),
    engine: z.enum(engineNames).default('onnx').describe('What computes; reference is slow, for tests'),
    device: z.string().min(1).max(64).default('cpu').describe('Where it computes'),
    weights: z
      .union([path, z.partialRecord(z.enum(networkNames), path)])
      .optional()
      .describe('Weights file, relative to the job file; for several networks, a map from network to file'),
    maxFailures: z
      .union([z.int().min(0), z.number().gt(0).lt(1)])
      .default(0)
      .describe('Failed images that are tolerated: a number, or a fraction such as 0.05'),
    inputLimits: z
      .strictObject({
        maxPixels: z.int().min(1024).max(1e10).default(64e6).describe('Width times height of an input image'),
      })
      .prefault({})
      .describe('Larger input images fail'),
  })
  .describe(
    'How the work is done; nothing here changes what is made, except engine and batch in the last digits',
  );

/** The schema of a job file, before paths are resolved. */
export const jobSchema = z
  .strictObject({
    seed: z.int().default(0).describe('Everything random follows from it'),
    content,
    style,
    sampling: sampling.prefault({}),
    recipe: (recipe as z.ZodType<DistributedRecipe, DistributedRecipeInput>)
      .prefault({})
      .describe('The parameters of the optimization: each is a value or a distribution'),
    output,
    run: run.prefault({}),
  })
  .describe('A wildstyle job: which images, which styles, which recipe, and where to');

/** What a job file may say. */
export type JobInput = z.input<typeof jobSchema>;

/** A checked job with all defaults; paths are absolute. Plain data: it may be written as JSON and read back. */
export interface Job extends z.output<typeof jobSchema> {
  /** The job file; relative paths were resolved against its folder. */
  readonly file: string;
}

/** The JSON Schema (draft 7) of a job file, for editors. */
export function jobJsonSchema(): object {
  return { title: 'wildstyle job', ...z.toJSONSchema(jobSchema, { target: 'draft-7', io: 'input' }) };
}
