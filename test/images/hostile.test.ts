import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import test from 'ava';
import sharp from 'sharp';
import { type ErrorCode, WildstyleError } from '../../src/errors.js';
import { decodeImage } from '../../src/images/decode.js';
import { type InspectOptions, inspectImage } from '../../src/images/inspect.js';
import { frames, noise, solid } from './fixtures.js';

let folder = '';
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wildstyle-images-'));
});
test.after.always(() => rm(folder, { recursive: true, force: true }));

async function refusal(source: string | Uint8Array, options: InspectOptions = {}): Promise<WildstyleError> {
  try {
    await decodeImage(source, { sizePx: 64, fit: 'keep' }, options);
  } catch (error) {
    if (error instanceof WildstyleError) return error;
    throw error;
  }
  throw new Error('The image should have been rejected.');
}

async function stored(name: string, bytes: Uint8Array | string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

/** Inserts the chunk that marks a PNG as animated. */
function animatedPng(png: Buffer): Buffer {
  const control = Buffer.concat([
    Buffer.from([0, 0, 0, 8]),
    Buffer.from('acTL'),
    Buffer.alloc(8),
    Buffer.alloc(4),
  ]);
  return Buffer.concat([png.subarray(0, 33), control, png.subarray(33)]);
}

const cases: [string, ErrorCode, RegExp, () => Promise<Uint8Array> | Uint8Array][] = [
  [
    'truncated.jpg',
    'image-corrupt',
    /the JPEG is damaged/,
    async () => (await noise(300, 200).jpeg().toBuffer()).subarray(0, 9000),
  ],
  [
    'truncated.png',
    'image-corrupt',
    /the PNG is damaged/,
    async () => (await noise(300, 200).png().toBuffer()).subarray(0, 9000),
  ],
  [
    'truncated.webp',
    'image-corrupt',
    /the WebP is damaged/,
    async () => (await noise(300, 200).webp().toBuffer()).subarray(0, 5000),
  ],
  [
    'truncated.gif',
    'image-corrupt',
    /the GIF is damaged/,
    async () => (await noise(300, 200).gif().toBuffer()).subarray(0, 5000),
  ],
  [
    'truncated.tif',
    'image-corrupt',
    /the TIFF is damaged/,
    async () => (await noise(300, 200).tiff().toBuffer()).subarray(0, 9000),
  ],
  [
    'truncated.avif',
    'image-corrupt',
    /the AVIF is damaged/,
    async () => (await noise(300, 200).avif({ effort: 0 }).toBuffer()).subarray(0, 3000),
  ],
  ['header-only.jpg', 'image-corrupt', /the JPEG is damaged/, () => Buffer.from([0xff, 0xd8, 0xff, 0xe0])],
  [
    'text.jpg',
    'image-unsupported',
    /begins with "hello, I am/,
    () => Buffer.from('hello, I am not an image'),
  ],
  ['empty.jpg', 'image-empty', /the file is empty/, () => new Uint8Array()],
  [
    'drawing.svg',
    'image-unsupported',
    /JPEG, PNG, WebP/,
    () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
  ],
  [
    'drawing.jpg',
    'image-unsupported',
    /JPEG, PNG, WebP/,
    () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
  ],
  ['paper.pdf', 'image-unsupported', /%PDF-1\.7/, () => Buffer.from('%PDF-1.7\n')],
  [
    'photo.heic',
    'image-unsupported',
    /ftypheic/,
    () => Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'),
  ],
  ['animated.gif', 'image-multi-page', /GIF has 3 pages or frames/, () => frames(40, 40, 3).gif().toBuffer()],
  [
    'animated.webp',
    'image-multi-page',
    /WebP has 3 pages or frames/,
    () => frames(40, 40, 3).webp().toBuffer(),
  ],
  ['pages.tif', 'image-multi-page', /TIFF has 3 pages or frames/, () => frames(40, 40, 3).tiff().toBuffer()],
  [
    'animated.png',
    'image-multi-page',
    /PNG has several frames/,
    async () => animatedPng(await solid(40, 40, [1, 2, 3]).png().toBuffer()),
  ],
];

for (const [name, code, message, make] of cases) {
  test(`${name}: ${code}`, async (t) => {
    const bytes = await make();
    const path = await stored(name, bytes);
    const error = await refusal(path);
    t.is(error.code, code, error.message);
    t.regex(error.message, message);
    t.true(error.message.startsWith(path), error.message);
    const nameless = await refusal(bytes, { name: 'memory' });
    t.is(nameless.code, code);
    t.true(nameless.message.startsWith('memory: '), nameless.message);
  });
}

test('a decompression bomb is rejected before it is decoded', async (t) => {
  const bomb = await sharp({
    create: { width: 16000, height: 16000, channels: 3, background: '#fff' },
    limitInputPixels: false,
  })
    .png()
    .toBuffer();
  t.true(bomb.length < 1e6);
  const path = await stored('bomb.png', bomb);
  const before = process.resourceUsage().maxRSS;
  const error = await refusal(path);
  t.is(error.code, 'image-too-large');
  t.is(error.message, `${path}: 16000 x 16000 = 256 megapixels, more than the maximum of 64 megapixels`);
  // Decoded, it would take 768 MB.
  t.true(process.resourceUsage().maxRSS - before < 100_000);
});

test('a header with a huge size is rejected even if the data is missing', async (t) => {
  const header = Buffer.alloc(25);
  header.writeUInt32BE(13, 0);
  header.write('IHDR', 4);
  header.writeUInt32BE(60000, 8);
  header.writeUInt32BE(60000, 12);
  header.set([8, 2, 0, 0, 0], 16);
  const data = Buffer.concat([
    Buffer.from([0, 0, 0, 8]),
    Buffer.from('IDAT'),
    deflateSync(Buffer.alloc(0)),
    Buffer.alloc(4),
  ]);
  const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), header, data]);
  t.true(['image-too-large', 'image-corrupt'].includes((await refusal(png)).code));
});

