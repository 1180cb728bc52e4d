import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { parseSidecar, readLicenses } from '../../src/inventory/licenses.js';

test('a REUSE sidecar has licenses and copyright holders', (t) => {
  const text = `
SPDX-FileCopyrightText: 2019 Jane Doe <jane@example.com>
SPDX-FileCopyrightText: 2020 Joe
# SPDX-License-Identifier: CC-BY-4.0
`;
  t.deepEqual(parseSidecar(text), {
    license: 'CC-BY-4.0',
    author: '2019 Jane Doe <jane@example.com>; 2020 Joe',
  });
  t.deepEqual(parseSidecar('nothing'), {});
});

test('a CSV file has a row for each image; sidecars are beside the images', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'wildstyle-licenses-'));
  t.teardown(() => rm(root, { recursive: true }));
  for (const name of ['a.png', 'b.png', 'c.png']) await writeFile(join(root, name), '');
  const csv = join(root, 'rights.csv');
  await writeFile(csv, 'file,license,by\na.png,CC0-1.0,Ann\nb.png,,Bob\n');
  const known = new Set(['a.png', 'b.png', 'c.png']);
  const source = { root, licenses: { csv, file: 'file', license: 'license', author: 'by' } };
  const found = await readLicenses('style', source, known);
  t.deepEqual(Object.fromEntries(found), {
    'a.png': { license: 'CC0-1.0', author: 'Ann' },
    'b.png': { author: 'Bob' },
  });
  await writeFile(csv, 'file,license,by\nlost.png,CC0-1.0,Ann\n');
  await t.throwsAsync(readLicenses('style', source, known), {
    code: 'labels-invalid',
    message: /rights\.csv:2 names "lost\.png", which does not exist/,
  });
  const renamed = { root, licenses: { ...source.licenses, license: 'licence' } };
  await t.throwsAsync(readLicenses('style', renamed, known), {
    code: 'labels-invalid',
    message: /no column "licence"; did you mean "license"/,
  });
  await writeFile(join(root, 'c.png.license'), 'SPDX-License-Identifier: MIT\n');
  const sidecars = await readLicenses('content', { root, licenses: 'sidecar' }, known);
  t.deepEqual(Object.fromEntries(sidecars), { 'c.png': { license: 'MIT' } });
});
