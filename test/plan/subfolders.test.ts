import test from 'ava';
import { makePlan } from '../../src/plan/plan.js';
import { contentsOf, jobWith, network, stylesOf } from './synthetic.js';

test('with subfolders, the first two digits of an id are its folder; ids, and all else, stay', (t) => {
  const job = jobWith();
  const images = { contents: contentsOf({ cat: 300, dog: 3 }), styles: stylesOf({ s: 2 }) };
  const itemsOf = (subfolders: boolean) => [
    ...makePlan({ ...job, output: { ...job.output, subfolders } }, images, network).items(),
  ];
  const flat = itemsOf(false);
  const divided = itemsOf(true);
  t.deepEqual(
    divided.map(({ file: _, ...rest }) => rest),
    flat.map(({ file: _, ...rest }) => rest),
  );
  for (const { file, label, id } of divided) t.is(file, `train/${label}/${id.slice(0, 2)}/${id}.jpg`);
  const sizes = new Map<string, number>();
  for (const { file } of divided) {
    const folder = file.slice(0, file.lastIndexOf('/'));
    sizes.set(folder, (sizes.get(folder) ?? 0) + 1);
  }
  t.true(sizes.size > 200 && Math.max(...sizes.values()) < 15, String(Math.max(...sizes.values())));
});
