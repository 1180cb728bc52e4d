import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { type ErrorCode, WildstyleError } from '../../src/errors.js';
import { loadJob } from '../../src/job/load.js';
import { folderWith } from './folder.js';

const refused = test.macro({
  async exec(t, content: string | Uint8Array, code: ErrorCode, message: string) {
    const folder = folderWith(t, { 'job.yaml': content });
    const error = await t.throwsAsync<WildstyleError>(loadJob(join(folder, 'job.yaml')), {
      instanceOf: WildstyleError,
    });
    t.is(error.code, code);
    t.is(error.message.replaceAll(`${folder}/`, ''), message);
  },
  title: (name) => `refuses ${name}`,
});

const keys = 'a map with the keys seed, content, style, split, sampling, gate, recipe, output, run';

test(
  'an empty file',
  refused,
  '',
  'job-invalid',
  `job.yaml:1:1 expected ${keys}, got nothing\n   1 | \n     | ^`,
);
test(
  'a list',
  refused,
  '- a\n- b\n',
  'job-invalid',
  `job.yaml:1:1 expected ${keys}, got a list\n   1 | - a\n     | ^^^`,
);
test(
  'a word',
  refused,
  'hello',
  'job-invalid',
  `job.yaml:1:1 expected ${keys}, got "hello"\n   1 | hello\n     | ^^^^^`,
);

test(
  'tabs as indentation',
  refused,
  'content:\n\troot: c\n',
  'job-syntax',
  'job.yaml:2:1 Tabs are not allowed as indentation\n   2 |  root: c\n     | ^',
);

test(
  'an unterminated list with CRLF line ends',
  refused,
  'seed: 1\r\nstyle: [\r\n',
  'job-syntax',
  'job.yaml:3:1 Flow sequence in block collection must be sufficiently indented and end with a ]\n   3 | \n     | ^',
);

test(
  'an unknown tag',
  refused,
  'seed: !!js/function "x"\n',
  'job-syntax',
  'job.yaml:1:7 Unresolved tag: tag:yaml.org,2002:js/function\n   1 | seed: !!js/function "x"\n     |       ^^^^^^^^^^^^^',
);

test(
  'an alias without an anchor',
  refused,
  'seed: *one\n',
  'job-syntax',
  'job.yaml:1:7 no anchor &one before this alias\n   1 | seed: *one\n     |       ^^^^',
);

test(
  'two documents',
  refused,
  'seed: 1\n---\nseed: 2\n',
  'job-syntax',
  'job.yaml:2:1 Source contains multiple documents; please use YAML.parseAllDocuments()\n   2 | ---\n     | ^^^',
);

test(
  'keys that are not text',
  refused,
  '? [a]\n: 1\n',
  'job-syntax',
  'job.yaml:1:3 With stringKeys, all keys must be strings\n   1 | ? [a]\n     |   ^',
);

test(
  'bytes that are not UTF-8',
  refused,
  Buffer.from([0x73, 0x65, 0x65, 0x64, 0x3a, 0x0a, 0x61, 0xff, 0xfe]),
  'job-syntax',
  'job.yaml:2:2 not valid UTF-8 from here on\n   2 | a\ufffd\ufffd\n     |  ^',
);

test(
  'control characters, and escapes them in the message',
  refused,
  'se\u001b[31med: 1\n',
  'job-invalid',
  [
    'job.yaml:1:1 missing key "content": The images to stylize: they provide the shapes and the labels',
    '   1 | se\ufffd[31med: 1',
    '     | ^',
    'job.yaml:1:1 missing key "style": The images that provide the look',
    '   1 | se\ufffd[31med: 1',
    '     | ^',
    'job.yaml:1:1 missing key "output": Where to write the dataset, and in what format',
    '   1 | se\ufffd[31med: 1',
    '     | ^',
    'job.yaml:1:1 unknown key "se\\u001b[31med"; known keys: seed, content, style, split, sampling, gate, recipe, output, run',
    '   1 | se\ufffd[31med: 1',
    '     | ^^^^^^^^^',
  ].join('\n'),
);

test(
  'a file that is too large',
  refused,
  `# ${'x'.repeat(1 << 20)}`,
  'job-too-large',
  'job.yaml is too large: 1048578 bytes',
);

test(
  'an alias bomb',
  refused,
  `a: &a [x, x, x, x, x, x, x, x, x]\n${[...'bcdefghi'].map((name, i) => `${name}: &${name} [${`*${'abcdefgh'[i]}, `.repeat(9)}]\n`).join('')}`,
  'job-too-large',
  [
    'job.yaml:9:40 the aliases up to here expand to too many values',
    `   9 | i: &i [${'*h, '.repeat(9)}]`,
    `     | ${' '.repeat(39)}^^`,
  ].join('\n'),
);

test(
  'many aliases',
  refused,
  `a: &a 1\nb: [${'*a, '.repeat(101)}]\n`,
  'job-too-large',
  `job.yaml:2:405 too many aliases from here on\n   2 | a, ${'*a, '.repeat(24)}]\n     | ${' '.repeat(95)}^`,
);

test(
  'deep nesting',
  refused,
  `a: ${'['.repeat(500)}`,
  'job-too-large',
  `job.yaml:1:66 nested too deeply from here on\n   1 | ${'['.repeat(100)}\n     | ${' '.repeat(40)}^`,
);

test('refuses deep nesting by indentation', async (t) => {
  const text = Array.from({ length: 300 }, (_, i) => `${' '.repeat(i)}k:\n`).join('');
  const folder = folderWith(t, { 'job.yaml': text });
  await t.throwsAsync(loadJob(join(folder, 'job.yaml')), {
    instanceOf: WildstyleError,
    code: 'job-too-large',
  });
});

test('refuses a missing file and a folder', async (t) => {
  const folder = folderWith(t, {});
  await t.throwsAsync(loadJob(join(folder, 'job.yaml')), {
    code: 'job-not-found',
    message: `The job file ${folder}/job.yaml does not exist.`,
  });
  await t.throwsAsync(loadJob(folder), {
    code: 'job-not-found',
    message: `The job file ${folder} is a folder.`,
  });
});

test('a process survives a series of deeply nested files', (t) => {
  const folder = folderWith(t, {});
  const texts = [
    '['.repeat(1000),
    '['.repeat(20_000),
    '{a: '.repeat(20_000),
    '- '.repeat(20_000),
    '? '.repeat(20_000),
  ];
  const files = texts.map((text, index) => {
    writeFileSync(join(folder, `${index}.yaml`), text);
    return join(folder, `${index}.yaml`);
  });
  const script = `
    const { loadJob } = await import(${JSON.stringify(new URL('../../src/job/load.js', import.meta.url).href)});
    const codes = [];
    for (const file of ${JSON.stringify(files)}) await loadJob(file).catch((error) => codes.push(error.code));
    console.log(JSON.stringify(codes));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  t.deepEqual(
    JSON.parse(output.trim().split('\n').at(-1) ?? ''),
    files.map(() => 'job-too-large'),
  );
});
