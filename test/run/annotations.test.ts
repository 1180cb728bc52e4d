import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import { parse } from 'yaml';
import { readManifest } from '../../src/dataset/ledger/manifest.js';
import { isComplete } from '../../src/dataset/ledger/record-kinds.js';
import { wildstyle } from '../support/command-line.js';
import { type SmallJob, smallClasses, smallJob } from '../support/small-job.js';

const recipe = { network: 'random', size: 32, optimizer: 'adam', steps: 1, stages: [] };
const paths = Object.entries(smallClasses).flatMap(([label, motifs]) =>
  motifs.map((motif) => `${label}/${motif}.png`),
);

test('boxes and outlines go with every image, and into every export', async (t) => {
  const job = await smallJob({
    recipe: { ...recipe, fit: 'crop' },
    sampling: { stylesPerContent: 1 },
    content: { annotations: { format: 'coco', path: 'boxes.json' } },
    output: { exports: ['coco', 'yoloBoxes', 'masks'] },
  });
  t.teardown(job.remove);
  const annotations = [
    { image_id: 1, category_id: 5, bbox: [12, 6, 24, 12] },
    { image_id: 1, category_id: 9, bbox: [0, 0, 48, 48], segmentation: [[0, 0, 48, 0, 48, 24, 0, 24]] },
    { image_id: 1, category_id: 5, bbox: [60, 60, 5, 5] },
  ];
  const images = paths
    .slice(1)
    .map((file_name, index) => ({ id: index + 1, file_name, width: 48, height: 48 }));
  const categories = [
    { id: 5, name: 'wave' },
    { id: 9, name: 'sky' },
  ];
  await job.put('boxes.json', JSON.stringify({ images, categories, annotations }));
  const run = await wildstyle(['run', job.file], job);
  t.is(run.exitCode, 0, run.stderr);
  t.regex(run.stdout, /1 of 6 content images have no annotations, such as clouds\/noise\.png/);
  t.regex(
    run.stdout,
    /note: 2 annotated objects are outside of their images; see `vanished` in manifest\.jsonl/,
  );

  const records = (await readManifest(job.out)).filter(isComplete);
  const annotated = records.filter(({ sources }) => sources.content?.path === paths[1]);
  t.is(annotated.length, 2);
  for (const { objects, vanished } of annotated) {
    t.is(vanished, 1);
    t.deepEqual(objects, [
      { category: 'wave', categoryId: 5, bbox: [8, 4, 16, 8], area: 128 },
      {
        category: 'sky',
        categoryId: 9,
        bbox: [0, 0, 32, 32],
        area: 512,
        polygons: [[0, 0, 32, 0, 32, 16, 0, 16]],
      },
    ]);
  }
  for (const record of records) {
    t.is('edgeF1' in record, record.kind === 'stylized');
    t.true(Array.isArray(record.objects));
  }
  const [row] = (await readFile(join(job.out, 'train/metadata.jsonl'), 'utf8'))
    .split('\n')
    .filter((line) => line.includes(annotated[0].id));
  t.deepEqual(JSON.parse(JSON.parse(row).objects), {
    bbox: [
      [8, 4, 16, 8],
      [0, 0, 32, 32],
    ],
    category: ['wave', 'sky'],
  });

  const coco = JSON.parse(await readFile(join(job.out, 'exports/coco/train.json'), 'utf8'));
  t.deepEqual(
    coco.categories.map(({ id, name }: { id: number; name: string }) => [id, name]),
    [
      [5, 'wave'],
      [9, 'sky'],
    ],
  );
  t.is(coco.annotations.length, 4);
  const name = annotated[0].id;
  const labels = await readFile(join(job.out, `exports/yoloBoxes/labels/train/${name}.txt`), 'utf8');
  t.is(labels, '0 0.25 0.125 0.75 0.125 0.75 0.375 0.25 0.375\n1 0 0 1 0 1 0.5 0 0.5\n');
  // A `path` would count from the working folder of the reader, not from the file.
  const data = parse(await readFile(join(job.out, 'exports/yoloBoxes/data.yaml'), 'utf8'));
  t.deepEqual(data, { train: 'images/train', names: ['wave', 'sky'] });
  const mask = await sharp(join(job.out, 'exports/masks', annotated[0].file))
    .extractChannel(0)
    .raw()
    .toBuffer();
  t.is(mask.length, 32 * 32);
  t.deepEqual([mask[0], mask[5 * 32 + 10], mask[20 * 32 + 10]], [9, 5, 0]);
  const verified = await wildstyle(['verify', job.out], job);
  t.is(verified.exitCode, 0, verified.stdout);

  await job.put('boxes.json', JSON.stringify({ images, categories, annotations: annotations.slice(1) }));
  const changed = await wildstyle(['run', job.file], job);
  t.is(changed.exitCode, 2);
  t.regex(changed.stderr, /content\.annotations\.sha256: /);
});

