/** From a job to its plan: finds weights and images. @module */
import { isDistribution } from '../job/distribution.js';
import type { Job } from '../job/schema.js';
import { type Inventory, takeInventory } from '../plan/inventory.js';
import { makePlan, type Plan } from '../plan/plan.js';
import { type NetworkName, networkNames } from '../stylize/networks/index.js';
import { resolveNetwork } from './arrays.js';
import { findWeights, WeightStore } from './weights.js';

/** Everything that has to be known before a job is run. */
export interface Prepared {
  readonly job: Job;
  readonly inventory: Inventory;
  readonly plan: Plan;
  /** Weights files by network. */
  readonly weightsFiles: Readonly<Record<string, string>>;
}

export interface PrepareOptions {
  readonly onInventory?: (done: number, total: number) => void;
}

/**
 * Takes the inventory and makes the plan of a job.
 * @throws `weights-missing`, `weights-invalid` for a network that the recipe names; `content-missing`,
 *   `style-missing`, `labels-invalid`, `path-outside-root`
 */
export async function prepare(job: Job, options: PrepareOptions = {}): Promise<Prepared> {
  const weightsFiles = findWeights(job.run.weights);
  const wanted = networksOf(job.recipe.network);
  const auto = resolveNetwork('auto', weightsFiles);
  const store = new WeightStore(weightsFiles);
  const names = new Set(wanted.map((name) => (name === 'auto' ? auto : name)));
  const digests: Partial<Record<NetworkName, string>> = {};
  for (const name of names) digests[name] = (await store.get(name)).digest;
  const inventory = await takeInventory(job, options.onInventory ? { onProgress: options.onInventory } : {});
  const plan = makePlan(job, inventory, { name: auto, weights: digests });
  return { job, inventory, plan, weightsFiles };
}

/** The networks that a recipe may draw. */
function networksOf(network: Job['recipe']['network']): (NetworkName | 'auto')[] {
  const known = ['auto', ...networkNames] as const;
  if (!isDistribution(network)) return [network as NetworkName | 'auto'];
  const choices: unknown = 'choice' in network ? network.choice : [];
  const names = Array.isArray(choices) ? choices : Object.keys(choices as object);
  return known.filter((name) => names.includes(name));
}
