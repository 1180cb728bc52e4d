/** Indexes the manifest of a dataset after checking that it is the one that was written. @module */
import { WildstyleError } from '../../errors.js';
import { sha256InPieces } from '../../files/digest.js';
import { readLines } from '../../files/lines.js';
import { outputPaths } from '../output-paths.js';
import { manifestSource } from './manifest-copy.js';
import { RecordIndex } from './record-index.js';
import { parseRecord } from './record-line.js';

/**
 * Indexes the records of a manifest or, where it is missing, of its copy.
 * @param expectedSha256 the digest in `dataset.json`; undefined if there is none to compare with
 * @throws `dataset-invalid` if the manifest was altered: a run must not take over what is wrong and sign it again
 */
export async function indexManifest(root: string, expectedSha256: string | undefined): Promise<RecordIndex> {
  const paths = outputPaths(root);
  const path = manifestSource(paths) ?? paths.manifest;
  const records = new RecordIndex();
  const digest = sha256InPieces();
  let firstProblem: WildstyleError | undefined;
  for await (const { text, number, ended, offsetBytes, lengthBytes } of readLines(path)) {
    digest.update(ended ? `${text}\n` : text);
    const where = `manifest.jsonl:${number}`;
    if (firstProblem || records.add(parsed(text), { source: path, offsetBytes, lengthBytes })) continue;
    firstProblem = invalidRecord(text, where);
  }
  if (firstProblem) throw firstProblem;
  if (expectedSha256 !== undefined && digest.digest('hex') !== expectedSha256) throw altered(path);
  return records;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function invalidRecord(text: string, where: string): WildstyleError {
  try {
    parseRecord(text, where);
    return new WildstyleError('dataset-invalid', `${where}: not a valid record`);
  } catch (error) {
    return error as WildstyleError;
  }
}

function altered(path: string): WildstyleError {
  return new WildstyleError(
    'dataset-invalid',
    `${path} was altered: it does not match its digest in dataset.json.`,
    { cure: 'Restore the file, or run `wildstyle verify DIR --repair` to fix the dataset.' },
  );
}
