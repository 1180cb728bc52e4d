/**
 * `npm run consumers [-- --json]`: makes two small datasets with every export, one of them annotated, loads them with the
 * libraries that people train with, and compares number, labels, pixels, boxes and masks of the images. Prints a row for each
 * consumer; exits with 1 if one fails.
 * @module
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { expectedAnnotatedSamples, makeAnnotatedDataset } from './annotated.js';
import { expectedSamples, makeConsumedDataset, type Sample } from './dataset.js';
import { installLibraries, runCheck, whyUnavailable } from './python.js';
import { loadWithTensorFlowJs } from './tensorflowjs.js';

/** The Python checks by name of the consumer. */
const checks: Readonly<Record<string, string>> = {
  'torchvision ImageFolder': 'torchvision_folder.py',
  'Keras image_dataset_from_directory': 'keras_folder.py',
  'Hugging Face imagefolder': 'datasets_imagefolder.py',
  'Hugging Face webdataset': 'datasets_webdataset.py',
  'Hugging Face parquet': 'datasets_parquet.py',
  WebDataset: 'webdataset_tar.py',
  'tf.data TFRecord': 'tensorflow_tfrecord.py',
  'TensorFlow Datasets': 'tensorflow_datasets_folder.py',
  'mlcroissant validation and records': 'mlcroissant_records.py',
  pycocotools: 'pycocotools_json.py',
  'Ultralytics YOLO classification': 'ultralytics_classify.py',
  'DuckDB Parquet': 'duckdb_parquet.py',
};

/** The Python checks of the annotated dataset. */
const annotatedChecks: Readonly<Record<string, string>> = {
  'pycocotools, boxes and masks': 'boxes_pycocotools.py',
  'torchvision CocoDetection, boxes': 'boxes_torchvision.py',
  'Ultralytics YOLO, boxes': 'boxes_ultralytics.py',
  'Hugging Face imagefolder, boxes': 'boxes_imagefolder.py',
  'Hugging Face parquet, boxes': 'boxes_parquet.py',
  'Pillow, masks': 'masks_pillow.py',
};

/** The result of one consumer. */
interface ConsumerRow {
  readonly consumer: string;
  readonly version: string;
  /** Number of images that it read. */
  readonly images: number;
  /** Whether these are all images, with their labels or boxes, and pixels. */
  readonly ok: boolean;
}

/** Loads a dataset with a library. */
type Load = () => Promise<{ version: string; samples: Sample[] }>;

const { values } = parseArgs({ options: { json: { type: 'boolean' } } });

async function main(): Promise<number> {
  const reason = await whyUnavailable();
  if (reason) {
    process.stderr.write(`consumers: skipped: ${reason}\n`);
    if (values.json) process.stdout.write('[]\n');
    return 0;
  }
  const work = await mkdtemp(join(tmpdir(), 'wildstyle-consumers-'));
  try {
    const home = join(work, 'home');
    await mkdir(home);
    const root = await makeConsumedDataset(work);
    const annotatedRoot = await makeAnnotatedDataset(join(work, 'annotated'));
    const expected = sorted(await expectedSamples(root));
    const expectedAnnotated = sorted(await expectedAnnotatedSamples(annotatedRoot));
    const interpreter = await installLibraries();
    const rows: ConsumerRow[] = [];
    const add = async (consumer: string, wanted: readonly Sample[], load: Load) => {
      const row = await rowOf(consumer, wanted, load);
      rows.push(row);
      if (!values.json) process.stdout.write(`${lineOf(row)}\n`);
    };
    for (const [consumer, script] of Object.entries(checks)) {
      await add(consumer, expected, async () => JSON.parse(await runCheck(interpreter, script, root, home)));
    }
    for (const [consumer, script] of Object.entries(annotatedChecks)) {
      const load: Load = async () => JSON.parse(await runCheck(interpreter, script, annotatedRoot, home));
      await add(consumer, expectedAnnotated, load);
    }
    await add('TensorFlow.js', expected, () => loadWithTensorFlowJs(root));
    if (values.json) process.stdout.write(`${JSON.stringify(rows)}\n`);
    return rows.every(({ ok }) => ok) ? 0 : 1;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function rowOf(consumer: string, expected: readonly Sample[], load: Load): Promise<ConsumerRow> {
  try {
    const { version, samples } = await load();
    const ok = expected.length > 0 && isDeepStrictEqual(sorted(samples), expected);
    if (!ok)
      process.stderr.write(`${consumer}: ${samples.length} images that are not those of the dataset\n`);
    return { consumer, version, images: samples.length, ok };
  } catch (error) {
    process.stderr.write(`${consumer}: ${error instanceof Error ? error.message : error}\n`);
    return { consumer, version: '', images: 0, ok: false };
  }
}

function sorted(samples: readonly Sample[]): Sample[] {
  return [...samples].sort((a, b) => (a.join() < b.join() ? -1 : 1));
}

function lineOf({ consumer, version, images, ok }: ConsumerRow): string {
  return `${consumer.padEnd(36)}${version.padEnd(12)}${String(images).padStart(4)} images  ${ok ? 'ok' : 'FAILED'}`;
}

process.exitCode = await main();
