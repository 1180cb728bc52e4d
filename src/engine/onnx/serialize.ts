/**
 * The recorded graph as the bytes of an ONNX model. Large initializers are left out of the bytes and handed over beside
 * them, as external data, so that nothing is copied into a protocol buffer.
 * @module
 */
import onnxProto from 'onnx-proto';
import type { Attribute, ConstantArray, Edge, ElementType, Graph, Initializer, Node } from './graph.js';

const { onnx } = onnxProto;

/** Opset of ONNX proper; the one of `com.microsoft` has version 1. */
const opsetVersion = 18;
const irVersion = 8;

/** Smaller initializers are part of the bytes. ONNX Runtime reads shapes and axes only there. */
const externalFromBytes = 4096;

const typeCodes: Readonly<Record<ElementType, number>> = { float32: 1, int32: 6, int64: 7, bool: 9 };

/** One initializer that is handed over beside the model. */
export interface ExternalData {
  readonly path: string;
  readonly data: Uint8Array;
}

/** A model as ONNX Runtime loads it. */
export interface SerializedModel {
  readonly bytes: Uint8Array;
  readonly externalData: readonly ExternalData[];
}

const bytesOf = (data: ConstantArray): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** ONNX Runtime's binding reads from the beginning of the buffer, wherever the view begins: a view is copied out. */
const ownBytesOf = (data: ConstantArray): Uint8Array =>
  data.byteLength === data.buffer.byteLength ? bytesOf(data) : bytesOf(data).slice();

const isExternal = ({ data }: Initializer): boolean => data.byteLength >= externalFromBytes;

function tensor(initializer: Initializer): onnxProto.onnx.ITensorProto {
  const { edge, data } = initializer;
  const common = { name: edge.name, dims: [...edge.dimensions], dataType: typeCodes[edge.type] };
  if (!isExternal(initializer)) return { ...common, rawData: bytesOf(data) };
  return {
    ...common,
    dataLocation: onnx.TensorProto.DataLocation.EXTERNAL,
    externalData: [
      { key: 'location', value: edge.name },
      { key: 'offset', value: '0' },
      { key: 'length', value: `${data.byteLength}` },
    ],
  };
}

function attribute(name: string, value: Attribute): onnxProto.onnx.IAttributeProto {
  const { AttributeType } = onnx.AttributeProto;
  if (typeof value === 'number') return { name, type: AttributeType.INT, i: value };
  if (typeof value === 'string')
    return { name, type: AttributeType.STRING, s: new TextEncoder().encode(value) };
  if ('float' in value) return { name, type: AttributeType.FLOAT, f: value.float };
  return { name, type: AttributeType.INTS, ints: [...value] };
}

const node = ({ operator, domain, inputs, outputs, attributes }: Node): onnxProto.onnx.INodeProto => ({
  opType: operator,
  domain,
  name: outputs[0].name,
  input: inputs.map((edge) => edge?.name ?? ''),
  output: outputs.map((edge) => edge.name),
  attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
});

const valueInfo = ({ name, dimensions, type }: Edge): onnxProto.onnx.IValueInfoProto => ({
  name,
  type: {
    tensorType: { elemType: typeCodes[type], shape: { dim: dimensions.map((size) => ({ dimValue: size })) } },
  },
});

/** The ONNX model of a graph. */
export function serialize(graph: Graph): SerializedModel {
  const model = onnx.ModelProto.create({
    irVersion,
    producerName: 'wildstyle',
    opsetImport: [
      { domain: '', version: opsetVersion },
      { domain: 'com.microsoft', version: 1 },
    ],
    graph: {
      name: 'trace',
      input: graph.inputs.map(valueInfo),
      output: graph.outputs.map(valueInfo),
      initializer: graph.initializers.map(tensor),
      node: graph.nodes.map(node),
    },
  });
  return {
    bytes: onnx.ModelProto.encode(model).finish(),
    externalData: graph.initializers
      .filter(isExternal)
      .map(({ edge, data }) => ({ path: edge.name, data: ownBytesOf(data) })),
  };
}
