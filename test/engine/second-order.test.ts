/** Tests gradients of image gradients of both engines against central differences. @module */
import * as tf from '@tensorflow/tfjs';
import test from 'ava';
import { createEngine, type HostTensor, type Named } from '../../src/engine/index.js';
import { matchingShapes, matchings } from './cases/training.js';
import { drawn, execute, randomTensor } from './support.js';

const span = 2e-3;

/** Moves every input along its direction. */
const moved = (inputs: Named<HostTensor>, directions: Named<HostTensor>, by: number): Named<HostTensor> =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, { data, shape }]) => [
      name,
      { data: data.map((value, index) => value + by * directions[name].data[index]), shape },
    ]),
  );

for (const [name, loss] of matchings) {
  // Differences of losses amplify rounding; the conformance suite compares other engines with these.
  for (const engineName of ['onnx', 'reference'] as const) {
    test(`${engineName}: ${name}: gradients of an image gradient match finite differences`, async (t) => {
      const engine = await createEngine(engineName, { threads: 1 });
      const inputs = drawn({ inputs: matchingShapes });
      const learned = Object.keys(inputs).filter((input) => input !== 'x');
      const gradients = await execute(
        engine,
        (given) => {
          const of = (...tensors: tf.Tensor[]): tf.Scalar =>
            loss({ ...given, ...Object.fromEntries(tensors.map((tensor, i) => [learned[i], tensor])) });
          const found = tf.grads(of)(learned.map((input) => given[input]));
          return Object.fromEntries(found.map((gradient, i) => [learned[i], gradient]));
        },
        inputs,
      );
      const value = async (at: Named<HostTensor>): Promise<number> =>
        (await execute(engine, (given) => ({ loss: loss(given) }), at)).loss.data[0];
      for (const input of learned) {
        // The image stays, so that no ReLU or maximum changes sides because of it.
        const still = Object.fromEntries(
          Object.entries(inputs).map(([other, { data, shape }]) => [
            other,
            { data: new Float32Array(data.length), shape },
          ]),
        );
        const direction = randomTensor(inputs[input].shape, 11, 'unit');
        const directions = { ...still, [input]: direction };
        const difference =
          ((await value(moved(inputs, directions, span))) - (await value(moved(inputs, directions, -span)))) /
          (2 * span);
        const slope = gradients[input].data.reduce((sum, g, index) => sum + g * direction.data[index], 0);
        const size = Math.hypot(...gradients[input].data) * Math.hypot(...direction.data);
        t.true(Math.abs(slope - difference) < 5e-3 * size, `${input}: ${slope} and ${difference} of ${size}`);
      }
    });
  }
}
