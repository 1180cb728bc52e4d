/**
 * wildstyle turns folders of labeled images into a larger, style-augmented training set.
 *
 * To run jobs: {@link loadJob}, {@link prepare} (takes the inventory and makes the plan), {@link makePlan},
 * {@link runPlan}, {@link verifyDataset}. To stylize arrays in memory: {@link stylize}, {@link evaluate},
 * {@link createStylizer}.
 * @module
 */

export { readManifest } from './dataset/ledger/manifest.js';
export type { ItemRecord } from './dataset/ledger/record.js';
export { type Verification, verifyDataset } from './dataset/verify/verify.js';
export type { HostTensor, Shape } from './engine/engine.js';
export { type EngineName, engineNames } from './engine/index.js';
export { type ErrorCode, errorCodes, WildstyleError } from './errors.js';
export { type Inventory, takeInventory } from './inventory/inventory.js';
export { type LoadJobOptions, loadJob, parseJob } from './job/load.js';
export { type Job, type JobInput, jobJsonSchema } from './job/schema.js';
export type { ResolvedRecipe } from './methods/index.js';
export { type Recipe, type RecipeInput, recipeSchema } from './methods/recipe.js';
export type { OriginalItem, PlanItem, StylizedItem } from './plan/item.js';
export { makePlan, type NetworkChoice, type Plan, type PlanCounts } from './plan/plan.js';
export type { ArrayImage } from './run/arrays/array-images.js';
export type { ArrayMask } from './run/arrays/array-mask.js';
export {
  type ArrayOptions,
  type ArrayStylizer,
  createStylizer,
  evaluate,
  type StyleArrays,
  type StylizedArray,
  stylize,
} from './run/arrays/arrays.js';
export { type Prepared, prepare } from './run/preparing/prepare.js';
export type { RunEvent, RunOptions, RunResult } from './run/progress/events.js';
export type { Progress } from './run/progress/progress.js';
export { type RepairOptions, type RepairResult, repairDataset } from './run/repair/repair.js';
export { runPlan } from './run/run.js';
export { type MergeOptions, type MergeResult, mergeShards } from './run/shards/merge-shards.js';
export type { LossPoint } from './stylize/curve.js';
export type { Evaluation, TermValue } from './stylize/evaluate.js';
