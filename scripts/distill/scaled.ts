/** A trained student as weights that a network can use: scaled like the teacher's, and for pixels in [0, 1]. @module */
import type { Engine, HostTensor, Named, WeightSet } from '../../src/engine/engine.js';
import { sha256 } from '../../src/files/digest.js';
import { safetensorsBytes } from '../../src/files/safetensors/write.js';
import { caffeUnit } from '../../src/stylize/networks/units.js';
import { convolutionsOf } from '../../src/stylize/networks/vgg/vgg.js';
import { vgg19 } from '../../src/stylize/networks/vgg/vgg19.js';
import { counterpart, evaluate } from './initialize.js';
import { reluOf, type Student, studentFeatures } from './student.js';

/**
 * Scales each layer to the mean square that Caffe's teacher has on the images, so that the bounds of the losses mean the
 * same for both, and makes the change of range of the pixels part of the first filters.
 * @param trained the student's parameters under their own names
 * @param images `[batch, size, size, 3]`
 * @returns `<layer>.weight` and `<layer>.bias`
 */
export async function scaledParameters(
  engine: Engine,
  student: Student,
  trained: Named<HostTensor>,
  teacher: WeightSet,
  images: HostTensor,
): Promise<Record<string, HostTensor>> {
  const layers = convolutionsOf(student.blocks).map(({ layer }) => layer);
  const own = { digest: sha256(safetensorsBytes(trained)), tensors: trained };
  const found = await evaluate(engine, images, own, (image, weights) =>
    studentFeatures(student, image, weights, layers.map(reluOf)),
  );
  const wanted = [...new Set(layers.map((layer) => reluOf(counterpart(student, layer))))];
  const expected = await evaluate(engine, images, teacher, (image, weights) =>
    vgg19.features(image, weights, wanted, vgg19.defaults.pooling),
  );
  const tensors: Record<string, HostTensor> = {};
  let before = 1;
  for (const layer of layers) {
    const [weight, bias] = ['weight', 'bias'].map((part) => trained[`${layer}.${part}`]);
    const target = caffeUnit * rootMeanSquare(expected[reluOf(counterpart(student, layer))]);
    const scale = target / rootMeanSquare(found[reluOf(layer)]);
    const scaled = {
      weight: weight.data.map((value) => (value * scale) / before),
      bias: bias.data.map((value) => value * scale),
    };
    if (layer === layers[0]) foldRange(scaled, bias.data.length);
    tensors[`${layer}.weight`] = { data: scaled.weight, shape: weight.shape };
    tensors[`${layer}.bias`] = { data: scaled.bias, shape: bias.shape };
    before = scale;
  }
  return tensors;
}

/** The root of the mean square of a tensor's values. */
export const rootMeanSquare = ({ data }: HostTensor): number =>
  Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length);

/** The student saw pixels times 4 minus 2; see `centered`. */
function foldRange({ weight, bias }: { weight: Float32Array; bias: Float32Array }, outputs: number): void {
  for (let i = 0; i < weight.length; i++) {
    bias[i % outputs] -= 2 * weight[i];
    weight[i] *= 4;
  }
}
