/** The first part of a repair: finds what is wrong, moves it aside, and lets only records count that can be relied on. @module */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { findJournals } from '../../dataset/ledger/journals/journal-files.js';
import { settleJournals } from '../../dataset/ledger/journals/settle-journals.js';
import { findManifest } from '../../dataset/ledger/manifest-copy.js';
import type { OutputLock } from '../../dataset/lock.js';
import { markOutput } from '../../dataset/output-job.js';
import {
  exportsFolderName,
  outputPaths,
  reportFolderName,
  splitMetadataName,
  splitOfFile,
} from '../../dataset/output-paths.js';
import { findShards } from '../../dataset/shards/shard-folders.js';
import { type DatasetSummary, summaryDigest } from '../../dataset/summary.js';
import { type DatasetProblem, verifyDataset } from '../../dataset/verify/verify.js';
import { extraFiles } from '../../dataset/verify/verify-files.js';
import { staysInside } from '../../dataset/verify/verify-image.js';
import { readableSummary } from '../../dataset/verify/verify-summary.js';
import { WildstyleError } from '../../errors.js';
import { type ExporterName, exporterNames } from '../../export-formats.js';
import { plannedOutput } from '../preparing/planned-output.js';
import type { Prepared } from '../preparing/prepare.js';
import type { RunOptions } from '../progress/events.js';
import { provenRecords } from './proven-records.js';
import { recordedOutput } from './recorded-job.js';
import { joinedNote, type RepairNote, readRepairNote, writeRepairNote } from './repair-note.js';
import { setAside } from './set-aside.js';

/** What was found and moved, and what is left to do. */
export interface ClearedUp {
  readonly found: readonly DatasetProblem[];
  readonly setAside: readonly string[];
  readonly lost: readonly string[];
  /** Undefined if nothing is wrong. */
  readonly work: { readonly plan: Prepared; readonly note: RepairNote } | undefined;
}

const alteredCodes: ReadonlySet<string> = new Set(['file-altered', 'shape-differs']);

/**
 * Clears a dataset up, while its lock is held.
 * @throws as `repairDataset`
 */
export async function clearUp(
  root: string,
  prepared: () => Promise<Prepared>,
  lock: OutputLock,
  onEvent?: RunOptions['onEvent'],
): Promise<ClearedUp> {
  const { fileSystem } = lock;
  if ((await findShards(root)).length > 0) throw hasShards(root);
  const earlier = await readRepairNote(root);
  const found = await problemsOf(root, earlier !== undefined);
  if (found.length === 0 && !earlier) return { found, setAside: [], lost: [], work: undefined };

  const moved: string[] = [];
  const move = async (file: string) => {
    if (staysInside(file) && (await setAside(root, file, fileSystem))) moved.push(file);
  };
  const paths = outputPaths(root);
  const known = await recordedOutput(root);
  const intact = await intactSummary(root);
  const manifest = await findManifest(paths, intact?.digests.manifest);
  // The plan depends on it.
  const isSplitsDamaged = found.some(({ file, code }) => file === 'splits.csv' && alteredCodes.has(code));
  if (isSplitsDamaged) await move('splits.csv');
  const plan = await prepared();
  if (plan.plan.digest !== known.planDigest) throw otherPlan(root);

  // Links first: what is behind them is not part of the dataset.
  for (const { code, file, message } of found)
    if (code === 'file-altered' && message.includes('symbolic link') && isMovable(file)) await move(file);
  const { records, dropped } = await provenRecords(root, plan.plan.items(), manifest, (kept) => {
    if (kept < (intact ? intact.counts.complete + intact.counts.failed : 1))
      onEvent?.({ type: 'records-lost', kept });
  });
  const note = joinedNote(
    {
      only: intact?.status === 'partial' ? dropped.map(({ id }) => id) : null,
      ...(await othersToWrite(root, found, intact)),
      result: intact?.status === 'complete' ? intact.digests.result : null,
      manifestAltered: intact !== undefined && !manifest.isIntact,
    },
    earlier,
  );
  await writeRepairNote(root, note, fileSystem);
  if (!existsSync(paths.outputJob))
    await markOutput(root, plannedOutput(plan), known.earlierJobs, fileSystem);
  const { generation: latest } = await findJournals(paths.journalsFolder);
  const generation = Math.max(lock.generation, latest + 1);
  await settleJournals(paths, generation, records.values(), fileSystem);
  if (!intact) await move('dataset.json');

  for (const { file } of dropped) await move(file);
  for (const { code, file } of found) if (alteredCodes.has(code) && isMovable(file)) await move(file);
  const belonging = new Set(Object.keys(intact?.digests.files ?? {}));
  const unmakeable = new Map(dropped.map(({ id, file }) => [id, file]));
  for (const { id, file } of plan.plan.items()) {
    unmakeable.delete(id);
    belonging.add(metadataOf(file));
  }
  for (const { file, status } of records.values()) {
    if (status !== 'complete') continue;
    belonging.add(file);
    belonging.add(metadataOf(file));
  }
  const extra: string[] = [];
  for await (const { file } of extraFiles(root, belonging)) extra.push(file);
  for (const file of extra) await move(file);
  return { found, setAside: moved, lost: [...unmakeable.values()], work: { plan, note } };
}

