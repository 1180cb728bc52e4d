/** What is known about a finished item: one line of `manifest.jsonl`. @module */
import { z } from 'zod';

const source = z.strictObject({ path: z.string(), sha256: z.string().length(64) });

/** One point of a loss curve. `content`, `style` and `totalVariation` are weighted; they add up to `total`. */
export const lossPointSchema = z.strictObject({
  step: z.int(),
  total: z.number(),
  content: z.number(),
  style: z.number(),
  totalVariation: z.number(),
});

export const recordSchema = z.strictObject({
  id: z.string(),
  kind: z.enum(['stylized', 'original']),
  status: z.enum(['complete', 'failed']),
  /** Below the dataset's root; null for a failed item. */
  file: z.string().nullable(),
  sha256: z.string().length(64).nullable(),
  widthPx: z.int().nullable(),
  heightPx: z.int().nullable(),
  label: z.string().nullable(),
  content: source,
  style: source.nullable(),
  replica: z.int(),
  seed: z.int().nullable(),
  /** Every resolved parameter. */
  recipe: z.record(z.string(), z.unknown()),
  network: z.strictObject({ name: z.string(), weights: z.string() }).nullable(),
  engine: z.strictObject({ name: z.string(), device: z.string(), version: z.string() }).nullable(),
  loss: z
    .strictObject({
      initial: lossPointSchema,
      final: lossPointSchema,
      /** About twenty points from the first step to the last. */
      curve: z.array(lossPointSchema),
    })
    .nullable(),
  /** Updates from the initial image to the one delivered; null, as what follows, where nothing was optimized to the end. */
  steps: z.int().nullable(),
  /** Evaluations of the objective: what was paid for, with trials and restarts. */
  evaluations: z.int().nullable(),
  /** How often the optimization was begun again more gently. */
  restarts: z.int().nullable(),
  elapsedMs: z.number().nullable(),
  error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
});

export type LossPoint = z.output<typeof lossPointSchema>;
export type ItemRecord = z.output<typeof recordSchema>;

/** The fields that differ between two runs that made the same pixels. */
export const volatileRecordFields = ['elapsedMs'] as const;
