/** Decay of the learning rate, the end at a plateau, and the delivery of an average. @module */
import test from 'ava';
import { relativeRate } from '../../src/stylize/schedule/decay.js';
import { followed, isPlateau, type Lowest, plateauSteps } from '../../src/stylize/schedule/plateau.js';
import type { Stylized } from '../../src/stylize/stylizer.js';
import { disturbed, onnx, request, stylizerOn } from './requests.js';
import { isClose } from './support.js';

test('the learning rate falls along a cosine, in steps, or not at all', (t) => {
  t.is(relativeRate('cosine', 0, 50), 1);
  t.true(Math.abs(relativeRate('cosine', 25, 50) - 0.5) < 1e-12);
  const last = relativeRate('cosine', 49, 50);
  t.true(last > 0 && last < 0.01);
  t.is(relativeRate('none', 49, 50), 1);
  // 0.9 after every 80 steps, as in the code of Li et al. 2017.
  const every80 = [0, 79, 80, 159, 160].map((step) => relativeRate({ factor: 0.9, every: 80 }, step, 500));
  t.deepEqual(every80, [1, 1, 0.9, 0.9, 0.9 ** 2]);
});

test('a plateau is ten steps without a fall that counts', (t) => {
  const endsAt = (losses: readonly number[], fall: number): number | undefined => {
    let lowest: Lowest | undefined;
    for (const [step, loss] of losses.entries()) {
      lowest = followed(lowest, { step, loss }, fall);
      if (isPlateau(lowest, step, fall)) return step;
    }
    return undefined;
  };
  const flat = Array(50).fill(1);
  t.is(endsAt(flat, 0), undefined);
  t.is(endsAt(flat, 0.01), plateauSteps);
  // Falls of 0.05 % add up to 1 % after 20 steps only, those of 0.2 % after 5.
  const slow = (fall: number) => Array.from({ length: 50 }, (_, step) => (1 - fall) ** step);
  t.is(endsAt(slow(0.0005), 0.01), plateauSteps);
  t.is(endsAt(slow(0.002), 0.01), undefined);
  // A rise does not count, and neither does the way back.
  t.is(endsAt([1, 0.5, ...Array(40).fill(0.7)], 0.01), 1 + plateauSteps);
});

const steps = 60;

test('an item ends at a plateau, and the next one takes over its row', async (t) => {
  const stylizer = stylizerOn(onnx, 1);
  const asked = { optimizer: 'adam', steps, plateau: 0.02 } as const;
  const [early, next] = await Promise.all([
    stylizer.stylize(request(1, 11, asked)),
    stylizer.stylize(request(2, 12, { optimizer: 'adam', steps: 5 })),
  ]);
  t.true(early.isPlateau);
  t.true(early.steps >= plateauSteps && early.steps < steps, `${early.steps}`);
  t.is(early.evaluations, early.steps + 1);
  t.is(early.curve.at(-1)?.step, early.steps);
  t.deepEqual(next, await stylizerOn(onnx, 1).stylize(request(2, 12, { optimizer: 'adam', steps: 5 })));
  // Until its end it is the same optimization as without.
  const whole = await stylizer.stylize(request(1, 11, { ...asked, plateau: 0 }));
  t.false(whole.isPlateau);
  t.is(whole.steps, steps);
  const common = early.curve.slice(0, -1);
  t.deepEqual(whole.curve.slice(0, common.length), common);
});

const totalOf = ({ curve }: Stylized): number => curve[curve.length - 1].total;

for (const optimizer of ['adam', 'sgd', 'rmsprop'] as const) {
  test(`${optimizer}: the average is delivered, and the last loss is its loss`, async (t) => {
    const stylizer = stylizerOn(onnx);
    const made = await stylizer.stylize(request(1, 11, { optimizer, steps: 20, average: 0.9 }));
    t.is(made.steps, 20);
    t.is(made.evaluations, 21);
    t.is(made.curve.at(-1)?.step, 20);
    // Evaluated anew, as the initial image of another optimization.
    const again = await stylizer.stylize({
      ...request(1, 11, { optimizer, steps: 1, average: 0.9 }),
      initial: made.image,
    });
    t.true(isClose(again.curve[0].total, totalOf(made), 1e-5));
    const last = await stylizer.stylize(request(1, 11, { optimizer, steps: 20, decay: 'none' }));
    t.notDeepEqual(last.image, made.image);
    // The iterates are the same, so the curves differ in the last point only.
    t.deepEqual(made.curve.slice(0, -1), last.curve.slice(0, -1));
  });
}

test('whoever watches sees each point of the curve', async (t) => {
  const seen: unknown[] = [];
  const stylizer = stylizerOn(onnx);
  const { curve } = await stylizer.stylize({
    ...request(1, 11, { optimizer: 'adam', steps: 30 }),
    watch: { onPoint: (point) => seen.push(point) },
  });
  t.true(curve.length > 10);
  t.deepEqual(seen, curve);
  stylizer.dispose();
});

test('an average that is ended early, at a plateau or after a restart is measured once more', async (t) => {
  const finish = new AbortController();
  const onStep = (step: number) => {
    if (step === 3) finish.abort();
  };
  const asked = { optimizer: 'adam', steps, average: 0.5 } as const;
  const stylizer = stylizerOn(onnx);
  const ended = await stylizer.stylize({
    ...request(1, 11, asked),
    watch: { onStep, finish: finish.signal },
  });
  // The end is noticed after step 4, and the average includes the update that follows it.
  t.is(ended.steps, 5);
  const whole = await stylizer.stylize(request(1, 11, { ...asked, steps: 5 }));
  t.deepEqual(ended.image, whole.image);
  t.deepEqual(ended.curve.at(-1), whole.curve.at(-1));
  const flat = await stylizer.stylize(request(1, 11, { ...asked, plateau: 0.05 }));
  t.true(flat.isPlateau && flat.steps < steps);
  t.is(flat.evaluations, flat.steps + 1);
  const shaken = stylizerOn(disturbed(onnx, (step) => (step === 4 ? [0] : [])));
  const restarted = await shaken.stylize(request(1, 11, { ...asked, steps: 4 }));
  t.is(restarted.restarts, 1);
  const gentle = await stylizer.stylize(request(1, 11, { ...asked, steps: 4, learningRate: 0.02 * 0.3 }));
  t.deepEqual(restarted.image, gentle.image);
});
