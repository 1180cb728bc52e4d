import test from 'ava';
import { trainingSplits } from '../../src/splits/names.js';

test('splits for training are those that are stylized, without robustness sets and splits for evaluation', (t) => {
  t.deepEqual(trainingSplits(['train', 'test_stylized']), ['train']);
  t.deepEqual(trainingSplits(['train', 'Validation', 'extra', 'train']), ['train', 'extra']);
  t.deepEqual(trainingSplits(['validation', 'test_stylized']), ['validation']);
  t.deepEqual(trainingSplits(['test_stylized']), []);
});
