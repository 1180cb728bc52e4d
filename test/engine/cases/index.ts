/** Every case of the conformance suite. @module */
import type { Case } from '../support.js';
import { elementwiseCases } from './elementwise.js';
import { networkCases } from './networks.js';
import { structureCases } from './structure.js';
import { trainingCases } from './training.js';

export const conformanceCases: readonly Case[] = [
  ...elementwiseCases,
  ...structureCases,
  ...networkCases,
  ...trainingCases,
];
