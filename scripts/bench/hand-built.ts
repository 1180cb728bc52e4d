/**
 * The step of the engine benchmark as a hand-built ONNX graph, channels first throughout. The baseline for traced graphs.
 * @module
 */

import type { HostTensor, Named, Shape } from '../../src/engine/index.js';
import { type Attribute, type Edge, Graph } from '../../src/engine/onnx/graph.js';
import { type SerializedModel, serialize } from '../../src/engine/onnx/serialize.js';
import { type Convolution, contentLayer, convolutions, styleLayers } from './vgg.js';

/** The model and the names of its tensors. */
export interface HandBuiltModel extends SerializedModel {
  /** Maps the names of {@link stepShapes} to the model's input names. */
  readonly inputs: Record<string, string>;
  readonly outputs: { readonly loss: string; readonly gradient: string };
}

const filterAttributes = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
const unpaddedAttributes = { kernel_shape: [3, 3], pads: [0, 0, 0, 0] };
/** The gradient of an unpadded convolution with respect to its input. */
const fullAttributes = { kernel_shape: [3, 3], pads: [2, 2, 2, 2] };
const poolAttributes = { kernel_shape: [2, 2], strides: [2, 2] };

/** Adds nodes that have one output to a graph. */
class Writer {
  readonly graph = new Graph();

  node(
    operator: string,
    inputs: readonly Edge[],
    dimensions: Shape,
    attributes: Readonly<Record<string, Attribute>> = {},
    domain = '',
  ): Edge {
    return this.graph.add(operator, inputs, { dimensions }, attributes, domain);
  }

  numbers(data: Float32Array, dimensions: Shape): Edge {
    return this.graph.initializer(data, dimensions, 'float32');
  }

  number(value: number): Edge {
    return this.numbers(Float32Array.of(value), []);
  }

  axes(...values: number[]): Edge {
    return this.graph.initializer(BigInt64Array.from(values, BigInt), [values.length], 'int64');
  }

  multiply(a: Edge, b: Edge, like: Edge = a): Edge {
    return this.node('Mul', [a, b], like.dimensions);
  }

  /** The mean square, a scalar. */
  meanSquare(x: Edge): Edge {
    const axes = this.axes(...x.dimensions.keys());
    return this.node('ReduceMean', [this.multiply(x, x), axes], [], { keepdims: 0 });
  }

  matrixProduct(
    a: Edge,
    b: Edge,
    dimensions: Shape,
    attributes: Readonly<Record<string, Attribute>> = {},
  ): Edge {
    return this.node('FusedMatMul', [a, b], dimensions, attributes, 'com.microsoft');
  }
}

interface Layer extends Convolution {
  readonly features: Edge;
  /** Gradient of the losses at this layer with respect to its features. */
  readonly lossGradient?: Edge;
  /** Indices of the maxima of the pooling before the layer. Only for the first convolution of a block. */
  readonly places?: Edge;
}

/** The same step as {@link step} in `vgg.ts`. */
export function handBuiltStep(weights: Named<HostTensor>, sizePx: number): HandBuiltModel {
  const writer = new Writer();
  const image = writer.graph.input([1, 3, sizePx, sizePx]);
  const inputs: Record<string, string> = { image: image.name };
  const perChannel = (name: string): Edge =>
    writer.numbers(weights[name].data, [1, weights[name].data.length, 1, 1]);
  const scale = perChannel('preprocess.scale');
  let x = writer.node(
    'Sub',
    [writer.multiply(image, scale), perChannel('preprocess.mean')],
    image.dimensions,
  );
  const layers: Layer[] = [];
  const losses: Edge[] = [];
  for (const convolution of convolutions) {
    const { name, output, halvings } = convolution;
    const size = sizePx >> halvings;
    let places: Edge | undefined;
    if (convolution.firstOfBlock && layers.length > 0) {
      const dimensions = [1, convolution.input, size, size];
      const results = [{ dimensions }, { dimensions, type: 'int64' as const }];
      [x, places] = writer.graph.addMany('MaxPool', [x], results, poolAttributes);
    }
    const filter = writer.numbers(oihw(weights[`conv${name}.weight`]), [output, convolution.input, 3, 3]);
    const bias = writer.numbers(weights[`conv${name}.bias`].data, [output]);
    const isFine = halvings < 2;
    if (isFine) x = replicated(writer, x);
    const attributes = isFine ? unpaddedAttributes : filterAttributes;
    const convolved = writer.node('Conv', [x, filter, bias], [1, output, size, size], attributes);
    x = writer.node('Relu', [convolved], convolved.dimensions);
    const found = lossAt(writer, convolution, x, inputs);
    if (found) losses.push(found.loss);
    layers.push({ ...convolution, features: x, places, lossGradient: found?.gradient });
  }
  const loss = losses.reduce((sum, next) => writer.node('Add', [sum, next], []));
  const gradient = writer.multiply(backward(writer, layers, weights), scale);
  const outputs = { loss: writer.graph.output(loss).name, gradient: writer.graph.output(gradient).name };
  writer.graph.prune();
  return { ...serialize(writer.graph), inputs, outputs };
}

