/**
 * Prints the peak memory of a worker in MB after photographs in many aspect ratios:
 * `node memory-child.js RECIPE CONTENT STYLE WEIGHTS COUNT`.
 * @module
 */
import { enableProdMode } from '@tensorflow/tfjs';
import sharp from 'sharp';
import type { RecipeInput } from '../../../src/methods/recipe.js';
import { peakBytes } from '../peak-memory.js';
import { Arm } from './arm.js';
import { manyAspects } from './photographs.js';

const [recipe, content, style, weights, count] = process.argv.slice(2);
enableProdMode();
sharp.concurrency(1);
sharp.cache(false);
const arm = await Arm.open(JSON.parse(recipe) as RecipeInput, { content, style, weights });
for (const [index, aspect] of manyAspects(Number(count)).entries()) await arm.make(index, aspect);
process.stdout.write(`${peakBytes() / 1e6}\n`);
arm.dispose();
