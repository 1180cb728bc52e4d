/** The losses, by name: a new loss is a file beside this one and a line here. @module */
import { features } from './features.js';
import { gram } from './gram.js';
import type { FeatureLoss } from './loss.js';

export const contentLosses = { features } satisfies Record<string, FeatureLoss>;
export const styleLosses = { gram } satisfies Record<string, FeatureLoss>;

export type ContentLossName = keyof typeof contentLosses;
export type StyleLossName = keyof typeof styleLosses;
export const contentLossNames = Object.keys(contentLosses) as [ContentLossName, ...ContentLossName[]];
export const styleLossNames = Object.keys(styleLosses) as [StyleLossName, ...StyleLossName[]];
