/** Prepares a job: finds weights and images, and makes the plan. @module */

import { auto } from '../../auto.js';
import type { ClassifierFile } from '../../gate/classifier.js';
import type { Inventory, InventoryOptions } from '../../inventory/inventory.js';
import { possibleNetworks } from '../../job/checks.js';
import type { Job } from '../../job/schema.js';
import { makePlan, type Plan } from '../../plan/plan.js';
import { type DuplicatePair, duplicatePairs } from '../../splits/duplicates.js';
import type { AssignedImage } from '../../splits/earlier.js';
import { splitWarnings } from '../../splits/warnings.js';
import { type NetworkName, networks } from '../../stylize/networks/index.js';
import { findImages } from './find-images.js';
import type { OpenGate } from './gate.js';
import { classifierDigest, readClassifier } from './own-classifier.js';
import { findWeights, resolveNetwork, rightsOfWeights, WeightStore, type WeightsRights } from './weights.js';

/** A job that is ready to run. */
export interface Prepared {
  readonly job: Job;
  readonly inventory: Inventory;
  readonly plan: Plan;
  /** The images that the output folder has already, with their splits. */
  readonly earlier: readonly AssignedImage[];
  /** Every file that shows the picture of another one, with that other one. */
  readonly duplicates: readonly DuplicatePair[];
  /** Problems that do not stop a run. */
  readonly warnings: readonly string[];
  /** The classifier of the job's gate, if it is the user's own. */
  readonly classifier?: ClassifierFile | undefined;
  /** What judges images; only in a run of a job with a gate. */
  readonly openGate?: OpenGate | undefined;
  /** Weights files, by network. */
  readonly weightsFiles: Readonly<Record<string, string>>;
  /** Whose the weights of the networks in use are. */
  readonly rights: readonly WeightsRights[];
}

export interface PrepareOptions {
  readonly onInventory?: InventoryOptions['onProgress'];
}

/**
 * Takes the inventory of a job and makes its plan.
 * @throws `weights-missing`, `weights-invalid` for the networks of the recipe; `content-missing`,
 *   `style-missing`, `labels-invalid`, `path-outside-root`, `split-conflict`, `split-invalid`,
 *   `classifier-invalid`
 */
export async function prepare(job: Job, options: PrepareOptions = {}): Promise<Prepared> {
  const possible = possibleNetworks(job);
  const weightsFiles = findWeights(job.run.weights, possible);
  const store = new WeightStore(weightsFiles);
  const { network } = job.recipe;
  const digests: Partial<Record<NetworkName, string>> = {};
  const rights: WeightsRights[] = [];
  for (const name of possible) {
    // If the network is drawn, missing weights only fail the items that draw it.
    const isFixed = typeof network === 'string';
    if (!isFixed && !weightsFiles[name] && networks[name].needsWeights) continue;
    const weights = await store.get(name);
    digests[name] = weights.digest;
    rights.push(rightsOfWeights(name, weights, weightsFiles[name]));
  }
  const { inventory, earlier, copies } = await findImages(job, options.onInventory);
  const classifier = await readClassifier(
    job,
    inventory.contents.flatMap(({ label }) => label ?? []),
  );
  const images = {
    ...inventory,
    earlier,
    copies,
    ...(classifier && { classifierDigest: classifierDigest(classifier) }),
  };
  const plan = makePlan(job, images, { name: resolveNetwork(auto), weights: digests });
  const duplicates = duplicatePairs(inventory, plan.splits.contents, earlier);
  const warnings = [...inventory.warnings, ...splitWarnings(job, duplicates, plan.splits)];
  return { job, inventory, plan, earlier, duplicates, warnings, weightsFiles, rights, classifier };
}
