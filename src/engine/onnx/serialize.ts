/**
 * Serializes a recorded graph as an ONNX model. Large initializers are passed separately, as external data, which
 * avoids copying them into a protocol buffer.
 * @module
 */
import onnxProto from 'onnx-proto';
import type { Attribute, ConstantArray, Edge, ElementType, Graph, Initializer, Node } from './graph.js';

const { onnx } = onnxProto;

/** Version of the default ONNX opset. ONNX Runtime's own opsets have version 1. */
const opsetVersion = 18;
const irVersion = 8;

/** Initializers smaller than this are embedded in the model. ONNX Runtime requires that for shapes and axes. */
const externalFromBytes = 4096;

const typeCodes: Readonly<Record<ElementType, number>> = {
  float32: 1,
  float16: 10,
  int32: 6,
  int64: 7,
  bool: 9,
};

/** An initializer passed separately from the model. */
export interface ExternalData {
  readonly path: string;
  readonly data: Uint8Array;
}

/** A model in the form that ONNX Runtime loads. */
export interface SerializedModel {
  readonly bytes: Uint8Array;
  readonly externalData: readonly ExternalData[];
}

const bytesOf = (data: ConstantArray): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** Copies views into a larger buffer: ONNX Runtime's binding ignores `byteOffset` and reads from the buffer's start. */
const ownBytesOf = (data: ConstantArray): Uint8Array =>
  data.byteLength === data.buffer.byteLength ? bytesOf(data) : bytesOf(data).slice();

const isExternal = ({ data }: Initializer): boolean => data.byteLength >= externalFromBytes;

/** An initializer with its data. */
const embedded = ({ edge, data }: Initializer): onnxProto.onnx.ITensorProto => ({
  name: edge.name,
  dims: [...edge.dimensions],
  dataType: typeCodes[edge.type],
  rawData: bytesOf(data),
});

function tensor(initializer: Initializer): onnxProto.onnx.ITensorProto {
  const { edge, data } = initializer;
  const { rawData: _, ...common } = embedded(initializer);
  if (!isExternal(initializer)) return embedded(initializer);
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

export const node = ({ operator, domain, inputs, outputs, attributes }: Node): onnxProto.onnx.INodeProto => ({
  opType: operator,
  domain,
  name: outputs[0].name,
  input: inputs.map((edge) => edge?.name ?? ''),
  output: outputs.map((edge) => edge.name),
  attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
});

/** A tensor of the graph with its type and dimensions; names stand for dimensions that are not known. */
export const valueInfo = ({
  name,
  dimensions,
  type,
}: Pick<Edge, 'name' | 'type'> & {
  readonly dimensions: readonly (number | string)[];
}): onnxProto.onnx.IValueInfoProto => ({
  name,
  type: {
    tensorType: {
      elemType: typeCodes[type],
      shape: {
        dim: dimensions.map((size) => (typeof size === 'string' ? { dimParam: size } : { dimValue: size })),
      },
    },
  },
});

const otherDomains = ({ nodes }: Graph): string[] =>
  [...new Set(nodes.map(({ domain }) => domain))].filter((domain) => domain !== '');

/** The inputs, outputs and nodes of a model, as they are or inside of another node. */
export type Body = Pick<onnxProto.onnx.IGraphProto, 'input' | 'output' | 'node'>;

const bodyOf = (graph: Graph): Body => ({
  input: graph.inputs.map(valueInfo),
  output: graph.outputs.map(valueInfo),
  node: graph.nodes.map(node),
});

function encoded(
  graph: Graph,
  asTensor: (initializer: Initializer) => onnxProto.onnx.ITensorProto,
  body = bodyOf(graph),
): Uint8Array {
  const model = onnx.ModelProto.create({
    irVersion,
    producerName: 'wildstyle',
    opsetImport: [
      { domain: '', version: opsetVersion },
      ...otherDomains(graph).map((domain) => ({ domain, version: 1 })),
    ],
    graph: { name: 'trace', ...body, initializer: graph.initializers.map(asTensor) },
  });
  return onnx.ModelProto.encode(model).finish();
}

/** Serializes a graph as an ONNX model. @param body what the model computes, if not the graph itself */
export function serialize(graph: Graph, body?: Body): SerializedModel {
  return {
    bytes: encoded(graph, tensor, body),
    externalData: graph.initializers
      .filter(isExternal)
      .map(({ edge, data }) => ({ path: edge.name, data: ownBytesOf(data) })),
  };
}

/** Serializes a graph as an ONNX model that has all of its data. */
export const serializeWhole = (graph: Graph): Uint8Array => encoded(graph, embedded);
