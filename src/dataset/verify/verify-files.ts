/** Checking the files of a dataset that are not images: those a run wrote beside the splits, and those it did not write. @module */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256OfFile } from '../../files/digest.js';
import { splitMetadataName, workFolderName } from '../output-paths.js';
import type { DatasetSummary } from '../summary.js';
import type { DatasetProblem } from './dataset-problem.js';
import { staysInside } from './verify-image.js';

/** What is wrong with the files that `dataset.json` declares: card, contact sheet, exports. Other files beside the splits are ignored. */
export async function* declaredFileProblems(
  root: string,
  summary: DatasetSummary | undefined,
): AsyncGenerator<DatasetProblem> {
  for (const [file, sha256] of Object.entries(summary?.digests.files ?? {})) {
    if (staysInside(file)) yield* declaredFileProblem(root, file, sha256);
    else yield { code: 'summary-differs', file: 'dataset.json', message: `names the file ${file}` };
  }
}

async function* declaredFileProblem(
  root: string,
  file: string,
  sha256: string,
): AsyncGenerator<DatasetProblem> {
  const path = join(root, file);
  try {
    if ((await lstat(path)).isSymbolicLink()) {
      yield { code: 'file-altered', file, message: 'it is a link, where a file was published' };
      return;
    }
    const digest = await sha256OfFile(path);
    if (digest !== sha256)
      yield { code: 'file-altered', file, message: `sha256 ${digest}, recorded ${sha256}` };
  } catch (error) {
    yield { code: 'file-missing', file, message: error instanceof Error ? error.message : String(error) };
  }
}

/** Files in the folders of a dataset that are neither recorded, nor declared in `dataset.json`, nor the metadata of a split. */
export async function* extraFiles(
  root: string,
  recorded: ReadonlySet<string>,
): AsyncGenerator<DatasetProblem> {
  const entries = await readdir(root, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory() && entry.name !== workFolderName);
  for (const { name } of folders.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    yield* extraFilesBelow(root, name, `${name}/${splitMetadataName}`, recorded);
  }
}

async function* extraFilesBelow(
  root: string,
  folder: string,
  metadata: string,
  recorded: ReadonlySet<string>,
): AsyncGenerator<DatasetProblem> {
  const entries = await readdir(join(root, folder), { withFileTypes: true });
  if (entries.length === 0) {
    yield { code: 'file-extra', file: folder, message: 'it is empty, and loaders take it for a class' };
  }
  for (const entry of entries) {
    const file = `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* extraFilesBelow(root, file, metadata, recorded);
    else if (file !== metadata && !recorded.has(file))
      yield { code: 'file-extra', file, message: 'no record has this file' };
  }
}
