/** What a record says about an optimization. @module */
import { z } from 'zod';
import { growing } from '../../files/growing.js';

const lossPoint = growing({
  step: z.int().describe('Updates made so far; 0 is the initial image'),
  total: z.number().describe('The objective'),
  terms: z.record(z.string(), z.number()).describe('Weighted value of each term; they add up to the total'),
});

export const optimizeFacts = z.object({
  network: growing({
    name: z.string().describe('The feature network'),
    weights: z.string().describe('Digest of its weights'),
  }).describe('Where the features come from'),
  loss: growing({
    initial: lossPoint.describe('The objective at the initial image'),
    final: lossPoint.describe('The objective at the image delivered'),
    curve: z.array(lossPoint).describe('About twenty points from the first step to the last, for each stage'),
  }).describe('The course of the optimization'),
  steps: z.int().describe('Updates from the initial image to the one delivered'),
  evaluations: z
    .int()
    .describe('Evaluations of the objective, rejected steps and restarts included: what was paid for'),
  restarts: z
    .int()
    .describe('How often the optimization diverged and started over with 0.3 times the learning rate'),
});

export type OptimizeFacts = z.output<typeof optimizeFacts>;
