import test from 'ava';
import { WildstyleError } from '../../../src/errors.js';
import { initialImage, startsFromStyle } from '../../../src/methods/optimize/pixels/initial.js';
import { mean, pattern } from '../../stylize/support.js';

const content = pattern(1, 40, 36);
const style = pattern(2, 40, 36);
const shares = (content: number, style: number, noise: number) => ({ content, style, noise });

test('uses content and style unchanged', (t) => {
  t.deepEqual(initialImage('content', content, undefined, 1), content);
  t.deepEqual(initialImage('style', content, style, 1), style);
});

test("noise has a mean of 0.5, a deviation of 0.1 and the content's shape, and depends on the seed", (t) => {
  const { data, shape } = initialImage('noise', content, undefined, 5);
  t.deepEqual(shape, content.shape);
  t.true(Math.abs(mean(data) - 0.5) < 0.01);
  const deviation = Math.sqrt(mean(data.map((value) => (value - 0.5) ** 2)));
  t.true(Math.abs(deviation - 0.1) < 0.01, `${deviation}`);
  t.deepEqual(initialImage('noise', content, undefined, 5).data, data);
  t.notDeepEqual(initialImage('noise', content, undefined, 6).data, data);
  t.notDeepEqual(initialImage('noise', content, undefined, 5 + 2 ** 32).data, data);
});

test('the noise has no detail that pooling would hide', (t) => {
  const { data, shape } = initialImage('noise', content, undefined, 5);
  const width = shape[2];
  const detail = data.map((value, i) =>
    i + 3 < data.length && i % (3 * width) < 3 * width - 3 ? value - data[i + 3] : 0,
  );
  // Neighbors in white noise differ by sqrt(2) deviations.
  t.true(Math.sqrt(mean(detail.map((value) => value ** 2))) < 0.05);
});

test('a mix is the weighted mean', (t) => {
  const noise = initialImage('noise', content, undefined, 3);
  const { data } = initialImage(shares(2, 1, 1), content, style, 3);
  for (const [i, value] of data.entries()) {
    const expected = (2 * content.data[i] + style.data[i] + noise.data[i]) / 4;
    t.true(Math.abs(value - expected) < 1e-6);
  }
});

test('a mix of one image is that image', (t) => {
  t.deepEqual(initialImage(shares(0.3, 0, 0), content, undefined, 1).data, content.data);
  t.deepEqual(initialImage(shares(0, 7, 0), content, style, 1).data, style.data);
  t.deepEqual(
    initialImage(shares(0, 0, 1), content, undefined, 1).data,
    initialImage('noise', content, undefined, 1).data,
  );
});

test('starts from the content if all weights are zero', (t) => {
  t.deepEqual(initialImage(shares(0, 0, 0), content, undefined, 1), content);
});

test('requires the style image if its weight is above zero', (t) => {
  t.true(startsFromStyle('style') && startsFromStyle(shares(1, 0.1, 0)));
  t.false(startsFromStyle('content') || startsFromStyle('noise') || startsFromStyle(shares(1, 0, 1)));
  for (const init of ['style', shares(1, 1, 0)] as const) {
    const error = t.throws(() => initialImage(init, content, undefined, 1), { instanceOf: WildstyleError });
    t.is(error?.code, 'internal');
  }
});

test('does not change its input images', (t) => {
  const before = [content.data.slice(), style.data.slice()];
  for (const init of ['content', 'style', 'noise', shares(1, 1, 1)] as const)
    initialImage(init, content, style, 1);
  t.deepEqual([content.data, style.data], before);
});
