/** Random input to every parser of files that others may have written: each ends with a value or a documented error. */
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { checkedLine, checkedText } from '../../src/dataset/ledger/journals/journal-line.js';
import { formatRecord, parseRecord } from '../../src/dataset/ledger/record-line.js';
import { readSummary } from '../../src/dataset/summary.js';
import { errorCodes, WildstyleError } from '../../src/errors.js';
import { parseJson } from '../../src/files/json.js';
import { readLines } from '../../src/files/lines.js';
import { parseSafetensorsHeader } from '../../src/files/safetensors/header.js';
import { inspectImage } from '../../src/images/inspect.js';
import { parseJob } from '../../src/job/load.js';
import { printable } from '../../src/printable.js';
import { stylizedRecord } from '../dataset/support.js';

/** Whether a character is a control character of C0 or C1, other than tab and newline. */
function isControl(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return (code < 32 && code !== 9 && code !== 10) || (code >= 127 && code < 160);
}

let folder = '';
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wildstyle-fuzz-'));
});
test.after.always(() => rm(folder, { recursive: true, force: true }));

/** Returns whether work ends with a value or a documented error. */
async function isOrderly(work: () => unknown): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    return error instanceof WildstyleError && errorCodes.includes(error.code) && error.code !== 'internal';
  }
}

/** A valid text with a few random changes: closer to what parsers believe than random text. */
function mutated(valid: string): fc.Arbitrary<string> {
  const change = fc.record({
    at: fc.nat(valid.length),
    cut: fc.nat(20),
    insert: fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.constantFrom('"', '{', '[', '1e999', 'null', '\\u0000', '\n'),
    ),
  });
  return fc
    .array(change, { minLength: 1, maxLength: 4 })
    .map((changes) =>
      changes.reduce((text, { at, cut, insert }) => text.slice(0, at) + insert + text.slice(at + cut), valid),
    );
}

const record = formatRecord(stylizedRecord('a')).trimEnd();
const runs = { numRuns: 300, seed: 1 } as const;

test('records', async (t) => {
  const texts = fc.oneof(mutated(record), fc.json(), fc.string());
  await fc.assert(
    fc.asyncProperty(texts, (text) => isOrderly(() => parseRecord(text, 'x:1'))),
    runs,
  );
  t.pass();
});

test('lines of journals: what has a wrong checksum is never taken for a record', (t) => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      (text) => checkedText(checkedLine(text).slice(0, -1)) === text,
    ),
    runs,
  );
  const line = checkedLine(record).trimEnd();
  fc.assert(
    fc.property(mutated(line), (text) => text === line || checkedText(text) === undefined),
    runs,
  );
  t.pass();
});

test('dataset.json', async (t) => {
  const path = join(folder, 'dataset.json');
  const texts = fc.oneof(fc.json(), fc.string(), mutated('{"format":1,"wildstyle":"1","status":"complete"}'));
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      await writeFile(path, text);
      return isOrderly(() => readSummary(folder));
    }),
    runs,
  );
  t.pass();
});

test('job files', async (t) => {
  const job =
    'content: {root: content}\nstyle: {root: style}\noutput: {root: out}\nrecipe: {steps: [1, 2]}\n';
  const texts = fc.oneof(mutated(job), fc.string({ unit: 'binary' }), fc.json());
  await fc.assert(
    fc.asyncProperty(texts, (text) => isOrderly(() => parseJob('/jobs/job.yaml', text))),
    runs,
  );
  t.pass();
});

test('headers of weights', async (t) => {
  const header = '{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}';
  const texts = fc.oneof(mutated(header), fc.json(), fc.string());
  const file = (text: string, lie: number) => {
    const body = Buffer.from(text);
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(Math.max(0, body.length + lie)));
    return Buffer.concat([size, body, Buffer.alloc(16)]);
  };
  await fc.assert(
    fc.asyncProperty(texts, fc.constantFrom(0, 0, 0, -1, 1, 1e9), (text, lie) => {
      const bytes = file(text, lie);
      return isOrderly(() => parseSafetensorsHeader(bytes, bytes.length));
    }),
    runs,
  );
  t.pass();
});

test('headers of images', async (t) => {
  const heads = [
    [0xff, 0xd8, 0xff],
    [...Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')],
    [...Buffer.from('GIF89a')],
    [],
  ];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...heads), fc.uint8Array({ maxLength: 200 }), (head, rest) =>
      isOrderly(() => inspectImage(Buffer.from([...head, ...rest]))),
    ),
    { ...runs, numRuns: 150 },
  );
  t.pass();
});

test('JSON is parsed as by JSON.parse, up to a depth', (t) => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 20 }), (text) => {
      t.deepEqual(parseJson(text), JSON.parse(text));
    }),
    runs,
  );
  for (const [depth, isAccepted] of [
    [100, true],
    [101, false],
    [100_000, false],
  ] as const) {
    const text = '[{"a":'.repeat(depth / 2) + (depth % 2 ? '[]' : '1') + '}]'.repeat(depth / 2);
    if (isAccepted) t.notThrows(() => parseJson(text));
    else t.throws(() => parseJson(text), { instanceOf: SyntaxError, message: /nested more than 100/ });
  }
  t.deepEqual(parseJson(JSON.stringify({ a: `${'['.repeat(500)}"\\` })), { a: `${'['.repeat(500)}"\\` });
});

test('lines are those that were written, wherever blocks end', async (t) => {
  const path = join(folder, 'lines.txt');
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 30 }),
      fc.nat(300_000),
      async (texts, pad) => {
        const lines = [' '.repeat(pad), ...texts.map((text) => text.replaceAll('\n', ''))];
        await writeFile(path, lines.map((line) => `${line}\n`).join(''));
        const found: string[] = [];
        let offset = 0;
        for await (const { text, ended, offsetBytes, lengthBytes } of readLines(path)) {
          if (!ended || offsetBytes !== offset || lengthBytes !== Buffer.byteLength(text)) return false;
          offset += lengthBytes + 1;
          found.push(text);
        }
        return found.join('\n') === lines.join('\n');
      },
    ),
    { ...runs, numRuns: 60 },
  );
  t.pass();
});

test('a line of more than 16 MiB is refused before it is read to its end', async (t) => {
  const path = join(folder, 'long.txt');
  await writeFile(path, 'short\n');
  await truncate(path, 100 << 20);
  const seen: number[] = [];
  const error = await t.throwsAsync(async () => {
    for await (const { number } of readLines(path)) seen.push(number);
  });
  t.is((error as WildstyleError).code, 'dataset-invalid');
  t.is(error.message, `${path}:2: a line of more than 16 MiB`);
  t.deepEqual(seen, [1]);
});

test('nothing that moves the cursor of a terminal is printed', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => ![...printable(text)].some(isControl)),
    runs,
  );
  t.pass();
});