test('an image of one column or row that the decoders refuse is too large, not damaged', async (t) => {
  for (const [width, height] of [
    [1, 3_000_000],
    [3_000_000, 1],
  ] as const) {
    const error = await refusal(blackPng(width, height));
    t.is(error.code, 'image-too-large');
    t.regex(error.message, new RegExp(`${width} x ${height} pixels, but no edge may exceed 1000000`));
  }
  t.is((await inspectImage(blackPng(1, 300_000))).heightPx, 300_000, 'the file is otherwise valid');
});

test('the pixel limit is configurable', async (t) => {
  const file = await solid(100, 50, [1, 2, 3]).png().toBuffer();
  t.is((await refusal(file, { maximumPixels: 4999 })).code, 'image-too-large');
  t.is((await inspectImage(file, { maximumPixels: 5000 })).widthPx, 100);
});

test('a huge file is rejected without reading it', async (t) => {
  const path = await stored('sparse.jpg', '');
  await truncate(path, 2 ** 31);
  const error = await refusal(path);
  t.is(error.code, 'image-too-large');
  t.regex(error.message, /2147483648 bytes/);
});

test('missing files and folders are reported', async (t) => {
  const missing = await refusal(join(folder, 'nowhere.jpg'));
  t.is(missing.code, 'image-missing');
  t.regex(missing.message, /nowhere\.jpg.*ENOENT/);
  await mkdir(join(folder, 'folder.jpg'));
  const directory = await refusal(join(folder, 'folder.jpg'));
  t.is(directory.code, 'image-unsupported');
  t.regex(directory.message, /folder\.jpg: not a file/);
});

test('samples without a known range are refused, because they would come out black or white', async (t) => {
  for (const type of ['float', 'double', 'uint', 'short'])
    t.is((await refusal(grayTiff(type, 32, 32))).code, 'image-unsupported', type);
  t.is((await inspectImage(grayTiff('ushort', 32, 32))).widthPx, 32, 'the file is otherwise valid');
});

/** A gray TIFF with one strip and samples of a type that sharp does not write. */
function grayTiff(type: string, width: number, height: number): Uint8Array {
  const format = { float: 3, double: 3, short: 2 }[type] ?? 1;
  const bits = type === 'double' ? 64 : type.endsWith('short') ? 16 : 32;
  const data = Buffer.alloc((width * height * bits) / 8, 7);
  const tags: [number, number, number][] = [
    [256, 3, width],
    [257, 3, height],
    [258, 3, bits],
    [259, 3, 1],
    [262, 3, 1],
    [273, 4, 8],
    [277, 3, 1],
    [278, 3, height],
    [279, 4, data.length],
    [339, 3, format],
  ];
  const directory = Buffer.alloc(2 + tags.length * 12 + 4);
  directory.writeUInt16LE(tags.length, 0);
  tags.forEach(([tag, kind, value], index) => {
    const at = 2 + index * 12;
    directory.writeUInt16LE(tag, at);
    directory.writeUInt16LE(kind, at + 2);
    directory.writeUInt32LE(1, at + 4);
    if (kind === 3) directory.writeUInt16LE(value, at + 8);
    else directory.writeUInt32LE(value, at + 8);
  });
  const header = Buffer.from([0x49, 0x49, 42, 0, 0, 0, 0, 0]);
  header.writeUInt32LE(8 + data.length, 4);
  return Buffer.concat([header, data, directory]);
}

/** A valid PNG of 8-bit grey. */
function blackPng(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    checksum.writeUInt32BE(crc32(Buffer.concat([Buffer.from(type), data])));
    return Buffer.concat([length, Buffer.from(type), data, checksum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc((width + 1) * height))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
