/** What `wildstyle init` tells of a draft. @module */
import test from 'ava';
import { draftLines, undecodableLines } from '../../src/cli/text/first-job-text.js';
import type { PlanEstimate } from '../../src/run/describe.js';
import type { Draft } from '../../src/run/first-job/draft.js';

const estimate: PlanEstimate = {
  ...{ seconds: 3600, bytes: 1e6, workers: 2, memoryBytes: 1e9, freeMemoryBytes: 1e10 },
  ...{ msPerStep: 425, sizePx: 64, measuredSizePx: 64, measurementAgeMs: 188 * 60_000 },
};

const draftOf = (parts: object): Draft =>
  ({
    proposal: {},
    prepared: { plan: { counts: { stylized: 20, originals: 9 } } },
    estimate,
    undecodable: [],
    ...parts,
  }) as unknown as Draft;

test('tells how old a remembered measurement is, in words that stay true in a file', (t) => {
  const step = (change: Partial<PlanEstimate>, since?: string) =>
    draftLines(draftOf({ estimate: { ...estimate, ...change } }), since).find((line) => /step/.test(line));
  t.is(step({}), 'A step of an image of 64 pixels takes 425 ms, measured at 64 px 3 h 08 min ago.');
  t.regex(
    step({}, 'before this file was written') ?? '',
    /at 64 px 3 h 08 min before this file was written\.$/,
  );
  t.regex(step({ measurementAgeMs: 900 }) ?? '', /measured at 64 px just now\.$/);
  t.regex(
    step({ sizePx: 256 }) ?? '',
    /256 pixels .*extrapolated from a measurement at 64 px 3 h 08 min ago/,
  );
});

test('counts photographs that only decoding found among those that were told before', (t) => {
  const content = {
    paths: ['animal/a.jpg', 'sea/b.jpg'],
    classes: { animal: 1, sea: 1 },
    odd: [],
    others: [],
  };
  const draft = draftOf({
    undecodable: [{ path: 'animal/cut.jpg', code: 'image-corrupt' }],
    places: { content: { ...content, outside: 0, arrangement: 'classes' } },
  });
  t.deepEqual(undecodableLines(draft), [
    '1 of the 3 photographs cannot be used and will be left out: animal/cut.jpg (image-corrupt).',
    'Photographs left: 2 images in 2 classes: animal 1, sea 1.',
  ]);
  t.deepEqual(undecodableLines(draftOf({})), []);
});
