/** The feature networks by name. To add one, create a file next to this one and add a line here. @module */
import type { Network } from './network.js';
import { random } from './random.js';
import { vgg19 } from './vgg19.js';

export const networks = { vgg19, random } satisfies Record<string, Network>;

export type NetworkName = keyof typeof networks;
export const networkNames = Object.keys(networks) as [NetworkName, ...NetworkName[]];
