import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { fillRegions } from '../../scripts/docs/regions.js';
import { repositoryRoot } from '../support/paths.js';

const read = (...path: string[]) => readFileSync(join(repositoryRoot, ...path), 'utf8');

test('generated regions are up to date', (t) => {
  const script = fileURLToPath(new URL('../../scripts/write-docs.js', import.meta.url));
  t.notThrows(() => execFileSync(process.execPath, [script, '--check'], { encoding: 'utf8' }));
});

test('docs/library.md shows the tested example, as users of the package write it', (t) => {
  const code = read('examples', 'library.ts').replace(/^\/\*\*[\s\S]*?\*\/\n/, '');
  t.true(code.startsWith('import '));
  t.true(read('docs', 'library.md').includes(code.replace("'../src/index.js'", "'wildstyle'")));
});

test('the reference of jobs has every key of the schema', (t) => {
  const [, formats = ''] = read('docs', 'formats.md').split(/<!-- (?:begin|end): job /);
  const rows = new Map(
    [...formats.matchAll(/^\| `([\w.]+)` \| (.*?) \| (.*?) \|/gm)].map(([, ...row]) => [row[0], row]),
  );
  t.deepEqual(rows.get('recipe.steps')?.slice(1), ['whole number from 1 to 10000', '`50`']);
  t.deepEqual(rows.get('content.labels.csv')?.slice(1), ['text', 'required']);
  t.deepEqual(rows.get('recipe.learningRate')?.slice(1), ['number above 0 up to 10', '']);
  t.deepEqual(rows.get('seed')?.slice(1), ['whole number', '`0`']);
});

test('replacing a region leaves the rest of the page alone', (t) => {
  const document = 'a\n<!-- begin: x (written by npm run docs) -->\nold\n<!-- end: x -->\nb\n';
  const filled = fillRegions(document, { x: 'new' });
  t.is(filled, 'a\n<!-- begin: x (written by npm run docs) -->\n\nnew\n\n<!-- end: x -->\nb\n');
  t.is(fillRegions(filled, { x: 'new' }), filled);
  t.throws(() => fillRegions(document, { y: 'new' }), { message: /regions x, not y/ });
  t.throws(() => fillRegions(document.replace('end', 'emd'), { x: 'new' }), { message: /one end comment/ });
});
