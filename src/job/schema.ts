/** The schema of a job file: every key, with its range and default. @module */
import { z } from 'zod';
import { auto } from '../auto.js';
import { always, dayNames, hoursProblem } from '../calendar/window.js';
import { isTimeZone } from '../calendar/zone.js';
import { defaultDevice, engineNames, precisions } from '../engine/index.js';
import { exporterNames } from '../export-formats.js';
import { defaultQuality, imageFormats } from '../images/format.js';
import { defaultMaximumPixels } from '../images/inspect.js';
import { fixedKeys, type Recipe, type RecipeInput, recipeSchema } from '../methods/recipe.js';
import { networkNames } from '../stylize/networks/index.js';
import { annotationsSchema } from './annotations-schema.js';
import { type Distributed, distributable } from './distribution.js';
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

const path = z.string().min(1).max(4096);

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
        .describe('Column with the license, best an SPDX identifier such as CC-BY-4.0'),
      author: z.string().min(1).optional().describe('Column with the author'),
    }),
  ])
  .optional()
  .describe(
    'Where license and author of each image come from: a file IMAGE.license beside it, as REUSE defines, or a CSV file',
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
      .describe('Look for near duplicates, such as resized or mirrored copies, when planning'),
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

const countOrAuto = (maximum: number) => z.union([z.enum([auto]), z.int().min(1).max(maximum)]).default(auto);

const hours = z.string().refine((text) => hoursProblem(text) === undefined, {
  error: ({ input }) => `${JSON.stringify(input)} ${hoursProblem(String(input))}`,
});

const window = z.union([
  hours,
  z.strictObject({
    hours: hours.describe('Two times, such as 22:00-06:00; across midnight if the second is not later'),
    days: z
      .array(z.enum(dayNames))
      .min(1)
      .max(7)
      .optional()
      .describe('Days on which the window opens; default: every day'),
    timeZone: z
      .string()
      .refine(isTimeZone, {
        error: ({ input }) => `${JSON.stringify(input)} is not a time zone, such as Europe/Berlin`,
      })
      .optional()
      .describe('Time zone of the hours; default: that of the machine'),
  }),
]);

const words = z
  .string()
  .min(1)
  .max(4096)
  .refine((text) => !text.includes('\0'), 'must not contain a null character');
const command = z.union([words, z.array(words).min(1).max(100)]).optional();

const deviceName = z.string().min(1).max(64);

const run = z
  .strictObject({
    workers: countOrAuto(1024).describe('Number of worker processes'),
    threads: countOrAuto(1024).describe('Threads per worker'),
    batch: countOrAuto(1024).describe(
      'Images of the same shape that a worker optimizes together; auto batches only small images on a processor, and measures what fills a GPU',
    ),
    engine: z
      .enum([...engineNames, auto])
      .default(engineNames[0])
      .describe(
        'Compute engine; reference is slow and meant for tests; auto takes the fastest engine and device that compute correctly on this machine',
      ),
    device: deviceName.default(defaultDevice).describe('Device that the engine runs on'),
    devices: z
      .union([z.enum([auto]), z.array(deviceName).min(1).max(64)])
      .optional()
      .describe(
        'Devices of the workers, such as [cuda:0, cuda:1], instead of device; auto takes every GPU of the kind of device',
      ),
    precision: z
      .enum([...precisions, auto])
      .default(precisions[0])
      .describe(
        'Precision of convolutions and products; auto takes 16 bits where they are native and reach the loss of float32',
      ),
    weights: z
      .union([path, z.partialRecord(z.enum(networkNames), path)])
      .optional()
      .describe(
        'Weights file for the network, relative to the job file; for several networks, a map from network to file',
      ),
    window: z
      .union([...window.options, z.array(window).min(1).max(20)])
      .default(always)
      .describe('Hours in which the job may run, such as 22:00-06:00; several windows as a list'),
    maxFailures: z
      .union([z.int().min(0), z.number().gt(0).lt(1)])
      .default(0)
      .describe('Failed images to tolerate: a number, or a fraction such as 0.05'),
    onComplete: command.describe(
      'Command to run when the dataset, or a shard, is complete: text for the shell, or a list of words. Its environment has the facts, such as WILDSTYLE_FOLDER',
    ),
    onFailure: command.describe(
      'Command to run when a run ends with an error or with more failures than it tolerates',
    ),
    inputLimits: z
      .strictObject({
        maxPixels: z
          .int()
          .min(1024)
          .max(1e10)
          .default(defaultMaximumPixels)
          .describe('Maximum width times height of an input image'),
      })
      .prefault({})
      .describe('Limits on input images; larger ones fail'),
  })
  .refine(({ devices, engine }) => !Array.isArray(devices) || engine !== auto, {
    path: ['devices'],
    error: 'a list of devices needs an engine by name',
  })
  .describe(
    'How the job runs; only engine, precision and batch affect the results, and only in the last digits',
  );

/** The schema of a job file, before paths are resolved. */
export const jobSchema = z
  .strictObject({
    seed: z.int().default(0).describe('Seed for everything random'),
    content,
    style,
    split: splitSchema.optional(),
    sampling: sampling.prefault({}),
    recipe: (recipe as z.ZodType<DistributedRecipe, DistributedRecipeInput>)
      .prefault({})
      .describe('The parameters of the optimization: each is a value or a distribution'),
    output,
    run: run.prefault({}),
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
