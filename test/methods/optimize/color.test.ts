/** `color` and `blend` in whole optimizations. @module */
import test from 'ava';
import { grayOf, withLuminance } from '../../../src/images/color/luminance.js';
import { paletteOf } from '../../../src/images/color/match.js';
import type { RecipeInput } from '../../../src/methods/recipe.js';
import { createStylizer } from '../../../src/run/arrays/arrays.js';
import { isClose, meanSquaredDifference, pattern, quickInput } from '../../stylize/support.js';

const stylizer = await createStylizer({ threads: 1 });
test.after.always(() => stylizer.dispose());

/** A gray content and a red style. */
const content = grayOf(pattern(1));
const style = { ...pattern(2), data: pattern(2).data.map((value, i) => (i % 3 === 0 ? value : 0.3 * value)) };
const made = async (recipe: RecipeInput) => {
  const input = quickInput({ optimizer: 'lbfgs', steps: 15, style: { strength: 30 }, ...recipe });
  return { ...(await stylizer.stylize(content, style, input)), input };
};
/** How much redder than green an image is. */
const redness = ({ data }: { readonly data: Float32Array }) => {
  const { mean } = paletteOf({ data, shape: [] });
  return mean[0] - mean[1];
};

test('the result has the colors of the style unless it keeps those of the content', async (t) => {
  const [plain, kept, luminance, palette] = await Promise.all(
    (['style', 'content', 'luminance', 'palette'] as const).map((color) => made({ color })),
  );
  t.true(redness(plain.image) > 0.05);
  t.true(Math.abs(redness(kept.image)) < 0.3 * redness(plain.image), `${redness(kept.image)}`);
  t.true(Math.abs(redness(luminance.image)) < 1e-6);
  t.true(meanSquaredDifference(luminance.image.data, content.data) > 1e-4);
  const [own, target] = [paletteOf(palette.image), paletteOf(style)];
  for (const c of [0, 1, 2]) t.true(Math.abs(own.mean[c] - target.mean[c]) < 0.02);
});

test('the last loss is that of the optimized image, with the sources that were used', async (t) => {
  for (const color of ['style', 'content'] as const) {
    const { image, loss, input } = await made({ color });
    const { total } = await stylizer.evaluate(image, content, style, input);
    t.true(isClose(loss.final.total, total, 1e-4), color);
  }
});

test('blend mixes the content in', async (t) => {
  const [none, half, all] = await Promise.all([0, 0.5, 1].map((blend) => made({ blend })));
  t.deepEqual(none.image.data, content.data);
  t.deepEqual(all.image, (await made({})).image);
  t.true(
    half.image.data.every((value, i) => Math.abs(value - 0.5 * (content.data[i] + all.image.data[i])) < 1e-6),
  );
  t.deepEqual(half.loss, all.loss);
});

test('colors work with several stages and every start', async (t) => {
  for (const init of ['content', 'style', 'noise'] as const) {
    for (const color of ['content', 'luminance', 'palette'] as const) {
      const { image, recipe } = await made({
        size: 64,
        steps: 2,
        stages: [{ scale: 0.5, steps: 2 }],
        init,
        color,
      });
      t.true(image.data.every((value) => value >= 0 && value <= 1));
      t.is(recipe.color, color);
      if (color === 'luminance')
        t.true(meanSquaredDifference(withLuminance(content, image).data, image.data) < 1e-10);
    }
  }
});
