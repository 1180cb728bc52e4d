/** At least 150 hostile inputs, each with the code that it must get; and good ones, which must pass. */
import test from 'ava';
import sharp, { type Sharp } from 'sharp';
import { type ErrorCode, WildstyleError } from '../../src/errors.js';
import { parseSafetensorsHeader } from '../../src/files/safetensors/header.js';
import { decodeImage } from '../../src/images/decode.js';
import { takeInventory } from '../../src/inventory/inventory.js';
import { folderNameProblem } from '../../src/job/folder-name.js';
import { parseJob } from '../../src/job/load.js';
import { folderWith } from '../job/folder.js';

let count = 0;

async function codeOf(work: () => unknown): Promise<ErrorCode | 'none'> {
  count++;
  try {
    await work();
    return 'none';
  } catch (error) {
    if (error instanceof WildstyleError) return error.code;
    throw error;
  }
}

const picture = (): Sharp =>
  sharp({
    create: {
      width: 48,
      height: 40,
      channels: 3,
      background: '#336699',
      noise: { type: 'gaussian', mean: 90, sigma: 60 },
    },
  });

const encoders: Readonly<Record<string, (image: Sharp) => Promise<Buffer>>> = {
  jpeg: (image) => image.jpeg().toBuffer(),
  png: (image) => image.png().toBuffer(),
  webp: (image) => image.webp().toBuffer(),
  gif: (image) => image.gif().toBuffer(),
  tiff: (image) => image.tiff().toBuffer(),
  avif: (image) => image.avif().toBuffer(),
};

/** Changes to a valid image, and the code that the result must get. */
const damages: Readonly<Record<string, readonly [(bytes: Buffer) => Uint8Array, ErrorCode | 'none']>> = {
  nothing: [(bytes) => bytes, 'none'],
  'bytes after its end': [(bytes) => Buffer.concat([bytes, Buffer.alloc(5000, 'x')]), 'none'],
  'no bytes': [() => Buffer.alloc(0), 'image-empty'],
  'one byte': [(bytes) => bytes.subarray(0, 1), 'image-unsupported'],
  'its first half': [(bytes) => bytes.subarray(0, bytes.length / 2), 'image-corrupt'],
  'its first 40 bytes': [(bytes) => bytes.subarray(0, 40), 'image-corrupt'],
  'bytes before its start': [(bytes) => Buffer.concat([Buffer.from('x'), bytes]), 'image-unsupported'],
  'zeros in the place of its head': [
    (bytes) => Buffer.concat([Buffer.alloc(16), bytes.subarray(16)]),
    'image-unsupported',
  ],
  'zeros after its head': [
    (bytes) => Buffer.concat([bytes.subarray(0, 24), Buffer.alloc(bytes.length - 24)]),
    'image-corrupt',
  ],
  'its bytes backwards': [(bytes) => Buffer.from(bytes).reverse(), 'image-unsupported'],
  'text of its bytes': [(bytes) => Buffer.from(bytes.toString('base64')), 'image-unsupported'],
  'HTML that contains it': [(bytes) => Buffer.concat([Buffer.from('<html>'), bytes]), 'image-unsupported'],
};

for (const [format, encode] of Object.entries(encoders)) {
  test(`images: ${format}`, async (t) => {
    const whole = await encode(picture());
    for (const [what, [damage, code]] of Object.entries(damages)) {
      const bytes = damage(whole);
      t.is(await codeOf(() => decodeImage(bytes, { sizePx: 32, fit: 'keep' })), code, what);
    }
  });
}

test('images: other formats and programs', async (t) => {
  const heads: Readonly<Record<string, string>> = {
    svg: '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>',
    'svg with an entity': '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>',
    pdf: '%PDF-1.7\n',
    bmp: 'BM\x36\x00\x00\x00\x00\x00',
    elf: '\x7fELF\x02\x01\x01\x00',
    zip: 'PK\x03\x04',
    gzip: '\x1f\x8b\x08\x00',
    ppm: 'P6\n2 2\n255\n',
    ico: '\x00\x00\x01\x00\x01\x00',
    psd: '8BPS\x00\x01',
    exr: 'v/1\x01\x02\x00\x00\x00',
    mp4: '\x00\x00\x00\x18ftypmp42',
    script: '#!/bin/sh\nrm -rf /\n',
    matlab: 'MATLAB 5.0 MAT-file',
    pickle: '\x80\x04\x95\x00\x00',
  };
  for (const [name, head] of Object.entries(heads)) {
    const bytes = Buffer.concat([Buffer.from(head, 'latin1'), Buffer.alloc(300)]);
    t.is(await codeOf(() => decodeImage(bytes, { sizePx: 32, fit: 'keep' })), 'image-unsupported', name);
  }
});

