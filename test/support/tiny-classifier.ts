/** ONNX classifiers of a few nodes, written by hand. @module */
import onnxProto from 'onnx-proto';

const { onnx } = onnxProto;
const float32 = 1;

export interface TinyClassifier {
  /** Axes of the input. Default: `[1, 3, 8, 8]`. */
  readonly shape?: readonly number[];
  /** `[3][labels]`: the logits are the mean color times these. */
  readonly weights: readonly (readonly number[])[];
  readonly softmax?: boolean;
  /** Adds an input that nothing gives. */
  readonly secondInput?: boolean;
}

/** Logits (or probabilities) from the mean color of an image. */
export function tinyClassifier({
  shape = [1, 3, 8, 8],
  weights,
  softmax = false,
  secondInput = false,
}: TinyClassifier): Uint8Array {
  const labels = weights[0].length;
  const value = (name: string, dimensions: readonly number[]) => ({
    name,
    type: {
      tensorType: { elemType: float32, shape: { dim: dimensions.map((dimValue) => ({ dimValue })) } },
    },
  });
  const axes = shape[1] === 3 ? [2, 3] : [1, 2];
  const reduce = {
    opType: 'ReduceMean',
    input: ['image'],
    output: ['color'],
    attribute: [
      { name: 'axes', type: onnx.AttributeProto.AttributeType.INTS, ints: axes },
      { name: 'keepdims', type: onnx.AttributeProto.AttributeType.INT, i: 0 },
    ],
  };
  const product = { opType: 'MatMul', input: ['color', 'weights'], output: [softmax ? 'logits' : 'out'] };
  const shares = { opType: 'Softmax', input: ['logits'], output: ['out'] };
  const model = onnx.ModelProto.create({
    irVersion: 8,
    opsetImport: [{ domain: '', version: 13 }],
    graph: {
      name: 'tiny',
      node: [reduce, product, ...(softmax ? [shares] : [])],
      input: [value('image', shape), ...(secondInput ? [value('other', [1])] : [])],
      output: [value('out', [1, labels])],
      initializer: [
        {
          name: 'weights',
          dims: [3, labels],
          dataType: float32,
          rawData: new Uint8Array(Float32Array.from(weights.flat()).buffer),
        },
      ],
    },
  });
  return onnx.ModelProto.encode(model).finish();
}

/** Red, green and blue are the classes of a classifier with this. */
export const byColor = [
  [20, 0, 0],
  [0, 20, 0],
  [0, 0, 20],
] as const;
