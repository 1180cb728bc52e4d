/** A recorded function inside of an ONNX Loop, which applies it to its own results. @module */
import onnxProto from 'onnx-proto';
import { WildstyleError } from '../../errors.js';
import type { Named, Repetition, Shape } from '../engine.js';
import { node, type SerializedModel, serialize, valueInfo } from './serialize.js';
import { boundaryLayout, permute } from './tracing/axis-order.js';
import type { Recording } from './tracing/capture.js';

const { onnx } = onnxProto;

/** The model of a loop, and the names of its inputs and outputs. */
export interface Loop {
  readonly model: SerializedModel;
  /** The input with the number of times, a 64-bit integer. */
  readonly times: string;
  readonly inputs: readonly { readonly name: string; readonly edge: string }[];
  readonly outputs: readonly {
    readonly name: string;
    readonly edge: string;
    /** Of one time. */
    readonly shape: Shape;
    readonly isCollected: boolean;
  }[];
}

/**
 * Wraps a recording in a Loop. Inputs that are not carried, and all constants, belong to the model around it: the body sees
 * them by name.
 * @throws `internal` if an output is neither carried nor collected, or a collected one is not a list
 */
export function loopOf(recording: Recording, shapes: Named<Shape>, repetition: Repetition): Loop {
  const { graph, inputs, outputs } = recording;
  const { carried, collected } = repetition;
  const edgeOf = new Map(inputs.map(({ name, edge }) => [name, edge]));
  const outputOf = new Map(outputs.map((output) => [output.name, output]));
  const ofOutput = (name: string) => {
    const output = outputOf.get(name);
    if (output) return output;
    throw new WildstyleError('internal', `The repeated function has no output "${name}".`);
  };
  const stray = outputs.find(
    ({ name }) => !Object.values(carried).includes(name) && !collected.includes(name),
  );
  if (stray) throw new WildstyleError('internal', `The output "${stray.name}" is not kept.`);
  const loops = Object.entries(carried).map(([input, output]) => {
    const shape = shapes[input];
    const dimensions = permute(shape, boundaryLayout(shape.length));
    const inner = edgeOf.get(input) ?? `unused ${input}`;
    const { edge } = ofOutput(output);
    return { input, output, shape, dimensions, inner, edge, outer: `first ${inner}`, last: `last ${edge}` };
  });
  const lists = collected.map((name) => {
    const { edge, shape } = ofOutput(name);
    if (shape.length !== 1) throw new WildstyleError('internal', `The output "${name}" is not a list.`);
    return { name, edge, shape, all: `all ${edge}` };
  });
  const isCarried = new Set(loops.map(({ inner }) => inner));
  const others = graph.inputs.filter(({ name }) => !isCarried.has(name));
  const float = (name: string, dimensions: readonly (number | string)[]) =>
    valueInfo({ name, dimensions, type: 'float32' });
  const condition = (name: string) => valueInfo({ name, dimensions: [], type: 'bool' });
  const body = {
    name: 'body',
    input: [
      valueInfo({ name: 'time', dimensions: [], type: 'int64' }),
      condition('goes on'),
      ...loops.map(({ inner, dimensions }) => float(inner, dimensions)),
    ],
    output: [
      condition('still goes on'),
      ...loops.map(({ edge, dimensions }) => float(edge, dimensions)),
      ...lists.map(({ edge, shape }) => float(edge, shape)),
    ],
    node: [
      { opType: 'Identity', name: 'goes on', input: ['goes on'], output: ['still goes on'] },
      ...graph.nodes.map(node),
    ],
  };
  const loop: onnxProto.onnx.INodeProto = {
    opType: 'Loop',
    name: 'loop',
    input: ['times', '', ...loops.map(({ outer }) => outer)],
    output: [...loops.map(({ last }) => last), ...lists.map(({ all }) => all)],
    attribute: [{ name: 'body', type: onnx.AttributeProto.AttributeType.GRAPH, g: body }],
  };
  return {
    model: serialize(graph, {
      input: [
        valueInfo({ name: 'times', dimensions: [], type: 'int64' }),
        ...loops.map(({ outer, dimensions }) => float(outer, dimensions)),
        ...others.map(valueInfo),
      ],
      output: [
        ...loops.map(({ last, dimensions }) => float(last, dimensions)),
        ...lists.map(({ all, shape }) => float(all, ['times', ...shape])),
      ],
      node: [loop],
    }),
    times: 'times',
    inputs: [
      ...loops.map(({ input, outer }) => ({ name: input, edge: outer })),
      ...inputs.filter(({ edge }) => !isCarried.has(edge)),
    ],
    outputs: [
      ...loops.map(({ output, last, shape }) => ({ name: output, edge: last, shape, isCollected: false })),
      ...lists.map(({ name, all, shape }) => ({ name, edge: all, shape, isCollected: true })),
    ],
  };
}
