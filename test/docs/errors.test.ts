import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { exitCodes } from '../../src/cli/failure.js';
import { errorCodes } from '../../src/errors.js';
import { repositoryRoot } from '../support/paths.js';

const text = readFileSync(join(repositoryRoot, 'docs', 'errors.md'), 'utf8');

test('every code is documented in the order of the sources, and no other', (t) => {
  t.deepEqual(
    [...text.matchAll(/^### (.+)$/gm)].map(([, code]) => code),
    [...errorCodes],
  );
});

test('every code has a cause and a cure', (t) => {
  const sections = text.split(/^### /m).slice(1);
  for (const section of sections) t.regex(section, /^[a-z-]+\n\n- Cause: .+\n(?: {2}.+\n)*- Cure: .+/);
});

test('the exit codes are those of the command line', (t) => {
  const documented = [...text.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
  t.deepEqual(documented, Object.values(exitCodes));
});
