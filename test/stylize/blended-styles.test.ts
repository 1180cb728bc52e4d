/** Several styles in one image: every style loss is a weighted sum over them. @module */
import test from 'ava';
import { createStylizer } from '../../src/run/arrays/arrays.js';
import { type StyleLossName, styleLosses, styleLossNames } from '../../src/stylize/terms/index.js';
import { isClose, pattern, quickInput } from './support.js';

const stylizer = await createStylizer({ threads: 1 });
test.after.always(() => stylizer.dispose());

const [image, content] = [pattern(1), pattern(2)];
const [first, second] = [pattern(3, 36, 40), pattern(4, 48, 32)];
const shares = [0.75, 0.25];

for (const loss of styleLossNames) {
  test(`${loss}: value and gradient are the weighted sum of those for each style`, async (t) => {
    // All positions are read, so that nothing depends on the places drawn.
    const places = 'places' in styleLosses[loss as StyleLossName].parameters ? { places: 4096 } : undefined;
    const recipe = (mix: readonly number[]) =>
      quickInput({
        content: { weight: 0 },
        style: { loss: { [loss]: places ?? 1 }, mix: [...mix], layers: ['relu2_1'] },
      });
    const both = await stylizer.evaluate(image, content, [first, second], recipe([3, 1]));
    const alone = await Promise.all(
      [first, second].map((style) => stylizer.evaluate(image, content, style, recipe([1]))),
    );
    // Directions are drawn for each term.
    const isDrawn = loss === 'slicedWasserstein';
    const expected = alone.map(({ terms }, i) => shares[i] * terms[`style.${loss}`]);
    const values = [both.terms[`style.${loss}`], both.terms[`style2.${loss}`]];
    t.true(isClose(values[0], expected[0], 1e-4), `${values} ${expected}`);
    t.true(isClose(values[1], expected[1], isDrawn ? 0.5 : 1e-4), `${values} ${expected}`);
    t.true(isClose(both.total, values[0] + values[1], 1e-5));
    if (isDrawn) return;
    const sum = alone[0].gradient.data.map((value, i) => (3 / 4) * value + alone[1].gradient.data[i] / 4);
    const size = Math.hypot(...sum);
    const off = Math.hypot(...sum.map((value, i) => value - both.gradient.data[i]));
    t.true(off < 1e-4 * size, `${off / size}`);
  });
}

test('an image between two styles has a loss near both', async (t) => {
  const recipe = quickInput({ content: { weight: 0 }, steps: 40, style: { mix: [1, 1] } });
  const { image: blended, loss, recipe: applied } = await stylizer.stylize(content, [first, second], recipe);
  t.deepEqual(applied.style.mix, [0.5, 0.5]);
  t.deepEqual(Object.keys(loss.final.terms), [
    'content.features',
    'style.gram',
    'style2.gram',
    'totalVariation',
  ]);
  const toFirst = await stylizer.stylize(content, first, {
    ...recipe,
    style: { layers: recipe.style?.layers },
  });
  const of = async (at: typeof blended, style: typeof first) =>
    (await stylizer.evaluate(at, content, style, { ...recipe, style: { layers: recipe.style?.layers } }))
      .total;
  const [blendedToSecond, firstToSecond] = [await of(blended, second), await of(toFirst.image, second)];
  t.true(blendedToSecond < 0.6 * firstToSecond, `${blendedToSecond} ${firstToSecond}`);
});

test('the number of weights must be the number of styles', async (t) => {
  const recipe = quickInput({ style: { mix: [1, 1] } });
  await t.throwsAsync(stylizer.stylize(content, first, recipe), {
    message: /style\.mix has 2 weights, but the number of style images is 1/,
  });
  const styles = Array.from({ length: 9 }, () => first);
  await t.throwsAsync(stylizer.stylize(content, styles, quickInput()), { message: /1 to 8/ });
});
