import test from 'ava';
import { loadJob } from '../../../src/job/load.js';
import type { ResolvedRecipe } from '../../../src/methods/index.js';
import { measuredSizePx, measureSteps } from '../../../src/run/estimate/measure-steps.js';
import type { Makers } from '../../../src/run/item/makers.js';
import { prepare } from '../../../src/run/preparing/prepare.js';
import { noSteps } from '../../../src/stylize/step-totals.js';
import { smallJob } from '../../support/small-job.js';

interface Made {
  readonly recipe: ResolvedRecipe;
  readonly sources: Readonly<Record<string, { readonly tensor: { readonly shape: readonly number[] } }>>;
}

test('however large the images are to be, steps are measured at a small size', async (t) => {
  const job = await smallJob({ recipe: { size: 1024, stages: [{ scale: 0.5, steps: 5 }] } });
  t.teardown(job.remove);
  const prepared = await prepare(await loadJob(job.file));
  const stylized = [...prepared.plan.items()].find(({ kind }) => kind === 'stylized');
  const recipe = (stylized as { recipe?: ResolvedRecipe }).recipe as ResolvedRecipe;
  t.is(recipe.size, 1024);
  const made: Made[] = [];
  const makers = {
    totals: noSteps,
    of: () => ({ make: async (item: Made) => void made.push(item) }),
  } as unknown as Makers;
  await measureSteps(makers, recipe, () => 2);
  t.is(made.length, 4, 'a warm-up and the measurement, two images each');
  for (const { recipe: measured, sources } of made) {
    t.is(measured.size, measuredSizePx);
    for (const [role, { tensor }] of Object.entries(sources))
      t.true(Math.max(...tensor.shape) <= measuredSizePx, `${role}: ${tensor.shape}`);
  }
});