test('names of folders', (t) => {
  const bad = [
    ...['', '.', '..', '.hidden', 'a/b', 'a\\b', 'a:b', 'a*b', 'a?b', 'a"b', 'a<b', 'a>b', 'a|b'],
    ...[
      'a\0b',
      'a\nb',
      'a\x1b[31mb',
      'a\x7fb',
      ' a',
      'a ',
      'a.',
      'CON',
      'nul',
      'com1',
      'LPT9.txt',
      'aux.jpg',
    ],
    ...[
      '__proto__',
      'manifest.jsonl',
      'README.md',
      'Exports',
      'dataset.json',
      'x'.repeat(201),
      'ä'.repeat(101),
    ],
  ];
  for (const name of bad) t.not(folderNameProblem(name), undefined, JSON.stringify(name));
  count += bad.length;
  for (const name of [
    'cat',
    'a b',
    'ö',
    '犬',
    'constructor',
    '10',
    '-rf',
    '$(id)',
    "o'neil",
    '&lt;b&gt;',
    'x'.repeat(200),
  ])
    t.is(folderNameProblem(name), undefined, name);
});

const good = 'content: { root: a }\nstyle: { root: b }\noutput: { root: out }\n';

test('job files', async (t) => {
  const bad: readonly (readonly [string, ErrorCode])[] = [
    ['', 'job-invalid'],
    ['null', 'job-invalid'],
    ['[]', 'job-invalid'],
    ['42', 'job-invalid'],
    ['"text"', 'job-invalid'],
    ['{', 'job-syntax'],
    ['a: b: c', 'job-syntax'],
    ['\tcontent: 1', 'job-syntax'],
    ['a: *nowhere', 'job-syntax'],
    ['%TAG ! !\n---\na: !x 1', 'job-syntax'],
    ['a: 1\na: 2', 'job-invalid'],
    [`${good}unknown: 1`, 'job-invalid'],
    [`${good}__proto__: { polluted: 1 }`, 'job-invalid'],
    [`${good}constructor: { prototype: 1 }`, 'job-invalid'],
    [`${good}seed: .inf`, 'job-invalid'],
    [`${good}seed: .nan`, 'job-invalid'],
    [`${good}seed: 1.5`, 'job-invalid'],
    [`${good}seed: 99999999999999999999`, 'job-invalid'],
    [`${good}seed: "1"`, 'job-invalid'],
    [`${good}recipe: { size: -1 }`, 'job-invalid'],
    [`${good}recipe: { size: 0 }`, 'job-invalid'],
    [`${good}recipe: { size: 1e9 }`, 'job-invalid'],
    [`${good}recipe: { steps: -1 }`, 'job-invalid'],
    [`${good}recipe: { steps: [] }`, 'job-invalid'],
    [`${good}recipe: { optimizer: rm }`, 'job-invalid'],
    [`${good}recipe: { network: ../../etc/passwd }`, 'job-invalid'],
    [`${good}recipe: { style: { strength: { uniform: [5, 1] } } }`, 'job-invalid'],
    [`${good}recipe: { style: { strength: { logUniform: [0, 1] } } }`, 'job-invalid'],
    [`${good}recipe: { style: { strength: { choice: [] } } }`, 'job-invalid'],
    [`${good}run: { workers: 0 }`, 'job-invalid'],
    [`${good}run: { workers: many }`, 'job-invalid'],
    [`${good}run: { maxFailures: -1 }`, 'job-invalid'],
    [`${good}sampling: { limit: 0 }`, 'job-invalid'],
    [good.replace('root: out', 'root: a/out'), 'job-invalid'],
    [good.replace('root: out', 'root: out, split: ../up'), 'job-invalid'],
    [good.replace('root: out', 'root: out, split: .hidden'), 'job-invalid'],
    [good.replace('root: out', 'root: out, format: exe'), 'job-invalid'],
    [good.replace('root: out', 'root: out, quality: 1000'), 'job-invalid'],
    [good.replace('root: a', 'root: 7'), 'job-invalid'],
    [`a: ${'['.repeat(200)}${']'.repeat(200)}`, 'job-too-large'],
    [`a: &a [1,1]\nb: [${'*a,'.repeat(500)}]`, 'job-too-large'],
  ];
  for (const [text, code] of bad)
    t.is(await codeOf(() => parseJob('/jobs/job.yaml', text)), code, text.slice(0, 100));
  t.is(await codeOf(() => parseJob('/jobs/job.yaml', good)), 'none');
  t.is(({} as { polluted?: unknown }).polluted, undefined);
});

