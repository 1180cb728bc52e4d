/** Merges shards into a dataset: the same as that of a run without shards. @module */
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { findJournals } from '../../dataset/ledger/journals/journal-files.js';
import { readJournals } from '../../dataset/ledger/journals/read-journals.js';
import { retireJournals, settleJournals } from '../../dataset/ledger/journals/settle-journals.js';
import { writeManifest } from '../../dataset/ledger/manifest.js';
import { indexManifest } from '../../dataset/ledger/manifest-index.js';
import type { ItemRecord, StylizedRecord } from '../../dataset/ledger/record.js';
import type { RecordIndex } from '../../dataset/ledger/record-index.js';
import { readRecords } from '../../dataset/ledger/record-reader.js';
import type { Counts } from '../../dataset/ledger/tally.js';
import { markOutput, type OutputJob, readJobImages, readOutputJob } from '../../dataset/output-job.js';
import { outputPaths } from '../../dataset/output-paths.js';
import { dropMissing, recordsOfRoot } from '../../dataset/output-status.js';
import { type CompleteShard, combinedRecords } from '../../dataset/shards/combine.js';
import { assertNoOtherWriter, removeShards } from '../../dataset/shards/shard-folders.js';
import { WildstyleError } from '../../errors.js';
import type { FileSystem } from '../../files/file-system.js';
import { publishFile } from '../../files/publish.js';
import { readRegularFile } from '../../files/regular-file.js';
import { shardText } from '../../plan/shard.js';
import { defaultSheetRows } from '../../report/dataset-sheet.js';
import { chooseSheetRows } from '../../report/sheet-rows.js';
import { lastRunOfShards } from '../finish/last-run.js';
import type { Overviews, OverviewWishes } from '../finish/overviews.js';
import { publishDataset } from '../finish/publish-dataset.js';
import { whileLocked } from '../locked.js';
import { copyImage } from './copy-image.js';
import { findCompleteShards } from './find-complete.js';

/** Options of a merge. */
export interface MergeOptions {
  readonly onProgress?: (done: number, total: number) => void;
  /** For tests of crashes. */
  readonly fileSystem?: FileSystem;
}

/** The result of a merge. */
export interface MergeResult extends Overviews {
  readonly counts: Counts;
  /** Images that were copied from other folders. */
  readonly copied: number;
}

/**
 * Merges the shards in output folders. The folder `out` may be one of them; images of the others are copied to it and
 * checked against their records. The working folders of shards in `out` are removed, those of other folders stay.
 * @throws `shard-missing`, `shard-foreign` with the names of shards; `dataset-invalid` if a file was altered;
 *   `output-in-use` if a shard is still running; `output-foreign`, `disk-full`, `output-unwritable`
 */
export async function mergeShards(
  roots: readonly string[],
  out: string,
  options: MergeOptions = {},
): Promise<MergeResult> {
  const folders = [...new Set(roots.map((root) => resolve(root)))];
  const shards = await findCompleteShards(folders);
  const target = resolve(out);
  return whileLocked(target, options, async ({ lock }) => {
    for (const root of folders) await assertNoOtherWriter(root);
    const merged = await mergeLocked(shards, target, lock, options.onProgress ?? (() => {}));
    if (folders.includes(target)) await removeShards(target, lock.fileSystem);
    return merged;
  });
}

