/** Prepares a job: finds weights and images, and makes the plan. @module */

import { auto } from '../auto.js';
import { type Inventory, type InventoryOptions, takeInventory } from '../inventory/inventory.js';
import { possibleNetworks } from '../job/checks.js';
import type { Job } from '../job/schema.js';
import { makePlan, type Plan } from '../plan/plan.js';
import { type NetworkName, networks } from '../stylize/networks/index.js';
import { findWeights, resolveNetwork, WeightStore } from './weights.js';

/** A job that is ready to run. */
export interface Prepared {
  readonly job: Job;
  readonly inventory: Inventory;
  readonly plan: Plan;
  /** Problems that do not stop a run. */
  readonly warnings: readonly string[];
  /** Weights files, by network. */
  readonly weightsFiles: Readonly<Record<string, string>>;
}

export interface PrepareOptions {
  readonly onInventory?: InventoryOptions['onProgress'];
}

/**
 * Takes the inventory of a job and makes its plan.
 * @throws `weights-missing`, `weights-invalid` for the networks of the recipe; `content-missing`,
 *   `style-missing`, `labels-invalid`, `path-outside-root`
 */
export async function prepare(job: Job, options: PrepareOptions = {}): Promise<Prepared> {
  const possible = possibleNetworks(job.recipe);
  const weightsFiles = findWeights(job.run.weights, possible);
  const store = new WeightStore(weightsFiles);
  const { network } = job.recipe;
  const digests: Partial<Record<NetworkName, string>> = {};
  for (const name of possible) {
    // If the network is drawn, missing weights only fail the items that draw it.
    const isFixed = typeof network === 'string';
    if (isFixed || weightsFiles[name] || !networks[name].needsWeights)
      digests[name] = (await store.get(name)).digest;
  }
  const inventory = await takeInventory(job, {
    ...(options.onInventory && { onProgress: options.onInventory }),
  });
  const plan = makePlan(job, inventory, { name: resolveNetwork(auto), weights: digests });
  return { job, inventory, plan, warnings: inventory.warnings, weightsFiles };
}
