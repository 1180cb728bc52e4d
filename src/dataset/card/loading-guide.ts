/** The part of the card that shows how to load the dataset with common libraries. @module */
import type { DatasetSummary } from '../summary.js';

/** The training set, or else the first split. */
export function mainSplit({ counts }: Pick<DatasetSummary, 'counts'>): string {
  const splits = Object.keys(counts.splits);
  return splits.includes('train') ? 'train' : (splits[0] ?? 'train');
}

/** The name of a split in Hugging Face `datasets`, which allows only word characters. */
export function splitIdentifier(split: string): string {
  return split.replace(/\W/g, '_');
}

/** Returns snippets for Hugging Face, PyTorch, Keras and TensorFlow.js, for the training set, or else the first split. */
export function loadingGuide(summary: DatasetSummary): string {
  const { counts, job, status } = summary;
  const split = mainSplit(summary);
  const others = Object.keys(counts.splits).filter((name) => name !== split);
  // Not ".", because `load_dataset` needs a folder name.
  const root = 'path/to/dataset';
  const folder = `"${root}/${split}"`;
  const isWebp = (job.output as { format?: unknown } | undefined)?.format === 'webp';
  const labeled = Object.keys(counts.classes).length > 0;
  return [
    ...(status === 'partial'
      ? [`The dataset is not complete: these load the ${counts.complete} images so far.`]
      : []),
    snippet('Hugging Face', 'python', [
      'from datasets import load_dataset',
      `dataset = load_dataset("${root}", split="${splitIdentifier(split)}")`,
      ...others.slice(0, 1).map((name) => {
        const identifier = splitIdentifier(name);
        return `${identifier} = load_dataset("${root}", "${identifier}", split="${identifier}")`;
      }),
      labeled
        ? 'dataset[0]["image"], dataset.features["label"].int2str(dataset[0]["label"])'
        : 'dataset[0]["image"]',
    ]),
    ...(labeled ? [pyTorchSnippet(folder)] : []),
    ...(labeled && !isWebp ? [kerasSnippet(folder)] : []),
    ...(isWebp ? ['Keras does not read WebP. To use Keras, set `output.format` to `jpeg` or `png`.'] : []),
    tensorFlowJsSnippet(folder),
  ].join('\n\n');
}

function pyTorchSnippet(folder: string): string {
  return snippet('PyTorch', 'python', [
    'from torchvision.datasets import ImageFolder',
    `dataset = ImageFolder(${folder})`,
    'dataset.classes, dataset[0]',
  ]);
}

function kerasSnippet(folder: string): string {
  return snippet('Keras', 'python', [
    'import keras',
    `dataset = keras.utils.image_dataset_from_directory(${folder}, image_size=(256, 256))`,
  ]);
}

function tensorFlowJsSnippet(folder: string): string {
  return snippet('TensorFlow.js', 'js', [
    "import { readFileSync } from 'node:fs';",
    "import * as tf from '@tensorflow/tfjs';",
    "import sharp from 'sharp';",
    '',
    `const folder = ${folder};`,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the reader's template
    "const lines = readFileSync(`${folder}/metadata.jsonl`, 'utf8').trim().split('\\n');",
    'const rows = lines.map((line) => JSON.parse(line));',
    'const classes = [...new Set(rows.map((row) => row.label))].sort();',
    'const dataset = tf.data.generator(async function* () {',
    '  for (const row of rows) {',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the reader's template
    '    const image = sharp(`${folder}/${row.file_name}`).resize(128, 128).raw();',
    '    const { data, info } = await image.toBuffer({ resolveWithObject: true });',
    "    const xs = tf.tensor3d(new Uint8Array(data), [info.height, info.width, info.channels], 'int32');",
    '    yield { xs, ys: classes.indexOf(row.label) };',
    '  }',
    '});',
  ]);
}

function snippet(title: string, language: string, lines: readonly string[]): string {
  return `${title}:\n\n\`\`\`${language}\n${lines.join('\n')}\n\`\`\``;
}
