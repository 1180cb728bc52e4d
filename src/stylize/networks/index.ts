/** The feature networks by name. To add one, create a file next to this one and add a line here. @module */
import { compact } from './compact.js';
import type { Network } from './network.js';
import { random, randomDeep, randomNarrow, randomShallow, randomWide } from './random.js';
import { squeezenet } from './squeezenet.js';
import { vgg16 } from './vgg/vgg16.js';
import { vgg19 } from './vgg/vgg19.js';

export const networks = {
  compact,
  vgg19,
  vgg16,
  squeezenet1_1: squeezenet,
  random,
  randomNarrow,
  randomWide,
  randomShallow,
  randomDeep,
} satisfies Record<string, Network>;

export type NetworkName = keyof typeof networks;
export const networkNames = Object.keys(networks) as [NetworkName, ...NetworkName[]];

/** The network that `network: auto` stands for. */
export const defaultNetwork: NetworkName = 'compact';
