/** Takes the state of an optimizer to the next image size. @module */
import type { HostTensor, Named, Shape } from '../../engine/engine.js';
import { cropToMiddle } from '../../images/reflect.js';
import { resizeTensor } from '../../images/resize.js';
import type { Spec } from '../../stylize/spec.js';
import { padded, workingShape } from './pixels/working-shape.js';

/**
 * The state with which an optimizer continues at another size: its images resized, and everything scaled as the gradient is.
 * Only for pixels: the levels of a pyramid change their meaning with the size.
 * @param from shape of the content before, and `to` after, `[1, height, width, 3]`
 */
export function carriedOver(
  { optimizer, parametrization }: Spec,
  state: Named<HostTensor>,
  from: Shape,
  to: Shape,
): Named<HostTensor> {
  const [before, after] = [from, to].map(workingShape);
  // A parametrization that changes the shape.
  if (parametrization.shape(after).join() !== after.join()) return {};
  const ratio = (before[1] * before[2]) / (after[1] * after[2]);
  const entries = Object.entries(optimizer.carried ?? {}).map(([name, power]) => {
    const tensor = state[name];
    const isImage = tensor.shape.join() === before.join();
    const resized = isImage ? padded(resizeTensor(cropToMiddle(tensor, from), to)) : tensor;
    return [name, { data: resized.data.map((value) => value * ratio ** power), shape: resized.shape }];
  });
  return Object.fromEntries(entries);
}
