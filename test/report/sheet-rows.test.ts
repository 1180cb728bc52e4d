import test from 'ava';
import { captionOf, chooseSheetRows, varyingKeys } from '../../src/report/sheet-rows.js';
import { failedRecord, originalRecord, stylizedRecord } from '../dataset/support.js';

const many = (label: string | null, count: number) =>
  Array.from({ length: count }, (_, index) => stylizedRecord(`${label}-${index}`, { label }));
const ids = (records: readonly { id: string }[]) => records.map(({ id }) => id);

test('spreads rows over the classes and within each class', (t) => {
  const records = [...many('dog', 10), ...many('cat', 10), ...many('ant', 10)];
  t.deepEqual(ids(chooseSheetRows(records, 6)), ['ant-2', 'ant-7', 'cat-2', 'cat-7', 'dog-2', 'dog-7']);
});

test('larger classes make up for small ones', (t) => {
  const records = [...many('cat', 1), ...many('dog', 100)];
  t.is(chooseSheetRows(records, 5).length, 5);
  t.deepEqual(ids(chooseSheetRows(records, 3)), ['cat-0', 'dog-25', 'dog-75']);
});

test('handles few items, no repeats, and more classes than rows', (t) => {
  t.deepEqual(ids(chooseSheetRows(many('cat', 3), 24)), ['cat-0', 'cat-1', 'cat-2']);
  t.is(new Set(ids(chooseSheetRows(many('cat', 23), 22))).size, 22);
  t.deepEqual(ids(chooseSheetRows([...many('a', 2), ...many('b', 2), ...many('c', 2)], 2)), ['a-1', 'b-1']);
  t.deepEqual(chooseSheetRows([], 24), []);
});

test('shows only finished stylized items; labels are optional', (t) => {
  const records = [originalRecord('a'), failedRecord('b'), ...many(null, 1)];
  t.deepEqual(ids(chooseSheetRows(records, 24)), ['null-0']);
});

test('captions', (t) => {
  const { sources } = stylizedRecord('a');
  const content = { path: 'cat/deep/a.png', sha256: '' };
  const record = stylizedRecord('a', { sources: { ...sources, content } });
  t.is(captionOf(record), 'cat · a.png + waves.jpg · strength 12.5 · random · gram · adam 150 steps');
  t.is(captionOf({ ...record, label: null, applied: {} }), 'a.png + waves.jpg · random');
  t.is(captionOf(originalRecord('a')), 'cat · a.png');
  t.is(
    captionOf({ ...record, applied: { style: { strength: 12.3456789 } } }),
    'cat · a.png + waves.jpg · strength 12.3 · random',
  );
});

test('captions tell every drawn key that varies, and the steps of each stage', (t) => {
  const recipe = (scale: number, color: string) => {
    const { drawn } = stylizedRecord('a');
    const own = {
      ...drawn,
      style: { ...(drawn.style as object), scale, strength: scale * 10 },
      color,
      pooling: 'max',
    };
    return stylizedRecord('a', { drawn: own as never });
  };
  const records = [recipe(0.5, 'style'), recipe(1.23456, 'palette'), originalRecord('b')];
  t.deepEqual(varyingKeys(records), ['color', 'style.scale'], 'strength is in every caption');
  t.regex(
    captionOf(recipe(1.23456, 'palette'), varyingKeys(records)),
    / · color palette · style\.scale 1\.23$/,
  );
  const { applied } = stylizedRecord('a');
  const staged = { ...applied, stages: [{ scale: 0.5, steps: 100 }], steps: 50 };
  t.regex(captionOf(stylizedRecord('a', { applied: staged as never })), /adam 100 \+ 50 steps$/);
});
