/** Loss curves of items in work. @module */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import type { Counts } from '../../src/dataset/ledger/tally.js';
import { outputPaths } from '../../src/dataset/output-paths.js';
import { readStatus } from '../../src/dataset/status/status-file.js';
import { nodeFileSystem } from '../../src/files/file-system.js';
import { ItemCurves } from '../../src/run/pool/item-curves.js';
import { StatusReporter } from '../../src/run/progress/status-reporter.js';
import { until } from '../support/command-line.js';

const entry = (path: string) => ({ path, digest: '0', label: 'l' }) as never;
const point = (step: number, total: number) => ({ step, total, terms: {} });

test('curves are those of the items in work, and taken once', (t) => {
  const curves = new ItemCurves();
  t.is(curves.take(), undefined);
  const [a, b] = [curves.begin('a'), curves.begin('b')];
  a.onPoint?.(point(0, 9));
  a.onPoint?.(point(5, 4));
  t.deepEqual(curves.take(), [{ id: 'a', step: 5, losses: [9, 4] }], 'b has no loss yet');
  t.is(curves.take(), undefined, 'nothing is new');
  b.onPoint?.(point(0, 7));
  curves.end('a');
  t.deepEqual(curves.take(), [{ id: 'b', step: 0, losses: [7] }]);
});

test('an optimization that begins anew has a new curve; the next size continues it', (t) => {
  const curves = new ItemCurves();
  const { onPoint } = curves.begin('a');
  for (const [step, loss] of [
    [0, 9],
    [5, 30],
    [0, 9],
    [5, 6],
    [10, 5],
    [10, 8],
    [15, 3],
  ])
    onPoint?.(point(step, loss));
  t.deepEqual(curves.take(), [{ id: 'a', step: 15, losses: [9, 6, 5, 8, 3] }]);
});

test('the status of a run has some curves of each worker, and none at its end', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'wildstyle-curves-'));
  t.teardown(() => rm(root, { recursive: true }));
  await mkdir(outputPaths(root).workFolder);
  const counts = { items: 90, complete: 0, failed: 0, pending: 90, errors: {} } as Counts;
  const reporter = new StatusReporter({
    ...{ place: root, startedAt: new Date(0), items: 90, complete: 0, errors: {}, deadline: undefined },
    fileSystem: nodeFileSystem,
  });
  const inWork = (worker: string) =>
    Array.from({ length: 30 }, (_, index) => ({
      id: `${worker}${index}`,
      sources: { content: entry(`${worker}${index}.jpg`), style: entry('s.jpg') },
      ...{ step: 5, losses: [9.123456, 4] },
    }));
  const progress = { doneItems: 0, failedItems: 0, totalItems: 90, doneSteps: 1, totalSteps: 9 };
  const ofStylized = { doneStylized: 0, totalStylized: 90, stylizedPerMinute: 0, workersBusy: 0.5 };
  const workers = ['a', 'b'].map((name, index) => ({ pid: index + 1, items: 40, inWork: inWork(name) }));
  const rates = { elapsedMs: 1, remainingMs: undefined, itemsPerMinute: 0 };
  reporter.see({ type: 'progress', progress: { ...progress, ...ofStylized, ...rates }, workers });
  reporter.see({ type: 'draining', cause: 'signal' });
  const status = await until('the curves', async () => {
    const found = await readStatus(root);
    return found?.inWork?.length ? found : undefined;
  });
  t.deepEqual(status.inWork?.map(({ id }) => id[0]).join(''), `${'a'.repeat(12)}${'b'.repeat(12)}`);
  t.deepEqual(status.inWork?.[0], { id: 'a0', image: 'a0.jpg', style: 's.jpg', step: 5, losses: [9.123, 4] });
  t.deepEqual(status.workers, [
    { pid: 1, items: 40, inWork: 30 },
    { pid: 2, items: 40, inWork: 30 },
  ]);
  await reporter.end({ status: 'stopped', stoppedBy: 'signal' }, counts);
  t.deepEqual((await readStatus(root))?.inWork, []);
});
