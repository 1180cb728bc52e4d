import test from 'ava';
import { carriedOver } from '../../../src/methods/optimize/carry-over.js';
import { specOfRecipe } from '../../../src/methods/optimize/objective.js';
import { createStylizer } from '../../../src/run/arrays/arrays.js';
import { pattern, quickInput, quickRecipe } from '../../stylize/support.js';

const constant = (shape: number[], value: number) => ({
  data: new Float32Array(shape.reduce((a, b) => a * b)).fill(value),
  shape,
});

test('moments are resized, and scaled as gradients are: by the ratio of the numbers of pixels', (t) => {
  const spec = specOfRecipe(quickRecipe({ optimizer: 'adam' }));
  const [from, to] = [
    [1, 32, 40, 3],
    [1, 64, 75, 3],
  ];
  const state = {
    mean: constant(from, 0.5),
    square: constant(from, 2),
    meanCorrection: constant([1, 1, 1, 1], 0.9),
    squareCorrection: constant([1, 1, 1, 1], 0.4),
  };
  const { mean, square, meanCorrection, squareCorrection } = carriedOver(spec, state, from, to);
  const ratio = (32 * 40) / (64 * 80);
  t.deepEqual(mean.shape, [1, 64, 80, 3]);
  t.true(mean.data.every((value) => Math.abs(value - 0.5 * ratio) < 1e-6));
  t.true(square.data.every((value) => Math.abs(value - 2 * ratio ** 2) < 1e-6));
  t.deepEqual([...meanCorrection.data, ...squareCorrection.data], [Math.fround(0.9), Math.fround(0.4)]);
});

test('nothing is carried for L-BFGS, nor for the levels of a pyramid', (t) => {
  const shape = [1, 32, 32, 3];
  t.deepEqual(carriedOver(specOfRecipe(quickRecipe()), {}, shape, shape), {});
  const pyramid = specOfRecipe(quickRecipe({ optimizer: 'adam', parametrization: 'laplacian' }));
  t.deepEqual(carriedOver(pyramid, {}, shape, shape), {});
});

test('the second stage goes on with the moments of the first', async (t) => {
  const stylizer = await createStylizer({ threads: 1 });
  const [content, style] = [pattern(1, 64, 64), pattern(2, 64, 64)];
  const stages = [{ scale: 0.5, steps: 30 }];
  const recipe = quickInput({ optimizer: 'adam', decay: 'none', size: 64, steps: 1, stages });
  const { image, loss } = await stylizer.stylize(content, style, recipe);
  t.deepEqual([...image.shape], [1, 64, 64, 3]);
  const [before, after] = loss.curve.slice(-2);
  // A first step of Adam without moments moves every pixel by the learning rate, and the loss rises.
  t.true(after.total < before.total, `${before.total} -> ${after.total}`);
  stylizer.dispose();
});