test('masks: values are categories; a mask of another size fails its items', async (t) => {
  const job = await smallJob({
    recipe,
    sampling: { stylesPerContent: 0 },
    content: { annotations: { format: 'masks', path: 'masks', names: ['background', 'left'] } },
    run: { workers: 1, threads: 1, batch: 1, maxFailures: 1 },
  });
  t.teardown(job.remove);
  const folder = await mkdtemp(join(job.folder, 'png-'));
  const gray = async (widthPx: number) => {
    const values = Uint8Array.from({ length: widthPx * 48 }, (_, i) => (i % widthPx < 24 ? 1 : 2));
    const file = join(folder, `${widthPx}.png`);
    await sharp(values, { raw: { width: widthPx, height: 48, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toFile(file);
    return readFile(file);
  };
  await job.put('masks/ponds/rings.png', await gray(48));
  await job.put('masks/zebras/rings.png', await gray(40));
  const run = await wildstyle(['run', job.file], job);
  t.is(run.exitCode, 0, run.stderr);
  const records = await readManifest(job.out);
  const [failed, good] = ['zebras', 'ponds'].map((label) =>
    records.find(({ sources }) => sources.content?.path === `${label}/rings.png`),
  );
  t.like(failed, { status: 'failed', error: { code: 'annotations-invalid' } });
  if (good?.status !== 'complete') return t.fail();
  t.deepEqual(
    good.objects?.map(({ category, bbox, area }) => [category, bbox, area]),
    [
      ['left', [0, 0, 16, 32], 512],
      ['2', [16, 0, 16, 32], 512],
    ],
  );
});

/** Exports of originals of 48 px alone, and what they say of the first content image. */
async function exported(job: SmallJob) {
  const run = await wildstyle(['run', job.file], job);
  if (run.exitCode !== 0) throw new Error(run.stderr);
  const records = (await readManifest(job.out)).filter(isComplete);
  const record = records.find(({ sources }) => sources.content?.path === paths[0]);
  if (!record) throw new Error('no record');
  const read = (file: string) => readFile(join(job.out, 'exports', file), 'utf8');
  const pixels = await sharp(join(job.out, 'exports/masks', record.file))
    .extractChannel(0)
    .raw()
    .toBuffer();
  return {
    record,
    names: parse(await read('yoloBoxes/data.yaml')).names,
    labels: await read(`yoloBoxes/labels/train/${record.id}.txt`),
    values: JSON.parse(await read('masks/categories.json')),
    maskAt: (x: number, y: number) => pixels[y * 48 + x],
    coco: JSON.parse(await read('coco/train.json')),
  };
}

const exportJob = (annotations: object) =>
  smallJob({
    recipe: { ...recipe, size: 48 },
    sampling: { stylesPerContent: 0 },
    content: { annotations },
    output: { exports: ['coco', 'yoloBoxes', 'masks'] },
  });

test('numbers of categories are those of the source, whichever of them occur', async (t) => {
  const names = ['cat', 'cow', 'dog'];
  for (const given of [names, undefined]) {
    const job = await exportJob({ format: 'yolo', path: 'labels', ...(given && { names: given }) });
    t.teardown(job.remove);
    await job.put(`labels/${paths[0].replace('.png', '.txt')}`, '2 0.5 0.5 0.25 0.25\n');
    const { labels, maskAt, coco, ...found } = await exported(job);
    const listed = given ?? ['0', '1', '2'];
    t.is(labels, '2 0.5 0.5 0.25 0.25\n');
    t.deepEqual(found.names, listed);
    t.deepEqual(found.values, { 1: listed[0], 2: listed[1], 3: listed[2] });
    t.is(maskAt(24, 24), 3);
    t.deepEqual(
      coco.categories.map(({ id }: { id: number }) => id),
      [0, 1, 2],
    );
    const repaired = await wildstyle(['verify', job.out, '--repair'], job);
    t.is(repaired.exitCode, 0, repaired.stderr);
  }
});

test('COCO: its order counts, crowds are no objects of YOLO, and outlines of one object are one', async (t) => {
  const job = await exportJob({ format: 'coco', path: 'boxes.json' });
  t.teardown(job.remove);
  const categories = [
    { id: 9, name: 'sky' },
    { id: 300, name: 'never' },
    { id: 5, name: 'wave' },
  ];
  const square = (x: number) => [x, 12, x + 12, 12, x + 12, 24, x, 24];
  const annotations = [
    {
      image_id: 1,
      category_id: 5,
      iscrowd: 1,
      bbox: [0, 0, 48, 36],
      segmentation: { size: [48, 48], counts: [0, 48 * 5, 48 * 43] },
    },
    { image_id: 1, category_id: 9, bbox: [0, 12, 48, 12], segmentation: [square(0), square(36)] },
  ];
  const images = paths.map((file_name, index) => ({ id: index + 1, file_name, width: 48, height: 48 }));
  await job.put('boxes.json', JSON.stringify({ images, categories, annotations }));
  const { names, labels, values, maskAt, coco } = await exported(job);
  t.deepEqual(names, ['sky', 'never', 'wave']);
  const corners = [
    [0, 0.25, 0.25, 0.25],
    [0.75, 0.25, 1, 0.25, 1, 0.5, 0.75, 0.5, 0.75, 0.25],
    [0.25, 0.25, 0.25, 0.5, 0, 0.5],
  ];
  t.is(labels, `0 ${corners.flat().join(' ')}\n`);
  // No value of a mask stands for 300; the crowd is smaller than the object, and yet below it.
  t.deepEqual(values, { 5: 'wave', 9: 'sky' });
  t.deepEqual([maskAt(2, 2), maskAt(2, 14), maskAt(40, 14), maskAt(24, 14)], [5, 9, 9, 0]);
  t.deepEqual(
    coco.categories.map(({ id }: { id: number }) => id),
    [9, 300, 5],
  );
  t.deepEqual(
    coco.annotations.map(({ iscrowd }: { iscrowd: number }) => iscrowd),
    [1, 0],
  );
});
