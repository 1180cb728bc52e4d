import test from 'ava';
import { downloadView } from '../../src/cli/terminal/download-bar.js';

test('a log file gets a line every ten seconds, with the rate of this attempt', (t) => {
  let text = '';
  const stream = { isTTY: false, write: (part: string) => (text += part) } as unknown as NodeJS.WriteStream;
  const view = downloadView(stream, 20e6);
  for (const seconds of [1, 5, 10, 15, 20]) view.update(20e6 + 2e6 * seconds, 80e6, 1000 * seconds);
  view.stop();
  t.is(
    text,
    '50% | 40 MB of 80 MB | 2 MB per second | 20 s left\n75% | 60 MB of 80 MB | 2 MB per second | 10 s left\n',
  );
});
