/**
 * `npm run consumers [-- --json]`: makes a small dataset with every export, loads it with the libraries that people train
 * with, and compares number, labels and pixels of the images. Prints a row for each consumer; exits with 1 if one fails.
 * @module
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
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

/** The result of one consumer. */
interface ConsumerRow {
  readonly consumer: string;
  readonly version: string;
  /** Number of images that it read. */
  readonly images: number;
  /** Whether these are all images, with their labels and pixels. */
  readonly ok: boolean;
}

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
    const expected = sorted(await expectedSamples(root));
    const interpreter = await installLibraries();
    const rows: ConsumerRow[] = [];
    const add = async (consumer: string, load: () => Promise<{ version: string; samples: Sample[] }>) => {
      const row = await rowOf(consumer, expected, load);
      rows.push(row);
      if (!values.json) process.stdout.write(`${lineOf(row)}\n`);
    };
    for (const [consumer, script] of Object.entries(checks)) {
      await add(consumer, async () => JSON.parse(await runCheck(interpreter, script, root, home)));
    }
    await add('TensorFlow.js', () => loadWithTensorFlowJs(root));
    if (values.json) process.stdout.write(`${JSON.stringify(rows)}\n`);
    return rows.every(({ ok }) => ok) ? 0 : 1;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function rowOf(
  consumer: string,
  expected: readonly Sample[],
  load: () => Promise<{ version: string; samples: Sample[] }>,
): Promise<ConsumerRow> {
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
