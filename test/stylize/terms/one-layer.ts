/** A loss at one layer as plain tensor functions. @module */
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs';
import type { Named } from '../../../src/engine/index.js';
import { defaultSettings } from '../../../src/stylize/terms/parameters.js';
import type { Given, Loss, Settings } from '../../../src/stylize/terms/term.js';

/** The target, value and scale of a loss at one layer. Use `pixels` for losses on the image itself. */
export function atOneLayer(loss: Loss, layer = 'layer', settings: Settings = {}) {
  const term = loss.term({ role: 'style', layers: [layer] }, { ...defaultSettings(loss), ...settings });
  return {
    target: (x: Tensor) => term.target('style', { [layer]: x as Tensor4D }).values,
    compare: (x: Tensor, target: Named<Tensor>, given: Partial<Given> = {}): Tensor1D =>
      term.value({ [layer]: x as Tensor4D }, { style: target }, { drawn: {}, numbers: {}, ...given })[layer],
    scale: (x: Tensor): Tensor1D => term.target('style', { [layer]: x as Tensor4D }).scales[layer],
  };
}