/** The loss at a layer and its gradient with respect to the layer's features. */
function lossAt(
  writer: Writer,
  { name, output }: Convolution,
  features: Edge,
  inputs: Record<string, string>,
): { loss: Edge; gradient: Edge } | undefined {
  const count = features.dimensions.reduce((a, b) => a * b);
  if (name === contentLayer) {
    const target = writer.graph.input(features.dimensions);
    inputs.content = target.name;
    const difference = writer.node('Sub', [features, target], features.dimensions);
    return {
      loss: writer.meanSquare(difference),
      gradient: writer.multiply(difference, writer.number(2 / count)),
    };
  }
  if (!styleLayers.includes(name)) return undefined;
  const pixels = count / output;
  const target = writer.graph.input([1, output, output]);
  inputs[`gram${name}`] = target.name;
  const flat = writer.node('Reshape', [features, writer.axes(1, output, pixels)], [1, output, pixels]);
  const gram = writer.matrixProduct(flat, flat, target.dimensions, {
    transB: 1,
    alpha: { float: 1 / pixels },
  });
  const difference = writer.node('Sub', [gram, target], target.dimensions);
  const turned = writer.node('Transpose', [difference], target.dimensions, { perm: [0, 2, 1] });
  const symmetric = writer.node('Add', [difference, turned], target.dimensions);
  const alpha = { float: 2 / (output * output * pixels) };
  const product = writer.matrixProduct(symmetric, flat, flat.dimensions, { alpha });
  const gradient = writer.node(
    'Reshape',
    [product, writer.axes(...features.dimensions)],
    features.dimensions,
  );
  return { loss: writer.meanSquare(difference), gradient };
}

function backward(writer: Writer, layers: readonly Layer[], weights: Named<HostTensor>): Edge {
  let gradient: Edge | undefined;
  for (const { name, features, lossGradient, places, input, output, halvings } of layers.toReversed()) {
    let total = gradient ?? (lossGradient as Edge);
    if (gradient && lossGradient) total = writer.node('Add', [gradient, lossGradient], features.dimensions);
    const steep = { alpha: { float: 3.4e38 }, beta: { float: 0 } };
    const mask = writer.node('HardSigmoid', [features], features.dimensions, steep);
    const masked = writer.multiply(total, mask);
    const filter = writer.numbers(rotated(weights[`conv${name}.weight`]), [input, output, 3, 3]);
    const [, , height, width] = features.dimensions;
    if (halvings < 2) {
      const padded = [1, input, height + 2, width + 2];
      gradient = folded(writer, writer.node('Conv', [masked, filter], padded, fullAttributes));
    } else {
      gradient = writer.node('Conv', [masked, filter], [1, input, height, width], filterAttributes);
    }
    if (places) {
      const unpooled = [1, input, 2 * height, 2 * width];
      gradient = writer.node('MaxUnpool', [gradient, places], unpooled, poolAttributes);
    }
  }
  return gradient as Edge;
}

/** The image with its border pixels repeated once. */
function replicated(writer: Writer, image: Edge): Edge {
  const [batch, channels, height, width] = image.dimensions;
  const pads = writer.axes(0, 0, 1, 1, 0, 0, 1, 1);
  return writer.node('Pad', [image, pads], [batch, channels, height + 2, width + 2], { mode: 'edge' });
}

/** The gradient of {@link replicated}: adds the border to the pixels that it repeats. */
function folded(writer: Writer, gradient: Edge): Edge {
  let x = gradient;
  for (const axis of [2, 3]) {
    const size = x.dimensions[axis] - 2;
    const rows = (from: number, count: number) => {
      const bounds = [writer.axes(from), writer.axes(from + count), writer.axes(axis)];
      return writer.node('Slice', [x, ...bounds], x.dimensions.with(axis, count));
    };
    const sum = (a: Edge, b: Edge) => writer.node('Add', [a, b], a.dimensions);
    const edges = [sum(rows(0, 1), rows(1, 1)), rows(2, size - 2), sum(rows(size, 1), rows(size + 1, 1))];
    x = writer.node('Concat', edges, x.dimensions.with(axis, size), { axis });
  }
  return x;
}

/** Transposes `[3, 3, in, out]` to `[out, in, 3, 3]`. */
function oihw({ data, shape }: HostTensor): Float32Array {
  const [, , input, output] = shape;
  const result = new Float32Array(data.length);
  for (let tap = 0; tap < 9; tap++) {
    for (let i = 0; i < input; i++) {
      for (let o = 0; o < output; o++)
        result[(o * input + i) * 9 + tap] = data[(tap * input + i) * output + o];
    }
  }
  return result;
}

/** Transposes `[3, 3, in, out]` to `[in, out, 3, 3]` and rotates the filters by 180 degrees. */
function rotated({ data, shape }: HostTensor): Float32Array {
  const [, , input, output] = shape;
  const result = new Float32Array(data.length);
  for (let tap = 0; tap < 9; tap++) {
    for (let i = 0; i < input; i++) {
      for (let o = 0; o < output; o++) {
        result[(i * output + o) * 9 + 8 - tap] = data[(tap * input + i) * output + o];
      }
    }
  }
  return result;
}
