/** Measures planning on a large synthetic inventory: generates and hashes every item and keeps none. @module */
import { createHash } from 'node:crypto';
import type { ContentEntry, StyleEntry } from '../../src/inventory/entries.js';
import { parseJob } from '../../src/job/load.js';
import { makePlan, type Plan } from '../../src/plan/plan.js';

export interface PlanBenchOptions {
  /** Number of content images, in 100 classes, with four items each. Default 250,000. */
  readonly contents?: number;
  /** Number of style images, in 20 folders. Default 500. */
  readonly styles?: number;
}

const job = `
content: { root: content }
style: { root: style }
sampling: { stylesPerContent: 4, keepOriginals: false }
recipe:
  size: { choice: [192, 256] }
  style: { strength: { logUniform: [3, 30] } }
  totalVariation: { uniform: [0, 1] }
output: { root: out }
`;

/** Plans a job on an inventory without files. */
export function largePlan({ contents = 250_000, styles = 500 }: PlanBenchOptions): Plan {
  const inventory = {
    contents: Array.from({ length: contents }, (_, index): ContentEntry => {
      const label = `class-${String(index % 100).padStart(2, '0')}`;
      return {
        path: `${label}/photograph-${index}.jpg`,
        sha256: digestOf(`content ${index}`),
        bytes: 100_000,
        label,
      };
    }),
    styles: Array.from({ length: styles }, (_, index): StyleEntry => {
      const folder = `painter-${index % 20}`;
      return {
        path: `${folder}/painting-${index}.jpg`,
        sha256: digestOf(`style ${index}`),
        bytes: 300_000,
        folder,
      };
    }),
  };
  const network = { name: 'vgg19', weights: digestOf('weights') } as const;
  return makePlan(parseJob('bench.yaml', job), inventory, network);
}

/** Returns the number of items, the seconds for one full pass with digest, and peak memory in MB (10^6 bytes). */
export async function benchPlan(options: PlanBenchOptions = {}): Promise<Record<string, number>> {
  const start = performance.now();
  const plan = largePlan(options);
  // Reading the digest iterates over all items.
  const complete = plan.digest.length === 64;
  const seconds = (performance.now() - start) / 1000;
  const items = complete ? plan.counts.total : 0;
  return {
    items,
    seconds: Number(seconds.toFixed(3)),
    peakMb: Math.round((process.resourceUsage().maxRSS * 1024) / 1e6),
  };
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
