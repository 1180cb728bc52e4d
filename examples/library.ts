/**
 * Runs a job, then stylizes an array and evaluates the objective on it.
 * Usage: node dist/examples/library.js job.yaml [key=value ...]
 * @module
 */
import { evaluate, type HostTensor, loadJob, prepare, runPlan, stylize } from '../src/index.js';

// Run a job as `wildstyle run` does. Overrides have the syntax of --set.
const [file = 'configs/demo.yaml', ...overrides] = process.argv.slice(2);
const prepared = await prepare(await loadJob(file, { overrides }));
console.log(`planned: ${prepared.plan.counts.stylized} stylized images`);
const { status, counts, root } = await runPlan(prepared, {
  onEvent(event) {
    if (event.type === 'progress') {
      const { doneItems, totalItems } = event.progress;
      console.log(`${doneItems} of ${totalItems} images`);
    } else if (event.type === 'failed') {
      console.log(`failed: ${event.record.sources.content?.path}: ${event.record.error.code}`);
    }
  },
});
console.log(`${status}: ${counts.complete} images in ${root}`);

// Stylize an array, without a job: RGB in [0, 1], [height, width, 3].
const isInside = (x: number, y: number) => Math.hypot(x - 0.5, y - 0.5) < 0.3;
const content = picture((x, y) => (isInside(x, y) ? [x, y, 0.9] : [0.2, 0.5, y]));
const style = picture((x, y) => [Math.sin(40 * x) ** 2, Math.sin(30 * (x + y)) ** 2, 0.2]);
const recipe = { steps: 20, style: { strength: 20 } } as const;
const { image, loss } = await stylize(content, style, recipe);
console.log(`loss ${loss.initial.total.toFixed(2)} -> ${loss.final.total.toFixed(2)}`);

// Evaluate the objective at any image: every part of every term, and the gradient.
const { parts, gradient } = await evaluate(image, content, style, recipe);
for (const { term, part, scaled, weight } of parts) {
  console.log(`${term} ${part}: ${scaled.toFixed(4)} x ${weight}`);
}
console.log(`gradient [${gradient.shape}]`);

function picture(color: (x: number, y: number) => readonly [number, number, number]): HostTensor {
  const [height, width] = [48, 64];
  const pixels = Array.from({ length: height * width }, (_, i) =>
    color((i % width) / width, Math.floor(i / width) / height),
  );
  return { data: Float32Array.from(pixels.flat()), shape: [height, width, 3] };
}
