import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { exportDataset } from '../../src/export/export-dataset.js';
import { crc32c } from '../../src/export/tfrecord/crc32c.js';
import { temporaryFolder } from '../dataset/support.js';
import { makeLargeDataset } from './large-dataset.js';

test('CRC-32C has the values of RFC 3720', (t) => {
  const cases: readonly [bytes: Uint8Array, crc: number][] = [
    [Buffer.from('123456789'), 0xe3069283],
    [new Uint8Array(32), 0x8a9136aa],
    [new Uint8Array(32).fill(0xff), 0x62a8ab43],
    [Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    [Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
    [new Uint8Array(0), 0],
  ];
  for (const [bytes, crc] of cases) t.is(crc32c(bytes), crc);
});

/** Bit by bit, from the definition. */
function maskedBitwise(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

function* recordsOf(file: Buffer): Generator<{ data: Buffer; isSound: boolean }> {
  for (let at = 0; at < file.length; ) {
    const bytes = Number(file.readBigUInt64LE(at));
    const data = file.subarray(at + 12, at + 12 + bytes);
    const isSound =
      file.readUInt32LE(at + 8) === maskedBitwise(file.subarray(at, at + 8)) &&
      file.readUInt32LE(at + 12 + bytes) === maskedBitwise(data);
    yield { data, isSound };
    at += 16 + bytes;
  }
}

/** The fields of a message whose fields all have lengths, or the number in a field without. */
function fieldsOf(message: Buffer): [number: number, value: Buffer][] {
  const fields: [number, Buffer][] = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = varint();
    const bytes = varint();
    fields.push([tag >> 3, message.subarray(at, at + bytes)]);
    at += bytes;
  }
  return fields;
}

function featuresOf(example: Buffer): Record<string, Buffer> {
  const [[, features]] = fieldsOf(example);
  return Object.fromEntries(
    fieldsOf(features).map(([, entry]) => {
      const [[, key], [, feature]] = fieldsOf(entry);
      const [[, list]] = fieldsOf(feature);
      const [[, value]] = fieldsOf(list);
      return [key.toString(), value];
    }),
  );
}

test('a record has image, class number, id and row, and sound checksums', async (t) => {
  const root = await temporaryFolder(t);
  await makeLargeDataset(root, { images: 20, splits: ['train', 'test'] });
  const files = await exportDataset(root, 'tfrecord', { shardImages: 7 });
  const folder = join(root, 'exports/tfrecord');
  const read = async (name: string) => readFile(join(folder, name), 'utf8');
  const classes = (await read('label.labels.txt')).trim().split('\n');
  t.deepEqual(classes, ['ant', 'bee', 'cat']);
  const { splits } = JSON.parse(await read('dataset_info.json'));
  for (const { name: split, shardLengths, numBytes } of splits) {
    const rows = (await readFile(join(root, split, 'metadata.jsonl'), 'utf8')).trim().split('\n');
    const shards = files.filter((file) => file.includes(`/wildstyle-${split}.tfrecord-`));
    t.true(shards[0].endsWith('-00000-of-00002'));
    const contents = await Promise.all(shards.map((file) => readFile(join(root, file))));
    t.is(Number(numBytes), contents[0].length + contents[1].length);
    const records = contents.map((content) => [...recordsOf(content)]);
    t.deepEqual(
      records.map(({ length }) => String(length)),
      shardLengths,
    );
    for (const [index, { data, isSound }] of records.flat().entries()) {
      const { image, label, id, metadata } = featuresOf(data);
      const row = JSON.parse(rows[index]);
      t.true(isSound);
      t.is(metadata.toString(), rows[index]);
      t.deepEqual([id.toString(), classes[label[0]]], [row.id, row.label]);
      t.deepEqual(image, await readFile(join(root, split, row.file_name)));
    }
  }
});

test('without labels there is no class number', async (t) => {
  const root = await temporaryFolder(t);
  await makeLargeDataset(root, { images: 2, classes: [] });
  const [file, ...others] = await exportDataset(root, 'tfrecord');
  const [{ data }] = recordsOf(await readFile(join(root, file)));
  t.deepEqual(Object.keys(featuresOf(data)), ['image', 'id', 'metadata']);
  t.false(others.some((name) => name.includes('labels')));
});
