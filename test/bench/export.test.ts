import test from 'ava';
import { benchExport, formatsOf } from '../../scripts/bench/export.js';

test('the export bench measures speed and memory of each format, and resumes what it killed', async (t) => {
  const figures = await benchExport({ images: 30, formats: ['csv', 'parquet'] });
  const { csv, parquet } = figures as Record<string, Record<string, number>>;
  t.is(figures.images, 30);
  t.true(csv.imagesPerSecond > 0 && parquet.imagesPerSecond > 0);
  t.true(csv.killedAt > 0 && csv.killedAt <= 0.5);
  t.is(figures.imagesPerSecond, Math.min(csv.imagesPerSecond, parquet.imagesPerSecond));
  t.is(figures.peakMb, Math.max(csv.peakMb, parquet.peakMb));
  t.true(parquet.peakMb > 20 && parquet.peakMb < 400, String(parquet.peakMb));
});

test('several exports in one process are measured together; formats are checked', async (t) => {
  const figures = await benchExport({ images: 30, formats: ['csv', 'parquet'], isTogether: true });
  t.like(figures, { images: 30, exports: 2 });
  t.true(Number(figures.imagesPerSecond) > 0 && Number(figures.peakMb) > 0);
  t.deepEqual(formatsOf('masks, yoloBoxes'), ['masks', 'yoloBoxes']);
  t.throws(() => formatsOf('csv,yolBoxes'), { code: 'option-invalid' });
});
