import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { exitCodes } from '../../src/cli/failure.js';
import { type ErrorCode, errorCodes, severityOf } from '../../src/errors.js';
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

test('the documented scope and exit code of every code are those of the sources', (t) => {
  const documented = [...text.matchAll(/^### (.+)\n(?:.*\n)+?- Scope: `(.+)`\. Exit code: (\d+)\.$/gm)].map(
    ([, code, scope, exitCode]) => [code, { scope, exitCode: Number(exitCode) }],
  );
  t.deepEqual(
    documented,
    errorCodes.map((code) => [code, severityOf(code)]),
  );
});

test('the documented scopes are those of the sources', (t) => {
  const documented = [...text.matchAll(/^- `(item|run|job)`: /gm)].map(([, scope]) => scope);
  t.deepEqual(documented.sort(), [...new Set(errorCodes.map((code) => severityOf(code).scope))].sort());
});

test('running again resumes in the next window, after a broken download, an engine failure, another run in the folder and trouble of the machine, or with the missing shards', (t) => {
  const resumable = errorCodes.filter((code) => severityOf(code).exitCode === exitCodes.stopped);
  t.deepEqual(resumable, [
    ...[
      'outside-window',
      'download-interrupted',
      'engine-failed',
      'output-in-use',
      'disk-full',
      'disk-failed',
      'lock-lost',
    ],
    ...['input-unavailable', 'resources-exhausted', 'workers-failing', 'shard-missing'],
  ]);
});

test('a problem with one image fails one item; a problem with the output folder ends the run', (t) => {
  const scopeOf = (code: ErrorCode) => severityOf(code).scope;
  for (const code of errorCodes) if (code.startsWith('image-')) t.is(scopeOf(code), 'item', code);
  for (const code of ['disk-full', 'output-unwritable', 'output-in-use'] as const)
    t.is(scopeOf(code), 'run', code);
  for (const code of ['job-invalid', 'output-differs', 'dataset-invalid'] as const)
    t.is(scopeOf(code), 'job', code);
});
