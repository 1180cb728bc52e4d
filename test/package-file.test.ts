import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import test from 'ava';
import { packageFile } from '../src/package-file.js';
import { temporaryFolder } from './dataset/support.js';

test('the nearest folder with a package.json is the root; no folder above it is searched', async (t) => {
  const folder = await temporaryFolder(t);
  const inner = join(folder, 'node_modules', 'inner');
  await mkdir(join(inner, 'dist', 'src'), { recursive: true });
  for (const root of [folder, inner]) await writeFile(join(root, 'package.json'), '{}');
  await writeFile(join(folder, 'only-outside'), '');
  await writeFile(join(inner, 'own'), '');
  const module = pathToFileURL(join(inner, 'dist', 'src', 'module.js'));
  t.is(packageFile('own', module)?.href, pathToFileURL(join(inner, 'own')).href);
  t.is(packageFile('only-outside', module), undefined);
});
