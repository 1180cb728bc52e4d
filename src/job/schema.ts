/** The schema of a job file: every key, with its range and default. @module */
import { z } from 'zod';
import { exporterNames } from '../export-formats.js';
import { defaultQuality, imageFormats } from '../images/format.js';
import { fixedKeys, type Recipe, type RecipeInput, recipeSchema } from '../methods/recipe.js';
import { annotationsSchema } from './annotations-schema.js';
import { type Distributed, distributable } from './distribution.js';
import { gateSchema } from './gate-schema.js';
import { path, runSchema } from './run-schema.js';
import { splitName, splitSchema } from './split-schema.js';

/** A recipe in which every parameter can be a distribution, with all defaults filled in. */
export type DistributedRecipe = Distributed<Recipe>;
/** The same recipe as written in a job file, where keys with defaults are optional. */
export type DistributedRecipeInput = Distributed<RecipeInput>;

// The schema is derived at run time; the type follows the same rules.
const recipe = distributable(recipeSchema, fixedKeys) as unknown as z.ZodType<
  DistributedRecipe,
  DistributedRecipeInput
>;

const glob = z
  .string()
  .min(1)
  .max(1024)
  .refine(
    (pattern) => !/^([/\\]|[a-z]:)/i.test(pattern) && !pattern.split(/[/\\]/).includes('..'),
    'a pattern must be relative to root and stay inside it',
  );
const include = z
  .array(glob)
  .min(1)
  .max(1000)
  .optional()
  .describe('Globs relative to root: use only files that match one of them');
const exclude = z
  .array(glob)
  .max(1000)
  .optional()
  .describe('Globs relative to root: skip files that match one of them');

const labels = z.union([
  z.enum(['folders', 'none']),
  z.strictObject({
    csv: path.describe(
      'CSV file with a header row; its file names are relative to the CSV file or to the content root',
    ),
    file: z.string().min(1).default('file').describe('Column with the image file name'),
    label: z.string().min(1).default('label').describe('Column with the class'),
  }),
]);

const licenses = z
  .union([
    z.enum(['sidecar']),
    z.strictObject({
      csv: path.describe(
        'CSV file with a header row; its file names are relative to the CSV file or to the root of the images',
      ),
      file: z.string().min(1).default('file').describe('Column with the image file name'),
      license: z
        .string()
        .min(1)
        .default('license')
        .describe('Column with the license, preferably an SPDX identifier such as CC-BY-4.0'),
      author: z.string().min(1).optional().describe('Column with the author'),
    }),
  ])
  .optional()
  .describe(
    'Where license and author of each image come from: a file IMAGE.license beside it, as defined by REUSE, or a CSV file',
  );

const masks = z
  .union([
    z.enum(['beside']),
    z.strictObject({
      root: path.describe('Folder with a PNG file for each image, at the same relative path'),
    }),
  ])
  .optional()
  .describe(
    'Masks, whose colors mark regions: beside, as NAME.mask.png for each image, or in a folder of their own',
  );

const content = z
  .strictObject({
    root: path.describe('Folder of content images, relative to the job file'),
    labels: labels
      .default('folders')
      .describe('Where class labels come from: the first folder level below root, a CSV file, or none'),
    include,
    exclude,
    annotations: annotationsSchema.optional(),
    masks,
    licenses,
    similar: z
      .boolean()
      .default(true)
      .describe('Look for near duplicates, such as resized, mirrored or turned copies, when planning'),
  })
  .describe('The images to stylize: they provide the shapes and the labels');

const style = z
  .strictObject({
    root: path.describe('Folder of style images, relative to the job file'),
    include,
    exclude,
    masks,
    licenses,
  })
  .describe('The images that provide the look');

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
      .describe('Stylized images per content image; 0 only copies the content images'),
    styles: z
      .union([
        z.enum(['uniform', 'balanced', 'roundRobin']),
        z.strictObject({
          weights: styleWeights.describe(
            'Weights of style images or folders, relative to the style root; all others have weight 1',
          ),
        }),
      ])
      .default('uniform')
      .describe('How styles are drawn: uniformly over images, balanced over folders, in turn, or by weight'),
    balanceClasses: z
      .boolean()
      .default(false)
      .describe('Make more images of rare classes, so that all classes have the same size'),
    limit: z
      .int()
      .min(1)
      .optional()
      .describe(
        'Maximum number of stylized images, spread over the classes; content images that get none are left out',
      ),
    keepOriginals: z.boolean().default(true).describe('Also include the content images, resized'),
  })
  .refine(({ stylesPerContent, keepOriginals }) => stylesPerContent > 0 || keepOriginals, {
    path: ['stylesPerContent'],
    error: 'stylesPerContent is 0 and keepOriginals is false: there is nothing to make',
  })
  .describe('How content images are paired with styles');

const output = z
  .strictObject({
    root: path.describe('Folder for the dataset, relative to the job file'),
    format: z.enum(imageFormats).default('jpeg').describe('Image format'),
    quality: z
      .int()
      .min(1)
      .max(100)
      .default(defaultQuality)
      .describe('Quality for jpeg and webp; png is lossless'),
    split: splitName
      .default('train')
      .describe('Folder below root that contains the class folders, in a job without `split`'),
    subfolders: z
      .boolean()
      .default(false)
      .describe(
        'Divide every class folder into up to 256 folders; the Hugging Face Hub accepts at most 10,000 files in a folder',
      ),
    exports: z
      .array(z.enum(exporterNames))
      .max(100)
      .default([])
      .describe('Formats to export the dataset to when it is complete, below `exports/` in root'),
  })
  .describe('Where to write the dataset, and in what format');

/** The schema of a job file, before paths are resolved. */
export const jobSchema = z
  .strictObject({
    seed: z.int().default(0).describe('Seed for everything random'),
    content,
    style,
    split: splitSchema.optional(),
    sampling: sampling.prefault({}),
    gate: gateSchema.optional(),
    recipe: (recipe as z.ZodType<DistributedRecipe, DistributedRecipeInput>)
      .prefault({})
      .describe('The parameters of the optimization: each is a value or a distribution'),
    output,
    run: runSchema.prefault({}),
  })
  .describe('A wildstyle job: content, styles, recipe and output');

/** The contents of a job file, where keys with defaults are optional. */
export type JobInput = z.input<typeof jobSchema>;

/** A checked job with all defaults filled in and absolute paths. Plain data: survives a round trip through JSON. */
export interface Job extends z.output<typeof jobSchema> {
  /** The job file. Relative paths were resolved against its folder. */
  readonly file: string;
}

/** The JSON Schema (draft 7) of a job file, for editors. */
export function jobJsonSchema(): object {
  return { title: 'wildstyle job', ...z.toJSONSchema(jobSchema, { target: 'draft-7', io: 'input' }) };
}
