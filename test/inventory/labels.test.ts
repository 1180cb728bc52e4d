import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { WildstyleError } from '../../src/errors.js';
import { takeInventory } from '../../src/inventory/inventory.js';
import { parseJob } from '../../src/job/load.js';
import { folderWith } from '../job/folder.js';

async function take(t: ExecutionContext, csv: string | Uint8Array, keys = '') {
  const folder = folderWith(t, {
    'images/1.jpg': '1',
    'images/sub/2.jpg': '2',
    'images/3.jpg': '3',
    'images/left-out.txt': '',
    'style/s.jpg': 's',
    'outside.jpg': 'o',
    'labels.csv': csv,
  });
  const job = parseJob(
    join(folder, 'job.yaml'),
    `content: { root: images, labels: { csv: labels.csv${keys} } }\nstyle: { root: style }\noutput: { root: out }`,
  );
  try {
    const { contents, problems } = await takeInventory(job, { cacheFolder: false });
    return { labels: contents.map(({ path, label }) => [path, label]), problems };
  } catch (error) {
    t.true(error instanceof WildstyleError);
    const { code, message } = error as WildstyleError;
    return { code, message: message.replaceAll(`${folder}/`, '') };
  }
}

test('reads labels from a CSV file, with names relative to the root or to the file', async (t) => {
  const csv =
    '\ufefflabel,file,other\r\ncat,1.jpg,x\r\n"big dog",images/sub/2.jpg,"a\nb"\r\n\r\ncat,3.jpg,\r\n';
  const { labels, problems } = await take(t, csv);
  t.deepEqual(labels, [
    ['1.jpg', 'cat'],
    ['3.jpg', 'cat'],
    ['sub/2.jpg', 'big dog'],
  ]);
  t.deepEqual(problems, []);
});

test('accepts mixed line endings', async (t) => {
  const { labels } = await take(t, 'file,label\r\n1.jpg,cat\n3.jpg,dog\r\nsub/2.jpg,cat\n');
  t.deepEqual(labels, [
    ['1.jpg', 'cat'],
    ['3.jpg', 'dog'],
    ['sub/2.jpg', 'cat'],
  ]);
});

test('accepts other column names', async (t) => {
  const { labels } = await take(t, 'image,class\n1.jpg,cat\n', ', file: image, label: class');
  t.deepEqual(labels, [['1.jpg', 'cat']]);
});

test('reports and leaves out images without a row', async (t) => {
  const { labels, problems } = await take(t, 'file,label\n1.jpg,cat\n');
  t.deepEqual(labels, [['1.jpg', 'cat']]);
  t.deepEqual(
    problems?.map(({ path, code }) => [path, code]),
    [
      ['3.jpg', 'labels-invalid'],
      ['sub/2.jpg', 'labels-invalid'],
    ],
  );
});

test('reports every invalid row by line', async (t) => {
  const csv = [
    'file,label',
    '1.jpg,cat',
    'nope.jpg,cat',
    '3.jpg,',
    'sub/2.jpg,a/b',
    '1.jpg,dog',
    '1.jpg,cat',
    ',cat',
    '/etc/passwd,cat',
    'left-out.txt,cat',
  ].join('\n');
  t.deepEqual(await take(t, csv), {
    code: 'labels-invalid',
    message: [
      'labels.csv:3 names "nope.jpg", which does not exist in images.',
      'labels.csv:4 has an invalid class: "" is empty.',
      'labels.csv:5 has an invalid class: "a/b" contains "/", which is not allowed in a folder name.',
      'labels.csv:6 gives "1.jpg" the class "dog", but an earlier row gives it "cat".',
      'labels.csv:8 has no file name.',
      'labels.csv:9 names "/etc/passwd", which is outside images.',
    ].join('\n'),
  });
});

test('refuses a file that is not CSV or lacks the columns', async (t) => {
  t.deepEqual(await take(t, 'File,class\n1.jpg,cat\n'), {
    code: 'labels-invalid',
    message: 'labels.csv:1 has no column "file"; did you mean "File"? The columns are File, class.',
  });
  t.deepEqual(await take(t, ''), {
    code: 'labels-invalid',
    message: 'labels.csv:1 has no column "file"; the file is empty.',
  });
  t.like(await take(t, 'file,label\n"1.jpg,cat\n'), { code: 'labels-invalid' });
  t.deepEqual(await take(t, Buffer.from([0xff, 0xfe, 0x41])), {
    code: 'labels-invalid',
    message: 'The labels file labels.csv cannot be read: it is not UTF-8.',
  });
  t.deepEqual(await take(t, 'file,label\n', 'x'), {
    code: 'labels-invalid',
    message: 'The labels file labels.csvx cannot be read: it does not exist.',
  });
});
