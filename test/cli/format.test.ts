import test from 'ava';
import { formatBytes, formatDuration, formatEstimate, formatNumber } from '../../src/cli/format.js';

test('formats durations, sizes and numbers', (t) => {
  const durations: readonly [number, string][] = [
    [0, 'less than a second'],
    [499, 'less than a second'],
    [1499, '1 s'],
    [59_499, '59 s'],
    [59_500, '1 min'],
    [200_000, '3 min 20 s'],
    [3_599_600, '1 h 00 min'],
    [7_500_000, '2 h 05 min'],
    [48 * 3_600_000, '2 days'],
  ];
  for (const [ms, text] of durations) t.is(formatDuration(ms), text);
  t.is(formatEstimate(300), 'less than a second');
  t.is(formatEstimate(8000), 'about 8 s');
  const sizes: readonly [number, string][] = [
    [0, '0 bytes'],
    [512.4, '512 bytes'],
    [999.7, '1 kB'],
    [1234, '1.23 kB'],
    [999_600, '1 MB'],
    [45_678_901, '45.7 MB'],
    [2.5e15, '2500 TB'],
  ];
  for (const [bytes, text] of sizes) t.is(formatBytes(bytes), text);
  const numbers: readonly [number, string][] = [
    [0, '0'],
    [0.1234, '0.123'],
    [24.55, '24.6'],
    [1234.5, '1230'],
  ];
  for (const [value, text] of numbers) t.is(formatNumber(value), text);
});
