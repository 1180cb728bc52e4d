/**
 * Proves that nothing leaks between the splits of a dataset: no photograph, group or image, no near duplicate, and no style
 * where splits share none.
 * @module
 */
import { Sets, similarPairs } from '../../../images/similar/search.js';
import { photographsOf } from '../../../splits/names.js';
import { type ByRole, styleRoles } from '../../../stylize/role.js';
import { manifestRecords } from '../../ledger/manifest.js';
import { splitOf } from '../../ledger/metadata-row.js';
import { isComplete } from '../../ledger/record-kinds.js';
import { readSplitsFile } from '../../splits-file.js';
import type { DatasetSummary } from '../../summary.js';
import type { DatasetProblem } from '../dataset-problem.js';
import { type Picture, picturesInFiles, picturesOfSources, type UsedSource } from './pictures.js';
import { RecordedLeaks } from './recorded-leaks.js';

/** The result of a search for leaks. */
export interface LeakSearch {
  /** The splits that were compared; robustness sets count as their split. */
  readonly splits: readonly string[];
  /** Number of pictures that were compared. */
  readonly pictures: number;
  /** Sources whose picture is no longer known, so that near duplicates of them may exist. */
  readonly unknown: number;
  readonly problems: readonly DatasetProblem[];
}

/**
 * Searches a dataset for leaks. Decodes every image, and every source that is still there.
 * @throws `dataset-invalid` if the manifest or `splits.csv` is damaged
 */
export async function findLeaks(root: string, summary: DatasetSummary | undefined): Promise<LeakSearch> {
  const job = (summary?.job ?? {}) as {
    readonly split?: { readonly styles?: unknown };
    readonly content?: { readonly root?: string };
    readonly style?: { readonly root?: string };
  };
  const areStylesDisjoint = job.split?.styles === 'disjoint';
  const recorded = new RecordedLeaks(areStylesDisjoint);
  const kinds = new Map<string, Picture['kind']>();
  const [contents, styles] = [new Map<string, UsedSource>(), new Map<string, UsedSource>()];
  const splits = new Set<string>();
  for await (const record of manifestRecords(root)) {
    if (!isComplete(record)) continue;
    recorded.add(record);
    const split = photographsOf(splitOf(record));
    splits.add(split);
    kinds.set(record.file, record.kind);
    const sources: ByRole<{ path: string; sha256: string }> = record.sources;
    const use = (uses: Map<string, UsedSource>, { path, sha256 }: { path: string; sha256: string }) =>
      uses.set(`${split} ${sha256}`, { path, sha256, split, file: record.file });
    if (sources.content) use(contents, sources.content);
    if (areStylesDisjoint)
      for (const style of styleRoles.flatMap((role) => sources[role] ?? [])) use(styles, style);
  }
  const remembered = (await readSplitsFile(root)) ?? [];
  const files = await picturesInFiles(root, kinds);
  const photographs = await picturesOfSources(
    'content',
    job.content?.root,
    [...contents.values()],
    remembered,
  );
  const paintings = await picturesOfSources('style', job.style?.root, [...styles.values()], remembered);
  const originals = new Set(files.flatMap(({ kind, file }) => (kind === 'original' ? [file] : [])));
  const unknown = photographs.missing.filter(({ file }) => !originals.has(file));
  return {
    splits: [...splits].sort(),
    pictures: files.length + photographs.pictures.length + paintings.pictures.length,
    unknown: unknown.length + paintings.missing.length,
    problems: [
      ...recorded.problems,
      ...unrecordedCopies([...photographs.pictures, ...files]),
      ...pictureLeaks([...photographs.pictures, ...files], 'picture-shared'),
      ...pictureLeaks(paintings.pictures, 'style-shared'),
    ],
  };
}

function pictureLeaks(
  pictures: readonly Picture[],
  code: 'picture-shared' | 'style-shared',
): DatasetProblem[] {
  const sets = new Sets(pictures.length);
  const pairs = similarPairs(
    pictures.map(({ fingerprint }) => fingerprint),
    // Two images in one style may look alike; the photographs that they are made from are compared themselves.
    (a, b) => pictures[a].kind !== 'stylized' || pictures[b].kind !== 'stylized',
  );
  for (const [a, b] of pairs) sets.join(a, b);
  // Pictures that the dataset knows come first: foreign files are compared with them where there are any.
  const members = new Map<number, Picture[]>();
  for (const isForeign of [false, true]) {
    for (const [index, picture] of pictures.entries()) {
      if ((picture.kind === 'unrecorded') !== isForeign) continue;
      const ofSet = members.get(sets.of(index));
      if (ofSet) ofSet.push(picture);
      else members.set(sets.of(index), [picture]);
    }
  }
  const problems = new Map<string, DatasetProblem>();
  for (const [index, picture] of pictures.entries()) {
    const { file, name, kind, sha256, split } = picture;
    // A set has one problem for each picture outside of the split of its first one, but foreign files are all named.
    const alike = members.get(sets.of(index)) ?? [];
    const other = kind === 'unrecorded' ? alike.find((each) => each.split !== split) : alike[0];
    // Copies are reported already, and one problem a file is enough.
    const isCopy = alike.some((each) => each.sha256 === sha256 && each.split !== split);
    if (!other || other.split === split || isCopy || problems.has(file)) continue;
    const subject = kind === 'source' ? `is made from ${name}, which ` : '';
    const message = `${subject}looks like ${other.name}, which is in another split`;
    problems.set(file, { code, file, message });
  }
  return [...problems.values()];
}

/** Files without a record that are copies of an image in another split. The records show the other copies. */
function unrecordedCopies(pictures: readonly Picture[]): DatasetProblem[] {
  const bySha256 = new Map<string, Picture[]>();
  for (const picture of pictures)
    bySha256.set(picture.sha256, [...(bySha256.get(picture.sha256) ?? []), picture]);
  return pictures.flatMap(({ kind, file, sha256, split }) => {
    const other = kind === 'unrecorded' && bySha256.get(sha256)?.find((copy) => copy.split !== split);
    if (!other) return [];
    return [{ code: 'image-shared', file, message: `is a copy of ${other.name}, which is in another split` }];
  });
}
