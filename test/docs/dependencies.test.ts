import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { repositoryRoot } from '../support/paths.js';

const read = (...path: string[]) => readFileSync(join(repositoryRoot, ...path), 'utf8');
const manifest = JSON.parse(read('package.json'));

test('every dependency has its reason, and there are no others', (t) => {
  const [, run = '', optional = '', peer = '', develop = ''] = read('docs', 'dependencies.md').split(/^## /m);
  const namesIn = (section: string) =>
    [...section.matchAll(/^\| (`.+?`) \|/gm)]
      .flatMap(([, cell = '']) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name))
      .sort();
  t.deepEqual(namesIn(run), Object.keys(manifest.dependencies).sort());
  t.deepEqual(namesIn(optional), Object.keys(manifest.optionalDependencies).sort());
  t.deepEqual(namesIn(peer), Object.keys(manifest.peerDependencies).sort());
  t.deepEqual(namesIn(peer), Object.keys(manifest.peerDependenciesMeta).sort(), 'all peers are optional');
  t.deepEqual(namesIn(develop), Object.keys(manifest.devDependencies).sort());
});

test('no version of npm runs the install scripts of dependencies in a clone', (t) => {
  t.regex(read('.npmrc'), /^ignore-scripts=true$/m);
  t.deepEqual([...new Set(Object.values(manifest.allowScripts))], [false]);
});

test('the changelog has the version of the package', (t) => {
  t.true(read('CHANGELOG.md').includes(`## [${manifest.version}]`));
});
