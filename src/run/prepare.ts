/** From a job to its plan: finds weights and images. @module */

import { auto, isAuto } from '../auto.js';
import { type Inventory, type InventoryOptions, takeInventory } from '../inventory/inventory.js';
import { possibleNetworks } from '../job/checks.js';
import type { Job } from '../job/schema.js';
import { makePlan, type Plan } from '../plan/plan.js';
import { type NetworkName, networks } from '../stylize/networks/index.js';
import { findWeights, resolveNetwork, WeightStore } from './weights.js';

/** Everything that has to be known before a job is run. */
export interface Prepared {
  readonly job: Job;
  readonly inventory: Inventory;
  readonly plan: Plan;
  /** What does not stop a run, but may surprise. */
  readonly warnings: readonly string[];
  /** Weights files by network. */
  readonly weightsFiles: Readonly<Record<string, string>>;
}

export interface PrepareOptions {
  readonly onInventory?: InventoryOptions['onProgress'];
}

/**
 * Takes the inventory and makes the plan of a job.
 * @throws `weights-missing`, `weights-invalid` for a network that the recipe names; `content-missing`,
 *   `style-missing`, `labels-invalid`, `path-outside-root`
 */
export async function prepare(job: Job, options: PrepareOptions = {}): Promise<Prepared> {
  const weightsFiles = findWeights(job.run.weights, possibleNetworks(job.recipe));
  const automatic = resolveNetwork(auto, weightsFiles);
  const store = new WeightStore(weightsFiles);
  const { network } = job.recipe;
  const digests: Partial<Record<NetworkName, string>> = {};
  for (const name of isAuto(network) ? [automatic] : possibleNetworks(job.recipe)) {
    // Where a network is drawn, one without weights matters only once it is.
    const isSure = typeof network === 'string';
    if (isSure || weightsFiles[name] || !networks[name].needsWeights)
      digests[name] = (await store.get(name)).digest;
  }
  const inventory = await takeInventory(job, {
    ...(options.onInventory && { onProgress: options.onInventory }),
  });
  const plan = makePlan(job, inventory, { name: automatic, weights: digests });
  const fallback =
    isAuto(network) && automatic === 'random'
      ? ['No weights of vgg19 were found: recipe.network is random, which wants a strength of 30 and more.']
      : [];
  return { job, inventory, plan, warnings: [...inventory.warnings, ...fallback], weightsFiles };
}
