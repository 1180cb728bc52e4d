import test from 'ava';
import { folderNameProblem } from '../../src/job/folder-name.js';
import { didYouMean, editDistance, nearest } from '../../src/job/messages/suggest.js';

test('edit distance', (t) => {
  t.is(editDistance('steps', 'steps'), 0);
  t.is(editDistance('stpes', 'steps'), 1);
  t.is(editDistance('kitten', 'sitting'), 3);
  t.is(editDistance('', 'abc'), 3);
  t.is(editDistance('Size', 'size'), 0);
  t.is(editDistance('abcd', 'badc'), 2);
});

test('finds the nearest word, if one is near enough', (t) => {
  t.is(nearest('stesp', ['style', 'steps', 'size']), 'steps');
  t.is(nearest('x', ['style', 'steps']), undefined);
  t.is(nearest('totalvariation', ['totalVariation']), 'totalVariation');
  t.is(nearest('y'.repeat(1e6), ['steps']), undefined);
  t.is(didYouMean('stlye', ['style']), '; did you mean "style"?');
  t.is(didYouMean('qqqqqq', ['style']), '');
});

test('rejects names that cannot be folders on every system', (t) => {
  for (const name of ['cat', 'Maine Coon', 'été', '猫', 'n02123045', 'con-artist', 'a.b']) {
    t.is(folderNameProblem(name), undefined, name);
  }
  for (const name of [
    '',
    '.',
    '..',
    '.git',
    'a/b',
    'a\\b',
    'a:b',
    'CON',
    '__proto__',
    'nul.txt',
    'a ',
    'a.',
    'a\nb',
    'é'.repeat(101),
  ]) {
    t.is(typeof folderNameProblem(name), 'string', name);
  }
});