async function mergeLocked(
  shards: readonly CompleteShard[],
  out: string,
  {
    generation: lockGeneration,
    fileSystem,
  }: { readonly generation: number; readonly fileSystem: FileSystem },
  onProgress: (done: number, total: number) => void,
): Promise<MergeResult> {
  const [first] = shards;
  const { plan: planDigest, planItems } = first.completion;
  const marked = await readOutputJob(first.place);
  if (!marked)
    throw new WildstyleError('dataset-invalid', `${outputPaths(first.place).outputJob} is missing.`);
  const paths = outputPaths(out);
  const { generation: latest } = await findJournals(paths.journalsFolder);
  const generation = Math.max(lockGeneration, latest + 1);
  // From here on, until they are retired, the journals count: the manifest can be replaced at any time.
  await settleJournals(paths, generation, (await recordsOfRoot(out)).values(), fileSystem);
  const { records: earlier } = await readJournals(paths.journalsFolder);
  const images = await readJobImages(first.place);
  await markOutput(out, { ...marked, images }, marked.earlierJobs, fileSystem);
  let copied = 0;
  let done = 0;
  const merged = (async function* (): AsyncGenerator<ItemRecord> {
    const taken = new Set<string>();
    for await (const { record, place } of combinedRecords(shards)) {
      if (earlier.size > 0) taken.add(record.id);
      if (record.status === 'complete') {
        if (place.root !== out) copied += await copyImage(place.root, out, record, fileSystem);
        else if (!(await isThere(join(out, record.file)))) throw lacks(place.shard, record.file);
      }
      onProgress(++done, planItems);
      yield record;
    }
    yield* notTaken(out, earlier, taken);
  })();
  const compiled = await writeManifest(out, merged, fileSystem);
  const { splits } = outputPaths(first.place);
  if (first.place.root !== out && existsSync(splits)) {
    const { temporaryFolder } = paths;
    await publishFile(paths.splits, await readRegularFile(splits), { temporaryFolder, fileSystem });
  }
  const startedAt = shards.map(({ completion }) => completion.startedAt).sort()[0];
  const published = await publishDataset(
    {
      root: out,
      compiled,
      shown: await shownOf(await indexManifest(out, compiled.manifest.sha256)),
      job: marked.job,
      planDigest,
      roots: sourceRoots(marked),
      startedAt: new Date(startedAt),
      environmentOf: () => commonEnvironment(shards),
      lastRun: lastRunOfShards(
        compiled.counts,
        shards.map(({ completion }) => completion.lastRun),
      ),
      wishes: wishesOf(shards),
    },
    fileSystem,
  );
  await retireJournals(paths, generation, fileSystem);
  return { counts: compiled.counts, ...published, copied };
}

/** The overviews that the job asks for: all of its shards do. */
function wishesOf(shards: readonly CompleteShard[]): OverviewWishes {
  const isWished = (key: keyof OverviewWishes) =>
    shards.every(({ completion }) => completion.overviews?.[key] ?? true);
  return { contactSheet: isWished('contactSheet'), report: isWished('report') };
}

/** The records of the contact sheet. */
async function shownOf(records: RecordIndex): Promise<StylizedRecord[]> {
  const shown: StylizedRecord[] = [];
  for await (const record of readRecords(chooseSheetRows(records.values(), defaultSheetRows)))
    shown.push(record as StylizedRecord);
  return shown;
}

/** The images of earlier jobs that are not in the plan. */
async function* notTaken(
  out: string,
  earlier: RecordIndex,
  taken: ReadonlySet<string>,
): AsyncGenerator<ItemRecord> {
  await dropMissing(out, earlier);
  const kept = [...earlier.values()].filter(({ id, status }) => status === 'complete' && !taken.has(id));
  yield* readRecords(kept);
}

function sourceRoots({ job }: OutputJob): { content: string; style: string } {
  const rootIn = (role: string) => `${(job[role] as { root?: unknown } | undefined)?.root ?? ''}`;
  return { content: rootIn('content'), style: rootIn('style') };
}

/** The environment of all shards; if they differ, that of the first, and a list of all. */
function commonEnvironment(shards: readonly CompleteShard[]): Record<string, unknown> {
  const environments = shards.map(({ completion }) => completion.environment);
  // A shard of originals only has no engine.
  const [known = environments[0]] = environments.filter(({ engine }) => engine !== null);
  const distinct = new Map(
    environments.filter(({ engine }) => engine !== null).map((e) => [JSON.stringify(e), e]),
  );
  return distinct.size > 1 ? { ...known, machines: [...distinct.values()] } : known;
}

async function isThere(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true && found.size > 0;
}

function lacks(shard: CompleteShard['place']['shard'], file: string): WildstyleError {
  const name = shardText(shard);
  return new WildstyleError('shard-missing', `Shard ${name} lacks an image that it made: ${file}`, {
    cure: `Run it again: wildstyle run JOB --shard ${name}. Then merge again.`,
  });
}
