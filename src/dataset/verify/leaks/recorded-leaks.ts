/** Leaks that the manifest shows: a photograph, a group, an image or a style in two splits. @module */
import { ownGroup, photographsOf } from '../../../splits/names.js';
import { type ByRole, styleRoles } from '../../../stylize/role.js';
import { groupOf, splitOf } from '../../ledger/metadata-row.js';
import type { CompleteRecord } from '../../ledger/record.js';
import type { DatasetProblem } from '../dataset-problem.js';
import { inDataset, inSources } from './pictures.js';

interface Seen {
  readonly split: string;
  readonly file: string;
}

/** Takes complete records one by one. */
export class RecordedLeaks {
  readonly problems: DatasetProblem[] = [];
  readonly #seen = new Map<string, Seen>();
  readonly #reported = new Set<string>();

  /** @param areStylesDisjoint whether no style may be in two splits */
  constructor(private readonly areStylesDisjoint: boolean) {}

  add(record: CompleteRecord): void {
    const sources: ByRole<{ path: string; sha256: string }> = record.sources;
    const { content } = sources;
    const place = { split: photographsOf(splitOf(record)), file: record.file };
    const group = groupOf(record);
    this.#check('image-shared', record.sha256, place, 'is the same image as');
    if (content)
      this.#check(
        'photograph-shared',
        content.sha256,
        place,
        `is made from ${inSources(content.path, 'content')}, like`,
      );
    if (group !== undefined && group !== (content && ownGroup(content.sha256)))
      this.#check('group-shared', group, place, `is of the group "${group}", like`);
    for (const style of this.areStylesDisjoint ? styleRoles.flatMap((role) => sources[role] ?? []) : [])
      this.#check(
        'style-shared',
        style.sha256,
        place,
        `has the style ${inSources(style.path, 'style')}, like`,
      );
  }

  /** Reports each thing that is shared once for each split after the first. */
  #check(code: DatasetProblem['code'], name: string, place: Seen, relation: string): void {
    const key = `${code} ${name}`;
    const first = this.#seen.get(key);
    if (!first) this.#seen.set(key, place);
    if (!first || first.split === place.split || this.#reported.has(`${key} ${place.split}`)) return;
    this.#reported.add(`${key} ${place.split}`);
    const message = `${relation} ${inDataset(first.file)}, which is in another split`;
    this.problems.push({ code, file: place.file, message });
  }
}
