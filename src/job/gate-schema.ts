/** The schema of `gate`. @module */
import { z } from 'zod';

const perChannel = z.array(z.number()).length(3);

const classifierSchema = z
  .strictObject({
    model: z.string().min(1).describe('Path of an ONNX file'),
    labels: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(2)])
      .describe(
        'The class of each output of the model, in order: a list, or the path of a text file with one on each line. Outputs with the same name count together. Every class of the job must be among them; the others are what an image may be mistaken for',
      ),
    size: z
      .int()
      .min(8)
      .max(1024)
      .default(224)
      .describe('Edge of the images that the model takes, in pixels'),
    mean: perChannel
      .default([0.485, 0.456, 0.406])
      .describe('Subtracted from red, green and blue in [0, 1]. Default: that of ImageNet'),
    std: z
      .array(z.number().positive())
      .length(3)
      .default([0.229, 0.224, 0.225])
      .describe('Then they are divided by this. Default: that of ImageNet'),
    layout: z
      .enum(['nchw', 'nhwc'])
      .default('nchw')
      .describe('Axes of the input: nchw is what PyTorch exports, nhwc what TensorFlow does'),
    output: z
      .enum(['logits', 'probabilities'])
      .default('logits')
      .describe('What the model returns: with logits, probabilities are their softmax'),
  })
  .describe('Your own classifier');

export type ClassifierSettings = z.output<typeof classifierSchema>;

export const gateSchema = z
  .strictObject({
    classifier: z
      .union([z.enum(['probe']), classifierSchema])
      .default('probe')
      .describe(
        "The classifier: probe, which is trained on the job's own originals when the run starts; or your own classifier",
      ),
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
        'What happens to an image that never shows its class: its best attempt, that attempt mixed with the content, or nothing',
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
  .describe('Checks whether results still show their class, and remakes the others more gently');

export type Gate = z.output<typeof gateSchema>;

/** The classifier of the user; undefined if the gate has a probe. */
export const ownClassifier = (gate: Gate | undefined): ClassifierSettings | undefined =>
  typeof gate?.classifier === 'object' ? gate.classifier : undefined;
