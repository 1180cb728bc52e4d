/** Measures the onnx engine: compares a traced step with the same step built by hand and with matrix products. @module */
import { enableProdMode } from '@tensorflow/tfjs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { candidateDevices } from '../../src/engine/candidates.js';
import { createEngine, type HostTensor } from '../../src/engine/index.js';
import { Graph } from '../../src/engine/onnx/graph.js';
import { sessionOptions } from '../../src/engine/onnx/options.js';
import { type SerializedModel, serialize } from '../../src/engine/onnx/serialize.js';
import { arrange, boundaryLayout, permute } from '../../src/engine/onnx/tracing/axis-order.js';
import { handBuiltStep } from './hand-built.js';
import { gaussian, step, stepFlop, stepShapes, stepWeights } from './vgg.js';

/** Options of {@link benchEngine}. */
export interface EngineBenchOptions {
  /** Side of the image in pixels. Default 256. */
  readonly sizePx?: number;
  /** Number of rounds of one traced step, one hand-built step and one matrix product. Default 15. */
  readonly rounds?: number;
  /** Number of threads. Default: depends on the engine. */
  readonly threads?: number;
  /** Whether to measure the other engines, too. Default true. */
  readonly others?: boolean;
}

const matrixSize = 2048;

interface Contender {
  readonly run: () => Promise<unknown>;
  readonly times: number[];
}

const median = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[times.length >> 1];

/**
 * Measures one forward and backward pass of VGG-19 up to conv5_1 for one image. The contenders alternate, so that other
 * load on the machine affects all of them equally. Times are medians in milliseconds.
 */
export async function benchEngine(options: EngineBenchOptions = {}): Promise<Record<string, number>> {
  const { sizePx = 256, rounds = 15, threads } = options;
  enableProdMode();
  const weights = await stepWeights();
  const inputs = stepInputs(sizePx);
  const engine = await createEngine('onnx', { threads });
  const compiled = await engine.compile(step, stepShapes(sizePx), weights);
  const values = Object.fromEntries(Object.entries(inputs).map(([name, host]) => [name, engine.put(host)]));
  const hand = handBuiltStep(weights.tensors, sizePx);
  const handSession = await open(hand, threads);
  const handFeeds = Object.fromEntries(
    Object.entries(inputs).map(([name, host]) => [hand.inputs[name], channelsFirst(host)]),
  );
  const product = matrixProduct();
  const productSession = await open(product.model, threads);
  const [traced, handBuilt, products] = [
    () => compiled.run(values),
    () => handSession.run(handFeeds),
    () => productSession.run(product.feeds),
  ].map((run): Contender => ({ run, times: [] }));
  const others = options.others === false ? {} : await otherEngines(sizePx, threads);
  const contenders = [traced, handBuilt, products, ...Object.values(others)];
  for (let round = -2; round < rounds; round++) {
    for (const { run, times } of contenders) {
      const started = performance.now();
      await run();
      if (round >= 0) times.push(performance.now() - started);
    }
  }
  const [tracedMs, handMs, productMs] = [traced, handBuilt, products].map(({ times }) => median(times));
  const sgemmGflops = (2 * matrixSize ** 3) / productMs / 1e6;
  const tracedGflops = stepFlop(sizePx) / tracedMs / 1e6;
  return {
    tracedMs,
    handMs,
    sgemmGflops,
    tracedGflops,
    tracedOverHand: tracedMs / handMs,
    tracedOverSgemm: tracedGflops / sgemmGflops,
    ...Object.fromEntries(
      Object.entries(others).map(([name, { times }]) => [`${name}OverTraced`, median(times) / tracedMs]),
    ),
  };
}

/** A software driver would take minutes for a step. */
const isSoftware = (device: string): boolean =>
  device === 'webgpu' && /swiftshader/i.test(process.env.VK_ICD_FILENAMES ?? '');

/** The same step on every other engine and device that opens here. */
async function otherEngines(sizePx: number, threads?: number): Promise<Record<string, Contender>> {
  const weights = await stepWeights();
  const contenders: Record<string, Contender> = {};
  for (const { engine: name, device, precision } of candidateDevices()) {
    if (name === 'reference' || (name === 'onnx' && device === 'cpu') || isSoftware(device)) continue;
    const engine = await createEngine(name, { device, precision, ...(threads && { threads }) }).catch(
      () => undefined,
    );
    if (!engine) continue;
    const compiled = await engine.compile(step, stepShapes(sizePx), weights);
    const inputs = Object.entries(stepInputs(sizePx)).map(([input, host]) => [input, engine.put(host)]);
    const values = Object.fromEntries(inputs);
    const run = async () => {
      const outputs = Object.values(await compiled.run(values));
      // An engine may still be computing until something is read.
      await Promise.all(outputs.map((output) => engine.read(output)));
      for (const output of outputs) output.dispose();
    };
    const words = [device, ...(precision === 'float32' ? [] : [precision])];
    contenders[name + words.map((word) => word[0].toUpperCase() + word.slice(1)).join('')] = {
      run,
      times: [],
    };
  }
  return contenders;
}

/** An image in [0, 1] and arbitrary targets. */
export function stepInputs(sizePx: number, batch = 1): Record<string, HostTensor> {
  return Object.fromEntries(
    Object.entries(stepShapes(sizePx, batch)).map(([name, shape], index) => {
      const size = shape.reduce((a, b) => a * b);
      const data = gaussian(size, 0.2, index + 1).map((value) => Math.min(1, Math.max(0, value + 0.5)));
      return [name, { shape, data }];
    }),
  );
}

/** Converts a tensor to the layout of the hand-built graph. */
export function channelsFirst({ data, shape }: HostTensor): Tensor {
  const layout = boundaryLayout(shape.length);
  return new Tensor('float32', arrange(data, shape, layout), permute(shape, layout));
}

const open = ({ bytes, externalData }: SerializedModel, threads?: number): Promise<InferenceSession> =>
  InferenceSession.create(bytes, { ...sessionOptions({ threads }), externalData });

function matrixProduct(): { model: SerializedModel; feeds: Record<string, Tensor> } {
  const graph = new Graph();
  const dimensions = [matrixSize, matrixSize];
  const [a, b] = [graph.input(dimensions), graph.input(dimensions)];
  graph.output(graph.add('MatMul', [a, b], { dimensions }));
  const matrix = (seed: number): Tensor =>
    new Tensor('float32', gaussian(matrixSize * matrixSize, 1, seed), dimensions);
  return { model: serialize(graph), feeds: { [a.name]: matrix(1), [b.name]: matrix(2) } };
}
