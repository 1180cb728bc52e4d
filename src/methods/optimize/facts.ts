/** The record fields of the method `optimize`. @module */
import { z } from 'zod';
import { growing } from '../../files/growing.js';

const lossPoint = growing({
  step: z.int().describe('Number of updates so far; 0 is the initial image'),
  total: z.number().describe('Value of the objective'),
  terms: z.record(z.string(), z.number()).describe('Weighted value of each term; they sum to the total'),
});

export const optimizeFacts = z.object({
  network: growing({
    name: z.string().describe('Name of the feature network'),
    weights: z.string().describe('Digest of its weights'),
  }).describe('The feature network'),
  loss: growing({
    initial: lossPoint.describe('The loss of the initial image'),
    final: lossPoint.describe('The loss of the final image'),
    curve: z.array(lossPoint).describe('About twenty points per stage, including the first and the last'),
  }).describe('The loss during the optimization'),
  steps: z.int().describe('Number of updates from the initial image to the final image'),
  evaluations: z
    .int()
    .describe('Number of evaluations of the objective, including rejected steps and restarts'),
  restarts: z
    .int()
    .describe('How often the optimization diverged and restarted with 0.3 times the learning rate'),
  plateaus: z
    .int()
    .optional()
    .describe('How many stages ended before their last step because the loss no longer fell'),
  regions: z
    .array(
      growing({
        color: z.string().describe('Color of the region in the masks'),
        share: z.number().describe('Share of the region in the image'),
      }),
    )
    .optional()
    .describe(
      'Regions that took their look from the same region of the style, in the order of their numbers in terms. Only with masks',
    ),
});

export type OptimizeFacts = z.output<typeof optimizeFacts>;
