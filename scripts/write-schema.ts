/**
 * Writes `schema/job.schema.json` from the zod schema of a job. With `--check`, fails if the file is out of date.
 * @module
 */

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jobJsonSchema } from '../src/job/schema.js';
import { repositoryRoot } from './docs/repository.js';

const file = join(repositoryRoot, 'schema/job.schema.json');
const fresh = `${JSON.stringify(jobJsonSchema(), null, 2)}\n`;

if (process.argv.includes('--check')) {
  const found = await readFile(file, 'utf8').catch(() => '');
  if (found !== fresh) {
    console.error('schema/job.schema.json is out of date: run `npm run schema`.');
    process.exitCode = 1;
  }
} else {
  await writeFile(file, fresh);
}
