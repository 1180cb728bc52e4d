/** Checks the files outside of the splits, and finds files that do not belong to the dataset. @module */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256OfFile } from '../../files/digest.js';
import { exportsFolderName, splitMetadataName, workFolderName } from '../output-paths.js';
import type { DatasetSummary } from '../summary.js';
import type { DatasetProblem } from './dataset-problem.js';
import { staysInside } from './verify-image.js';

/** Checks the files that `dataset.json` declares: card, contact sheet, exports. Ignores other files at the root. */
export async function* declaredFileProblems(
  root: string,
  summary: DatasetSummary | undefined,
): AsyncGenerator<DatasetProblem> {
  for (const [file, sha256] of Object.entries(summary?.digests.files ?? {})) {
    if (staysInside(file)) yield* declaredFileProblem(root, file, sha256);
    else
      yield {
        code: 'summary-differs',
        file: 'dataset.json',
        message: `declares a file outside the dataset: ${file}`,
      };
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
      yield { code: 'file-altered', file, message: 'is a symbolic link, not a file' };
      return;
    }
    const digest = await sha256OfFile(path);
    if (digest !== sha256)
      yield { code: 'file-altered', file, message: `sha256 is ${digest}, expected ${sha256}` };
  } catch (error) {
    yield { code: 'file-missing', file, message: error instanceof Error ? error.message : String(error) };
  }
}

/** Finds links in the place of the files and folders that make up a dataset: another place could change them. */
export async function* linkProblems(
  root: string,
  summary: DatasetSummary | undefined,
): AsyncGenerator<DatasetProblem> {
  const splits = Object.keys(summary?.counts.splits ?? {});
  const files = splits.flatMap((split) => [split, `${split}/${splitMetadataName}`]);
  for (const file of ['manifest.jsonl', 'dataset.json', ...files].filter(staysInside)) {
    const found = await lstat(join(root, file)).catch(() => undefined);
    if (found?.isSymbolicLink()) yield { code: 'file-altered', file, message: 'is a symbolic link' };
  }
}

/**
 * Finds files in the folders of a dataset that do not belong to it.
 * @param recorded files with a record, the metadata of their splits, and files that `dataset.json` declares
 */
export async function* extraFiles(
  root: string,
  recorded: ReadonlySet<string>,
): AsyncGenerator<DatasetProblem> {
  const entries = await readdir(root, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory() && entry.name !== workFolderName);
  for (const { name } of folders.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    yield* extraFilesBelow(root, name, recorded);
  }
}

async function* extraFilesBelow(
  root: string,
  folder: string,
  recorded: ReadonlySet<string>,
): AsyncGenerator<DatasetProblem> {
  const entries = await readdir(join(root, folder), { withFileTypes: true });
  if (entries.length === 0 && folder.split('/')[0] !== exportsFolderName) {
    yield {
      code: 'file-extra',
      file: folder,
      message: 'is an empty folder, which loaders may treat as a class',
    };
  }
  for (const entry of entries) {
    const file = `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* extraFilesBelow(root, file, recorded);
    else if (!recorded.has(file)) yield { code: 'file-extra', file, message: 'has no record' };
  }
}
