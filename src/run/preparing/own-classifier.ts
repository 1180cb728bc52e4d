/** Reads and tries the classifier that a job's gate names, before anything is made. @module */
import { readFile, stat } from 'node:fs/promises';
import { canonicalJson } from '../../files/canonical-json.js';
import { sha256 } from '../../files/digest.js';
import { Classifier, type ClassifierFile, classifierInvalid } from '../../gate/classifier.js';
import { type ClassifierSettings, ownClassifier } from '../../job/gate-schema.js';
import type { Job } from '../../job/schema.js';

const largestModelBytes = 2 ** 31;
const largestLabelsBytes = 2 ** 20;

/**
 * The classifier of the job, tried on a gray image. Undefined if the job has none.
 * @param classes those of the job
 * @throws `classifier-invalid` if it cannot judge the classes of the job
 */
export async function readClassifier(
  { gate }: Pick<Job, 'gate'>,
  classes: Iterable<string>,
): Promise<ClassifierFile | undefined> {
  const settings = ownClassifier(gate);
  if (!settings) return undefined;
  const labels = await labelsOf(settings);
  const known = new Set(labels);
  const missing = [...new Set(classes)].filter((name) => !known.has(name)).sort();
  if (missing.length > 0) {
    const shown = missing.slice(0, 5).join(', ') + (missing.length > 5 ? ', ...' : '');
    throw classifierInvalid(
      `gate.classifier.labels lacks ${missing.length} of the classes of the job: ${shown}. It has ${labels.slice(0, 5).join(', ')}${labels.length > 5 ? ', ...' : ''}.`,
    );
  }
  const bytes = await bytesOf(settings.model, largestModelBytes);
  const file = { ...settings, labels, sha256: sha256(bytes) };
  await (await Classifier.open(file, bytes)).dispose();
  return file;
}

/** What stands for a classifier in ids: all that changes what it says. */
export function classifierDigest({ model: _, ...decisive }: ClassifierFile): string {
  return sha256(canonicalJson(decisive));
}

/** Loads a classifier that was read before. @throws `classifier-invalid` */
export async function openClassifier(file: ClassifierFile, threads: number): Promise<Classifier> {
  return Classifier.open(file, await bytesOf(file.model, largestModelBytes), threads);
}

async function labelsOf({ labels }: ClassifierSettings): Promise<readonly string[]> {
  if (typeof labels !== 'string') return labels;
  const text = new TextDecoder().decode(await bytesOf(labels, largestLabelsBytes));
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  while (lines.at(-1) === '') lines.pop();
  const empty = lines.indexOf('');
  if (empty >= 0) throw classifierInvalid(`${labels}:${empty + 1}: the line is empty.`);
  if (lines.length < 2)
    throw classifierInvalid(`${labels} has ${lines.length} labels, but at least two are needed.`);
  return lines;
}

async function bytesOf(path: string, mostBytes: number): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size <= mostBytes) return await readFile(path);
  } catch (error) {
    throw classifierInvalid(`${path} cannot be read: ${(error as Error).message}`, error);
  }
  throw classifierInvalid(`${path} is larger than ${mostBytes} bytes.`);
}
