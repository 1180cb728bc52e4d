/** The networks against each other: quality in VGG-19's objective, speed and memory. @module */
import { enableProdMode } from '@tensorflow/tfjs';
import { createStylizer } from '../../../src/run/arrays/arrays.js';
import type { PerNetwork } from './contenders.js';
import { benchMemory } from './memory.js';
import { benchShare, type ShareFigures, type ShareOptions } from './share.js';
import { benchSpeed, type SpeedFigures } from './speed.js';

/** Options of {@link benchNetworks}. */
export interface NetworksOptions extends ShareOptions {
  /** The device that stylizes. Speed and memory are those of the processor. Default `cpu`. */
  readonly device?: string;
  /** Sizes of the images in the figures of speed and memory. Default 192 and 256. */
  readonly stepSizesPx?: readonly number[];
  /** Number of turns that each network has in the figures of speed. Default 7. */
  readonly rounds?: number;
}

/** What {@link benchNetworks} returns. */
export interface NetworksFigures extends ShareFigures, SpeedFigures {
  /** In MB (10^6 bytes), by size in pixels. */
  readonly peakMb: Readonly<Record<string, PerNetwork<number>>>;
}

/**
 * Compares `vgg19`, `compact` and `random` on pairs that no network was trained on, each at its best strength, with equal
 * steps. Writes `networks.csv`, `networks.png` and `networks.jpg`.
 */
export async function benchNetworks(options: NetworksOptions): Promise<NetworksFigures> {
  const { device, weights, stepSizesPx: sizesPx = [192, 256], rounds = 7 } = options;
  enableProdMode();
  const stylizer = await createStylizer({ weights: { vgg19: weights }, ...(device && { device }) });
  const share = await benchShare(stylizer, { ...options, unseenOnly: true });
  stylizer.dispose();
  const speed = await benchSpeed({ weights, sizesPx, rounds });
  return { ...share, ...speed, peakMb: await benchMemory(weights, sizesPx) };
}
