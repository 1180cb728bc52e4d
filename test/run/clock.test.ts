/** The clock of the machine is set back while a run goes on. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { statusText } from '../../src/cli/text/status-text.js';
import { outputPaths } from '../../src/dataset/output-paths.js';
import { folderStatus } from '../../src/dataset/status/folder-status.js';
import { nodeFileSystem } from '../../src/files/file-system.js';
import { contentsOf, faultsOf, smallRun } from '../crash/support/small-run.js';

const RealDate = Date;
const stepMs = -3600e3;

/** Sets the clock. */
function shiftClock(byMs: number): void {
  globalThis.Date = class extends RealDate {
    constructor(...given: unknown[]) {
      super(...((given.length === 0 ? [RealDate.now() + byMs] : given) as [number]));
    }
    static override now(): number {
      return RealDate.now() + byMs;
    }
  } as DateConstructor;
}

test('a run whose clock is set back by an hour takes no negative time, and tells its status', async (t) => {
  const small = await smallRun();
  t.teardown(() => {
    globalThis.Date = RealDate;
    return small.job.remove();
  });
  const expected = await contentsOf(await small.whole());
  const root = join(small.job.folder, 'root/out');
  let statuses = 0;
  const fileSystem = {
    ...nodeFileSystem,
    rename: (from: string, to: string) => {
      if (to === outputPaths(root).status) statuses++;
      return nodeFileSystem.rename(from, to);
    },
  };
  let statusesBefore = 0;
  const { elapsedMs, status } = await small.run(root, {
    fileSystem,
    onDone() {
      statusesBefore ||= statuses;
      shiftClock(stepMs);
    },
  });
  t.is(status, 'complete');
  t.true(elapsedMs >= 0 && elapsedMs < 60_000, `${elapsedMs} ms`);
  t.true(statuses > statusesBefore, 'the status is written on');
  const text = statusText(await folderStatus(root), 'out', Date.now());
  t.regex(text, /complete/);
  t.notRegex(text, /-\d+ ?(?:s|min|h)\b/);
  t.deepEqual(await faultsOf(root, expected), []);
  const { startedAt, finishedAt } = JSON.parse(await readFile(outputPaths(root).summary, 'utf8'));
  t.true(Date.parse(startedAt) - Date.parse(finishedAt) > 3e6, 'the clock was set back');
});
