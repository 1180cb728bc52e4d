import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import test from 'ava';
import { absolutePath } from '../../src/job/absolute-path.js';
import { parseJob } from '../../src/job/load.js';

test('a path of a job is relative to its folder, or to the home folder after a tilde', (t) => {
  const folder = resolve('/jobs');
  t.is(absolutePath(folder, 'photos'), join(folder, 'photos'));
  t.is(absolutePath(folder, '/data'), resolve('/data'));
  t.is(absolutePath(folder, '~/photos'), join(homedir(), 'photos'));
  t.is(absolutePath(folder, '~'), homedir());
  t.is(absolutePath(folder, '~other/photos'), join(folder, '~other/photos'));
  t.is(absolutePath(folder, 'a/~/b'), join(folder, 'a/~/b'));
});

test('every path of a job knows the home folder', (t) => {
  const text =
    'content: { root: ~/a }\nstyle: { root: ~/b }\noutput: { root: ~/c }\nrecipe: { network: vgg19 }\nrun: { weights: ~/d }\n';
  const { content, style, output, run } = parseJob('job.yaml', text);
  t.deepEqual(
    [content.root, style.root, output.root, run.weights],
    ['a', 'b', 'c', 'd'].map((name) => join(homedir(), name)),
  );
});
