import test from 'ava';
import { createEngine, type Engine } from '../../../src/engine/index.js';
import { OptimizeMaker } from '../../../src/methods/optimize/maker.js';
import { padded, workingShape } from '../../../src/methods/optimize/pixels/working-shape.js';
import { sourceName } from '../../../src/methods/optimize/stages.js';
import { weights } from '../../stylize/requests.js';
import { pattern, quickRecipe } from '../../stylize/support.js';

const engine = await createEngine('onnx', { threads: 1 });

test('working shapes have edges that are multiples of 8, and at least 32', (t) => {
  t.deepEqual(workingShape([1, 171, 256, 3]), [1, 176, 256, 3]);
  t.deepEqual(workingShape([1, 256, 4, 3]), [1, 256, 32, 3]);
  t.deepEqual(workingShape([1, 176, 256, 3]), [1, 176, 256, 3]);
  const image = pattern(1, 32, 40);
  t.is(padded(image), image);
});

test('the result has the shape of the content, whatever it is, and similar shapes share their graphs', async (t) => {
  let compiled = 0;
  const counting: Engine = Object.assign(Object.create(engine), {
    compile: (...given: Parameters<Engine['compile']>) => {
      compiled++;
      return engine.compile(...given);
    },
  });
  const context = { weights: async () => weights, batch: () => 1, graphBytes: 1e10, now: () => 0 };
  const maker = new OptimizeMaker({ ...context, engine: counting });
  const make = async (height: number, width: number) => {
    const sources = {
      [sourceName.content(0)]: { key: `${height}x${width}`, tensor: pattern(1, height, width) },
      [sourceName.style(0)]: { key: 's', tensor: pattern(2, 48, 48) },
    };
    const recipe = quickRecipe({ optimizer: 'adam', steps: 2 });
    return (await maker.make({ recipe, sources, seed: 0 })).image;
  };
  for (const [height, width] of [
    [40, 33],
    [39, 37],
    [40, 40],
    [33, 34],
  ]) {
    const { shape, data } = await make(height, width);
    t.deepEqual(shape, [1, height, width, 3]);
    t.is(data.length, height * width * 3);
    t.true(data.every((value) => value >= 0 && value <= 1));
  }
  // A graph for the targets of content and style each, and one for the steps.
  t.is(compiled, 3);
  t.deepEqual((await make(7, 64)).shape, [1, 7, 64, 3]);
  maker.dispose();
});
