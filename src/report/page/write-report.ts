/** Writes the report of a dataset: one page, and sheets of thumbnails beside it if there are many. @module */
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { outputPaths, reportFolderName } from '../../dataset/output-paths.js';
import type { DatasetSummary } from '../../dataset/summary.js';
import { staysInside } from '../../dataset/verify/verify-image.js';
import { sha256 as sha256Of } from '../../files/digest.js';
import { asStorageError, type FileSystem, nodeFileSystem } from '../../files/file-system.js';
import { removeEmptyFolders } from '../../files/folders.js';
import { FilePublisher, type PublishOptions, publishFile } from '../../files/publish.js';
import type { Role } from '../../stylize/role.js';
import { pageAround } from './page.js';
import type { PageData } from './page-data.js';
import { type RowThumbnails, rowOf } from './rows.js';
import { pageScript } from './script.js';
import { openCharts } from './sections/charts.js';
import { shownRecords } from './shown-records.js';
import { pageStyle } from './style.js';
import { Survey, sourceKey } from './survey/survey.js';
import { sheetEdge, thumbnailPx, thumbnailSheets } from './thumbnails.js';
import { scriptJson } from './visible.js';

/** Thumbnails up to this size are in the page unless another bound is asked for. */
export const defaultInlineBytes = 16 * 2 ** 20;

/** Options of a report. */
export interface ReportOptions {
  /** The size in bytes of the thumbnails in the page; the others are in files in `report/`. */
  readonly inlineBytes?: number;
  /** Of more images than this, a part is shown, spread over the manifest. Default: all are. */
  readonly atMost?: number;
  readonly fileSystem?: FileSystem;
}

/** A report that was written. */
export interface WrittenReport {
  readonly path: string;
  /** Images in the gallery. */
  readonly images: number;
  /** Content and style images that could not be read for a thumbnail. */
  readonly missingSources: number;
  /** sha256 of its files, by path relative to the dataset. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Writes `report.html` and the files in `report/`. Reads the manifest twice and keeps no records, so memory grows with the
 * number of images only by names and numbers. Files have names by their content, so an earlier report stays whole until
 * the new page replaces it; remove what it leaves with {@link removeEarlierSheets} after `dataset.json` is published.
 * @throws `dataset-invalid`, `disk-full`, `output-unwritable`
 */
export async function writeReport(
  root: string,
  summary: DatasetSummary,
  options: ReportOptions = {},
): Promise<WrittenReport> {
  const { fileSystem = nodeFileSystem, inlineBytes = defaultInlineBytes, atMost } = options;
  const { report: path, temporaryFolder } = outputPaths(root);
  const publishing = { temporaryFolder, fileSystem };
  const survey = new Survey();
  const total = summary.counts.complete + summary.counts.failed;
  const records = () => shownRecords(root, total, atMost);
  for await (const record of records()) survey.add(record);
  const { paths, results } = thumbnailsOf(root, summary, survey);
  const missing = new Set<number>();
  const sheets = await writeSheets(root, paths, missing, inlineBytes, publishing);

  const hasFiles = Object.keys(sheets.files).length > 0;
  const charts = await openCharts();
  const look = { style: pageStyle, script: await pageScript(), hasFiles };
  const { before, after } = pageAround({ name: basename(root), summary, survey, total, charts, ...look });
  const page = await FilePublisher.open(path, publishing);
  try {
    await page.write(`${before}\n<script type="application/json" id="data">`);
    const shared: Omit<PageData, 'rows'> = {
      thumbnailPx,
      sheetEdge,
      constants: survey.constants(),
      sheets: sheets.addresses,
    };
    const head = scriptJson(shared);
    await page.write(`${head.slice(0, -1)},"rows":[`);
    let index = 0;
    const numberOf = (thumbnail: number | undefined): number =>
      thumbnail === undefined || missing.has(thumbnail) ? -1 : thumbnail;
    for await (const record of records()) {
      const sources: Readonly<Record<string, { sha256: string } | undefined>> = record.sources;
      const ofRole = (role: Role) =>
        numberOf(survey.sources.get(sourceKey(role, sources[role]?.sha256 ?? ''))?.index);
      const pictures: RowThumbnails = {
        content: ofRole('content'),
        style: ofRole('style'),
        result: numberOf(results[index]),
      };
      await page.write(`${index > 0 ? ',\n' : '\n'}${scriptJson(rowOf(record, pictures, survey.isVarying))}`);
      index++;
    }
    await page.write(`\n]}</script>${after}`);
    const { sha256 } = await page.commit();
    const missingSources = [...missing].filter((thumbnail) => thumbnail < survey.sources.size).length;
    return { path, images: index, missingSources, files: { [basename(path)]: sha256, ...sheets.files } };
  } catch (error) {
    await page.abort();
    throw error;
  }
}

/** The files of an earlier report that a new one does not use. */
export function outdatedReportFiles(summary: DatasetSummary, report: WrittenReport): string[] {
  return Object.keys(summary.digests.files).filter(
    (file) => file.startsWith(`${reportFolderName}/`) && !Object.hasOwn(report.files, file),
  );
}

/**
 * Removes the sheets in `report/` that do not belong to the report, also those of a command that was interrupted.
 * @param files those of the report, and any others
 */
export async function removeEarlierSheets(
  root: string,
  files: WrittenReport['files'],
  fileSystem: FileSystem = nodeFileSystem,
): Promise<void> {
  const folder = join(root, reportFolderName);
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const isOld = sheetName.test(name) && !Object.hasOwn(files, `${reportFolderName}/${name}`);
    if (!isOld) continue;
    await fileSystem.unlink(join(folder, name)).catch((error) => {
      throw asStorageError(error, join(folder, name));
    });
  }
  await removeEmptyFolders([folder], fileSystem);
}

const sheetName = /^thumbnails-[0-9a-f]{16}\.jpg$/;

/** The files of all thumbnails: the sources, then the images. */
function thumbnailsOf(root: string, { job }: DatasetSummary, { sources, files }: Survey) {
  const paths: (string | undefined)[] = [];
  for (const { role, path } of sources.values()) {
    const folder = (job[role] as { root?: unknown } | undefined)?.root;
    paths.push(typeof folder === 'string' && staysInside(path) ? join(folder, path) : undefined);
  }
  const results = files.map((file) => {
    if (file === '' || !staysInside(file)) return -1;
    return paths.push(join(root, file)) - 1;
  });
  return { paths, results: results.map((index) => (index < 0 ? undefined : index)) };
}

async function writeSheets(
  root: string,
  paths: readonly (string | undefined)[],
  missing: Set<number>,
  inlineBytes: number,
  publishing: PublishOptions,
) {
  const addresses: string[] = [];
  const files: Record<string, string> = {};
  let inlinedBytes = 0;
  for await (const bytes of thumbnailSheets(paths, (index) => missing.add(index))) {
    if (!bytes) {
      addresses.push('');
      continue;
    }
    const address = `data:image/jpeg;base64,${bytes.toString('base64')}`;
    if (inlinedBytes + address.length <= inlineBytes) {
      inlinedBytes += address.length;
      addresses.push(address);
      continue;
    }
    const file = `${reportFolderName}/thumbnails-${sha256Of(bytes).slice(0, 16)}.jpg`;
    if (!Object.hasOwn(files, file)) {
      files[file] = (await publishFile(join(root, file), bytes, publishing)).sha256;
    }
    addresses.push(file);
  }
  return { addresses, files };
}
