/** The contact sheet and the report of a dataset: what there is to look at. The dataset is complete without them. @module */
import type { StylizedRecord } from '../../dataset/ledger/record.js';
import { outputPaths, reportFolderName } from '../../dataset/output-paths.js';
import { type DatasetSummary, publishSummary, readSummary, withFiles } from '../../dataset/summary.js';
import { asWildstyleError } from '../../errors.js';
import { asStorageError, type FileSystem } from '../../files/file-system.js';
import { unlinkIfThere } from '../../files/folders.js';
import type { Job } from '../../job/schema.js';
import { writeDatasetSheet } from '../../report/dataset-sheet.js';
import { removeEarlierSheets, writeReport } from '../../report/page/write-report.js';
import type { ByRole } from '../../stylize/role.js';

/** Which of them a job asks for. */
export type OverviewWishes = Pick<Job['run'], 'contactSheet' | 'report'>;

export const noOverviews: OverviewWishes = { contactSheet: false, report: false };

/** The overviews of a dataset, as paths; undefined where there is none. */
export interface Overviews {
  /** Also undefined if there is nothing to show. */
  readonly contactSheet: string | undefined;
  readonly report: string | undefined;
  /** What had no space on the disk. The next run writes it. */
  readonly missing?: MissingOverviews | undefined;
}

/** Overviews for which the disk had no space. */
export interface MissingOverviews {
  /** Names of files in the dataset. */
  readonly files: readonly string[];
  readonly reason: string;
}

/** What overviews are made of. */
export interface OverviewSources {
  readonly root: string;
  /** The records of the contact sheet. */
  readonly shown: readonly StylizedRecord[];
  /** The folders of the sources. */
  readonly roots: ByRole<string>;
  readonly wishes: OverviewWishes;
}

/** The report of a run shows all of so many images; of more, a part, so that the run ends within a few seconds. */
const mostShownWhole = 2000;
const shownPart = 1000;

/** Returns how many of so many images the report of a run shows. */
export const mostShown = (images: number): number => (images > mostShownWhole ? shownPart : images);

const { contactSheet: sheetName, report: reportName } = outputPaths('');

/** Returns which overviews a job asks for that a dataset does not declare. */
export function overviewsToMake({ counts, digests }: DatasetSummary, wishes: OverviewWishes): OverviewWishes {
  return {
    contactSheet: wishes.contactSheet && counts.stylized > 0 && !Object.hasOwn(digests.files, sheetName),
    report: wishes.report && !Object.hasOwn(digests.files, reportName),
  };
}

/** Returns whether a file belongs to an overview that is about to be replaced. */
export function isReplaced(file: string, { shown, wishes }: OverviewSources): boolean {
  if (file === sheetName) return wishes.contactSheet && shown.length > 0;
  return wishes.report && (file === reportName || file.startsWith(`${reportFolderName}/`));
}

/**
 * Writes the overviews of a dataset and declares them in its summary. What has no space on the disk is left out, and so is
 * what it would have replaced: that is outdated.
 * @param summary that of the dataset, which is published and does not declare them
 * @throws as the file system, except `disk-full`; `dataset-invalid`
 */
export async function writeOverviews(
  sources: OverviewSources,
  summary: DatasetSummary,
  fileSystem: FileSystem,
): Promise<Overviews> {
  const { root, shown, roots, wishes } = sources;
  const paths = outputPaths(root);
  const left = new Map<string, string>();
  const files: Record<string, string> = {};
  const isSheetWanted = wishes.contactSheet && shown.length > 0;
  const attempt = async (name: string, write: () => Promise<void>): Promise<void> => {
    await write().catch((error) => left.set(name, reasonOf(error)));
  };
  if (isSheetWanted)
    await attempt(sheetName, async () => {
      Object.assign(files, (await writeDatasetSheet(root, roots, shown, fileSystem)).files);
    });
  if (wishes.report)
    await attempt(reportName, async () => {
      const { complete, failed } = summary.counts;
      const atMost = Math.max(1, mostShown(complete + failed));
      Object.assign(files, (await writeReport(root, summary, { atMost, fileSystem })).files);
    });
  const written = [sheetName, reportName].filter((name) => Object.hasOwn(files, name));
  if (written.length > 0) {
    try {
      await publishSummary(root, withFiles(summary, files), fileSystem);
    } catch (error) {
      const reason = reasonOf(error);
      // It may be in its place, and only not be flushed.
      const declared = (await readSummary(root))?.digests.files ?? {};
      for (const name of written) if (declared[name] !== files[name]) left.set(name, reason);
    }
  }
  // What the summary does not declare, nobody could check.
  if (left.has(sheetName)) await remove(paths.contactSheet, fileSystem);
  if (left.has(reportName)) await remove(paths.report, fileSystem);
  if (wishes.report) await removeEarlierSheets(root, left.has(reportName) ? {} : files, fileSystem);
  const isThere = (name: string) => Object.hasOwn(files, name) && !left.has(name);
  const [reason] = left.values();
  return {
    contactSheet: isThere(sheetName) ? paths.contactSheet : undefined,
    report: isThere(reportName) ? paths.report : undefined,
    ...(reason !== undefined && { missing: { files: [...left.keys()], reason } }),
  };
}

/** Returns why there was no space; throws any other error. */
function reasonOf(error: unknown): string {
  const { code, message } = asWildstyleError(error);
  if (code !== 'disk-full') throw error;
  return message;
}

async function remove(path: string, fileSystem: FileSystem): Promise<void> {
  await unlinkIfThere(path, fileSystem).catch((error) => {
    throw asStorageError(error, path);
  });
}