const metadataOf = (file: string): string => `${splitOfFile(file)[0]}/${splitMetadataName}`;

async function problemsOf(root: string, isGoingOn: boolean): Promise<readonly DatasetProblem[]> {
  try {
    return (await verifyDataset(root, { isLocked: true })).problems;
  } catch (error) {
    // An interrupted repair may have left neither manifest nor summary: its journals have the records.
    if (isGoingOn) return [];
    throw error;
  }
}

/** The summary, unless it was edited. */
async function intactSummary(root: string): Promise<DatasetSummary | undefined> {
  const { summary, isAsWritten } = await readableSummary(root);
  return summary && isAsWritten && summary.digests.summary === summaryDigest(summary) ? summary : undefined;
}

/** Manifest, summary and metadata are replaced where they are; they count until then. */
function isMovable(file: string): boolean {
  return file !== 'manifest.jsonl' && file !== 'dataset.json';
}

/** Exports and reports that are damaged or outdated. Without a summary, all that are there. */
async function othersToWrite(
  root: string,
  found: readonly DatasetProblem[],
  intact: DatasetSummary | undefined,
): Promise<Pick<RepairNote, 'exports' | 'report'>> {
  const named = found.filter(({ code }) => code !== 'file-extra').map(({ file }) => file);
  const folders = await readdir(outputPaths(root).root);
  const present = folders.includes(exportsFolderName) ? await readdir(`${root}/${exportsFolderName}`) : [];
  const names = intact
    ? named.filter((file) => file.startsWith(`${exportsFolderName}/`)).map((file) => file.split('/')[1])
    : present;
  const isReport = (file: string) => file === 'report.html' || file.startsWith(`${reportFolderName}/`);
  return {
    exports: [...new Set(names)].filter((name): name is ExporterName =>
      exporterNames.some((known) => known === name),
    ),
    report: intact ? named.some(isReport) : folders.includes('report.html'),
  };
}

function hasShards(root: string): WildstyleError {
  return new WildstyleError('dataset-invalid', `${root} has shards that are not merged.`, {
    cure: 'Run the shards again, which makes what is missing, and merge them: wildstyle merge DIR.',
  });
}

function otherPlan(root: string): WildstyleError {
  return new WildstyleError(
    'output-differs',
    `${root} cannot be repaired: its images, its job or this version of wildstyle are not those it was made with.`,
    {
      cure: 'Restore the content and style images and the weights. `wildstyle run JOB --dry-run` lists the differences. --job gives the job with its weights.',
    },
  );
}
