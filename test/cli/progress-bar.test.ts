import { Writable } from 'node:stream';
import xterm from '@xterm/headless';
import test from 'ava';
import { progressLine, progressView } from '../../src/cli/terminal/progress-bar.js';
import type { Progress } from '../../src/run/progress/progress.js';
import { until } from '../support/command-line.js';

const progress = (doneItems: number): Progress => ({
  doneItems,
  failedItems: 0,
  totalItems: 8,
  doneStylized: doneItems,
  totalStylized: 8,
  doneSteps: doneItems,
  totalSteps: 8,
  elapsedMs: 1000 * doneItems,
  remainingMs: 1000 * (8 - doneItems),
  itemsPerMinute: doneItems > 0 ? 60 : 0,
  stylizedPerMinute: doneItems > 0 ? 60 : 0,
  workersBusy: 1,
});

/** A virtual terminal: a stream that writes to it, and the lines visible on it. */
function screen(rows: number) {
  const terminal = new xterm.Terminal({ rows, cols: 100, convertEol: true, allowProposedApi: true });
  const stream = Object.assign(
    new Writable({ write: (chunk, _encoding, done) => terminal.write(chunk, done) }),
    { isTTY: true, columns: 100, rows },
  ) as unknown as NodeJS.WriteStream;
  const lines = async (): Promise<string[]> => {
    await new Promise<void>((resolve) => stream.write('', () => resolve()));
    const { active } = terminal.buffer;
    return Array.from({ length: active.length }, (_, y) => active.getLine(y)?.translateToString(true) ?? '');
  };
  return { stream, lines };
}

for (const rows of [24, 4]) {
  test(`lines printed during progress stay visible on a terminal with ${rows} rows`, async (t) => {
    const { stream, lines } = screen(rows);
    stream.write('Making 8 images.\n');
    const view = progressView(stream);
    view.update(progress(1));
    view.print('failed: first.png');
    view.update(progress(2));
    view.print('failed: second.png');
    view.print('Stopping: finishing the images in progress.');
    view.update(progress(3));
    t.regex(
      (await lines()).filter(Boolean).at(-1) ?? '',
      /[█░]{28} 37% \| 3\/8 steps \| 3\/8 images \| 60 stylized\/min/,
      'the bar is last',
    );
    view.stop();
    stream.write('3 images in out.\n');
    t.deepEqual((await lines()).filter(Boolean), [
      'Making 8 images.',
      'failed: first.png',
      'failed: second.png',
      'Stopping: finishing the images in progress.',
      '3 images in out.',
    ]);
  });
}

test('a rate of stylized images is told once there is one', (t) => {
  const originalsOnly = { ...progress(3), doneStylized: 0, stylizedPerMinute: 0 };
  t.is(progressLine(originalsOnly), '37% | 3/8 steps | 3/8 images | 5 s left');
  t.is(progressLine(progress(3)), '37% | 3/8 steps | 3/8 images | 60 stylized/min | 5 s left');
});

test('the last image fills the bar', async (t) => {
  const { stream, lines } = screen(24);
  const view = progressView(stream);
  const steps = { totalSteps: 240, remainingMs: 0 };
  view.update({ ...progress(1), ...steps, doneSteps: 60 });
  t.regex((await lines())[0], /[█░]{28} 25% \| 60\/240 steps \| 1\/8 images/);
  view.update({ ...progress(8), ...steps, doneSteps: 240 });
  await until('the bar is drawn again', async () =>
    /█{28} 100% \| 240\/240 steps \| 8\/8 images/.test((await lines())[0]),
  );
  t.pass();
  view.stop();
});

test('lines in a log file have a time', (t) => {
  let written = '';
  const view = progressView({
    write(text: string) {
      written += text;
    },
  } as unknown as NodeJS.WriteStream);
  view.update({ ...progress(1), elapsedMs: 60_000 });
  t.regex(
    written,
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ 12% \| 1\/8 steps \| 1\/8 images \| 60 stylized\/min \| 7 s left\n$/,
  );
  written = '';
  view.print('first\nsecond');
  t.regex(written, /^\S+Z first\n\S+Z second\n$/);
});

test('one line says images, steps, and the rate of stylized images', (t) => {
  const none = { ...progress(0), totalSteps: 240, remainingMs: undefined };
  t.is(progressLine(none), '0% | 0/240 steps | 0/8 images | estimating', 'no rate before the first image');
  const mixed = { ...progress(3), doneStylized: 1, totalStylized: 6, stylizedPerMinute: 20, failedItems: 1 };
  t.is(
    progressLine({ ...mixed, doneSteps: 60, totalSteps: 240 }),
    '25% | 60/240 steps | 3/8 images, 1 failed | 20 stylized/min | 5 s left',
  );
  const originals = { ...progress(4), totalStylized: 0, stylizedPerMinute: 0, doneSteps: 0, totalSteps: 0 };
  t.is(progressLine(originals), '50% | 4/8 images | 60 images/min | 4 s left');
});
