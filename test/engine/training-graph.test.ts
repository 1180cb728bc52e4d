/** Tests which operators the gradients of trained convolutions become. @module */
import * as tf from '@tensorflow/tfjs';
import test from 'ava';
import type { Shape } from '../../src/engine/index.js';
import { blockChannels } from '../../src/engine/onnx/blocked-layout.js';
import { record } from '../../src/engine/onnx/tracing/capture.js';

type Image = tf.Tensor4D;

/** Counts the operators of a convolution with bias and ReLU and its gradients. */
function operators(x: Shape, filter: Shape, stride = 1): Record<string, number | undefined> {
  const loss = (image: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor): tf.Tensor =>
    tf.sum(tf.square(tf.relu(tf.add(tf.conv2d(image as Image, weight as Image, stride, 'same'), bias))));
  const { graph } = record(
    (given) => {
      const [weight, bias] = tf.grads((w, b) => loss(given.x, w, b))([given.filter, given.bias]);
      return { weight, bias };
    },
    { x, filter, bias: [filter[3]] },
    {},
  );
  const counts: Record<string, number | undefined> = {};
  for (const { operator } of graph.nodes) counts[operator] = (counts[operator] ?? 0) + 1;
  return counts;
}

test('a trained bias is part of its convolution, and the gradient of the filter is one product', (t) => {
  const counts = operators([4, 16, 16, 8], [3, 3, 8, 8]);
  t.is(counts.Conv, 1, 'only the forward pass');
  t.is(counts.Add, undefined);
  t.is(counts.FusedMatMul, 1);
});

test('a filter of stride 2 or of one pixel has one product, too', (t) => {
  t.like(operators([4, 16, 16, 8], [3, 3, 8, 8], 2), { Conv: 1, FusedMatMul: 1 });
  t.like(operators([4, 16, 16, 8], [1, 1, 8, 8]), { Conv: 1, FusedMatMul: 1, Concat: undefined });
});

test('with many channels, the gradient of the filter shares the transformed input with the forward pass', (t) => {
  const counts = operators([4, 32, 32, 128], [3, 3, 128, 128]);
  t.is(counts.Conv, undefined);
  t.is(counts.FusedMatMul, 2);
  // Tiles of the input once, pixels of the output, tiles of the output gradient.
  t.is(counts.Gather, 3);
});

test('trained filters use the blocked layout of this processor if their channels fill its blocks', (t) => {
  if (process.arch === 'x64') t.true(blockChannels >= 8);
  const counts = operators([4, 16, 16, blockChannels], [3, 3, blockChannels, blockChannels]);
  t.is(counts.ReorderInput, blockChannels > 1 ? 1 : undefined);
  t.is(counts.Conv, 1);
  t.is(operators([4, 16, 16, 3], [3, 3, 3, 16]).ReorderInput, undefined);
});
