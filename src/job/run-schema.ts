/** The schema of how a job runs: the key `run` of a job file. @module */
import { z } from 'zod';
import { auto } from '../auto.js';
import { always, dayNames, hoursProblem } from '../calendar/window.js';
import { isTimeZone } from '../calendar/zone.js';
import { defaultDevice, engineNames, precisions } from '../engine/index.js';
import { defaultMaximumPixels } from '../images/inspect.js';
import { networkNames } from '../stylize/networks/index.js';

/** A path in a job. */
export const path = z.string().min(1).max(4096);

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

/** The schema of the key `run` of a job. */
export const runSchema = z
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
    priority: z
      .int()
      .min(-1000)
      .max(1000)
      .default(0)
      .describe('For wildstyle schedule: jobs with a higher priority run first'),
    maxFailures: z
      .union([z.int().min(0), z.number().gt(0).lt(1)])
      .default(0)
      .describe('Failed images to tolerate: a number, or a fraction such as 0.05'),
    contactSheet: z
      .boolean()
      .default(true)
      .describe('Write contact-sheet.png when the run ends. wildstyle sheet draws it later'),
    report: z
      .boolean()
      .default(true)
      .describe(
        'Write report.html when the run ends; with more than 2,000 images, it shows 1,000. wildstyle report shows all',
      ),
    onComplete: command.describe(
      'Command to run when the dataset, or a shard, is complete: text for the shell, or a list of words. Its environment variables, such as WILDSTYLE_FOLDER, describe the run',
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
    'How the job runs; only engine, device, precision and batch affect the results: they change the last digits, which L-BFGS amplifies over many steps',
  );
