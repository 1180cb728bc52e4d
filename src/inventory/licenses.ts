/** Reads the licenses of images: from files next to them, as REUSE defines (https://reuse.software), or from a CSV file. @module */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { forEachConcurrently } from '../files/concurrency.js';
import type { Job } from '../job/schema.js';
import { invalidLabels, readImageTable } from './csv-table.js';
import type { ImageRights } from './entries.js';

const maximumSidecarBytes = 1 << 16;

/**
 * Returns license and author of the images that have one, by path.
 * @param known paths of the images, relative to the root
 * @throws `labels-invalid` listing every invalid row of the CSV file by line
 */
export async function readLicenses(
  source: 'content' | 'style',
  { root, licenses }: Pick<Job['content'], 'root' | 'licenses'>,
  known: ReadonlySet<string>,
): Promise<Map<string, ImageRights>> {
  if (licenses === undefined) return new Map();
  if (licenses === 'sidecar') return readSidecars(root, known);
  const { csv, file, license, author } = licenses;
  const key = `${source}.licenses`;
  const cure = `Set ${key}.file, ${key}.license and ${key}.author to the names of the columns.`;
  const columns = author === undefined ? [license] : [license, author];
  const rows = await readImageTable({ csv, file, key: `${key}.csv`, cure }, columns, { root, known });
  const problems = rows.flatMap(({ where, problem }) =>
    problem === undefined ? [] : [`${where} ${problem}`],
  );
  if (problems.length > 0) throw invalidLabels(problems, 'Correct or remove these rows.');
  return new Map(rows.map(({ path, cells }) => [path, rightsOf(cells[0], cells[1])]));
}

async function readSidecars(root: string, known: ReadonlySet<string>): Promise<Map<string, ImageRights>> {
  const found = new Map<string, ImageRights>();
  await forEachConcurrently([...known], async (path) => {
    const sidecar = join(root, `${path}.license`);
    const size = await stat(sidecar).then(
      (status) => status.size,
      () => undefined,
    );
    if (size === undefined || size > maximumSidecarBytes) return;
    found.set(path, parseSidecar(await readFile(sidecar, 'utf8')));
  });
  return found;
}

/** Parses the tags of a REUSE sidecar. Several licenses apply together. */
export function parseSidecar(text: string): ImageRights {
  const valuesOf = (tag: string) =>
    [...text.matchAll(new RegExp(`^.*\\b${tag}:[ \\t]*(.+?)[ \\t]*$`, 'gm'))].map(([, value]) => value);
  return rightsOf(
    valuesOf('SPDX-License-Identifier').join(' AND '),
    valuesOf('SPDX-FileCopyrightText').join('; '),
  );
}

function rightsOf(license = '', author = ''): ImageRights {
  return { ...(license !== '' && { license }), ...(author !== '' && { author }) };
}
