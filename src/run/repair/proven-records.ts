/** Finds the records of a damaged dataset that can be relied on. @module */
import { readJournals } from '../../dataset/ledger/journals/read-journals.js';
import { asPlanned } from '../../dataset/ledger/manifest.js';
import type { FoundManifest } from '../../dataset/ledger/manifest-copy.js';
import type { CompleteRecord } from '../../dataset/ledger/record.js';
import { RecordIndex } from '../../dataset/ledger/record-index.js';
import { isComplete } from '../../dataset/ledger/record-kinds.js';
import { formatRecord, parseRecord } from '../../dataset/ledger/record-line.js';
import { RecordReader } from '../../dataset/ledger/record-reader.js';
import { outputPaths } from '../../dataset/output-paths.js';
import { imageProblem } from '../../dataset/verify/verify-image.js';
import { mapConcurrently } from '../../files/concurrency.js';
import { readLines } from '../../files/lines.js';
import type { PlanItem } from '../../plan/item.js';

/** The records that count, and the images that do not match theirs. */
export interface ProvenRecords {
  readonly records: RecordIndex;
  /** Records without an image that matches. */
  readonly dropped: readonly { readonly id: string; readonly file: string }[];
}

const imagesAtOnce = 8;

/**
 * Reads the records of a dataset: from its journals if they count, else from its manifest or the copy of it. In an altered manifest, a record
 * counts only if it says what the plan says. A complete record counts only if its image matches it.
 * @param onDoubt called with the number of records that count, if they come from an altered manifest or from none
 */
export async function provenRecords(
  root: string,
  items: Iterable<PlanItem>,
  manifest: FoundManifest,
  onDoubt: (kept: number) => void,
): Promise<ProvenRecords> {
  const { journals, records: journaled } = await readJournals(outputPaths(root).journalsFolder);
  const records = journals.isSettled ? journaled : await readableRecords(manifest.path);
  const reader = new RecordReader();
  try {
    if (!journals.isSettled && !manifest.isIntact) {
      await dropUnplanned(records, items, reader);
      onDoubt(records.size);
    }
    return { records, dropped: await dropWrongImages(root, records, reader) };
  } finally {
    await reader.close();
  }
}

/** Reads the lines of the manifest that are records. */
async function readableRecords(source: string | undefined): Promise<RecordIndex> {
  const records = new RecordIndex();
  if (source === undefined) return records;
  for await (const { text, number, offsetBytes, lengthBytes } of readLines(source)) {
    try {
      records.add(parseRecord(text, `manifest.jsonl:${number}`), { source, offsetBytes, lengthBytes });
    } catch {
      // Its image has no record then, and is remade.
    }
  }
  return records;
}

async function dropUnplanned(
  records: RecordIndex,
  items: Iterable<PlanItem>,
  reader: RecordReader,
): Promise<void> {
  for (const item of items) {
    const place = records.get(item.id);
    if (!place) continue;
    const text = await reader.readText(place);
    const record = parseRecord(text, item.id);
    if (formatRecord(asPlanned(record, item)).trimEnd() !== text) records.delete(item.id);
  }
}

async function dropWrongImages(
  root: string,
  records: RecordIndex,
  reader: RecordReader,
): Promise<{ id: string; file: string }[]> {
  const dropped: { id: string; file: string }[] = [];
  const check = async (group: readonly CompleteRecord[]) => {
    const problems = await mapConcurrently(group, (record) => imageProblem(root, record), imagesAtOnce);
    for (const [index, { id, file }] of group.entries()) {
      if (!problems[index]) continue;
      dropped.push({ id, file });
      records.delete(id);
    }
  };
  let group: CompleteRecord[] = [];
  for (const place of [...records.values()]) {
    const record = await reader.read(place);
    if (!isComplete(record)) continue;
    group.push(record);
    if (group.length < imagesAtOnce) continue;
    await check(group);
    group = [];
  }
  await check(group);
  return dropped;
}