test('weights', async (t) => {
  const header = (text: string, lie = 0, body = 16) => {
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(Buffer.byteLength(text) + lie));
    return Buffer.concat([size, Buffer.from(text), Buffer.alloc(body)]);
  };
  const tensor = (fields: object) =>
    header(JSON.stringify({ a: { dtype: 'F32', shape: [2, 2], data_offsets: [0, 16], ...fields } }));
  const bad: Readonly<Record<string, Uint8Array>> = {
    empty: Buffer.alloc(0),
    'seven bytes': Buffer.alloc(7),
    'a length of zero': Buffer.alloc(8),
    'a length beyond the file': header('{}', 1000),
    'the largest length': Buffer.alloc(40, 0xff),
    text: Buffer.from('not weights at all, but long enough'),
    'a list': header('[]'),
    'half a header': header('{"a":'),
    'another dtype': tensor({ dtype: 'I64' }),
    'no dtype': tensor({ dtype: null }),
    'a dtype of the prototype': tensor({ dtype: 'constructor' }),
    'a negative shape': tensor({ shape: [-2, -2] }),
    'a fractional shape': tensor({ shape: [0.5, 8] }),
    'a huge shape': tensor({ shape: [2 ** 40, 2 ** 40] }),
    'a shape of text': tensor({ shape: '22' }),
    'offsets backwards': tensor({ data_offsets: [16, 0] }),
    'offsets beyond the file': tensor({ data_offsets: [0, 1e6] }),
    'one offset': tensor({ data_offsets: [0] }),
    'negative offsets': tensor({ data_offsets: [-16, 0] }),
    'metadata of text': header('{"__metadata__":"x"}'),
    overlap: header(
      JSON.stringify({
        a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
        b: { dtype: 'F32', shape: [2], data_offsets: [4, 12] },
      }),
    ),
    'very many tensors': header(
      JSON.stringify(Object.fromEntries(Array.from({ length: 20_001 }, (_, index) => [index, {}]))),
    ),
  };
  for (const [name, bytes] of Object.entries(bad))
    t.is(await codeOf(() => parseSafetensorsHeader(bytes, bytes.length)), 'weights-invalid', name);
  const whole = tensor({});
  t.is(await codeOf(() => parseSafetensorsHeader(whole, whole.length)), 'none');
});

test('tables of labels', async (t) => {
  const bad: Readonly<Record<string, string | Uint8Array>> = {
    empty: '',
    'only a header': 'file,label\n',
    'other columns': 'name,class\n1.jpg,cat\n',
    'one column': 'file\n1.jpg\n',
    'a path that climbs': 'file,label\n../outside.jpg,cat\n',
    'an absolute path': 'file,label\n/etc/passwd,cat\n',
    'a file that is missing': 'file,label\n9.jpg,cat\n',
    'no file': 'file,label\n,cat\n',
    'no label': 'file,label\n1.jpg,\n',
    'a label that climbs': 'file,label\n1.jpg,..\n',
    'a label with a slash': 'file,label\n1.jpg,a/b\n',
    'a label of Windows': 'file,label\n1.jpg,CON\n',
    'a label of the prototype': 'file,label\n1.jpg,__proto__\n',
    'a hidden label': 'file,label\n1.jpg,.git\n',
    'two labels': 'file,label\n1.jpg,cat\n1.jpg,dog\n',
    'an open quote': 'file,label\n"1.jpg,cat\n',
    'a quote in the middle': 'file,label\n1".jpg,cat\n',
    'UTF-16': Buffer.from('\ufefffile,label\n1.jpg,cat\n', 'utf16le'),
    'Latin-1': Buffer.from('file,label\n1.jpg,K\xe4fer\n', 'latin1'),
    zeros: Buffer.alloc(100),
  };
  const codes: Record<string, string> = {};
  for (const [name, csv] of Object.entries({ ...bad, good: 'file,label\n1.jpg,cat\n' })) {
    const folder = folderWith(t, { 'a/1.jpg': '1', 'outside.jpg': 'o', 'b/s.jpg': 's', 'labels.csv': csv });
    const text = good.replace('root: a', 'root: a, labels: { csv: labels.csv }');
    const job = parseJob(`${folder}/job.yaml`, text);
    codes[name] = await codeOf(() => takeInventory(job, { cacheFolder: false }));
  }
  t.is(codes.good, 'none');
  // Without a row, no image has a class, so nothing is left.
  t.is(codes['only a header'], 'content-missing');
  for (const name of Object.keys(bad))
    if (name !== 'only a header') t.is(codes[name], 'labels-invalid', name);
});

test.after('at least 150 inputs', (t) => {
  t.true(count >= 150, `${count} inputs`);
  t.log(`${count} inputs`);
});
