/** The first reading of a manifest: what all images have in common, and how they differ. @module */

import type { ItemRecord } from '../../../dataset/ledger/record.js';
import { factsOf, fileOf, isStylized } from '../../../dataset/ledger/record-kinds.js';
import type { ByRole, Role } from '../../../stylize/role.js';
import { flat, namesBelow, type Parameters, type ParameterValue, parametersOf } from '../rows.js';
import { visible } from '../visible.js';
import { NameCounts } from './distributions.js';
import { DrawnColumn } from './drawn-column.js';
import { contentLossOf, edgeF1Of } from './measured.js';
import { RightsSurvey } from './rights-survey.js';

/** Values of one drawn parameter, by the index of the stylized image. Images that do not have it are left out. */
export interface DrawnValues {
  readonly path: string;
  readonly values: readonly (ParameterValue | undefined)[];
}

/** What was measured of every stylized image; not a number where it was not. */
export interface Measure {
  readonly name: string;
  readonly values: readonly number[];
}

/** A file to make a thumbnail of. */
export interface SourceFile {
  readonly role: Role;
  readonly path: string;
}

interface SeenParameter {
  readonly first: ParameterValue;
  varies: boolean;
  /** Stylized images that have it. */
  stylized: number;
}

/** Failures with one code. */
export interface FailureGroup {
  count: number;
  readonly messages: NameCounts;
}

const mostMessages = 50;
const mostNames = 200;
const styleImage = 'style image';
const styleLoss = 'style.loss';

/** Collects, record by record. Keeps numbers and names, not the records. */
export class Survey {
  /** Sources by role and digest, in the order of their thumbnails. */
  readonly sources = new Map<string, SourceFile & { readonly index: number }>();
  /** Images of the dataset, in manifest order; empty where there is none. */
  readonly files: string[] = [];
  readonly styles = new NameCounts(mostNames);
  readonly failures = new Map<string, FailureGroup>();
  readonly elapsedMs: number[] = [];
  readonly stepMs: number[] = [];
  readonly rights = new RightsSurvey();
  /** Whether a gate judged any of the images. */
  hasVerdicts = false;
  readonly #drawn = new Map<string, DrawnColumn>();
  readonly #contentLosses: number[] = [];
  readonly #edgeF1: number[] = [];
  readonly #seen = new Map<string, SeenParameter>();
  #stylized = 0;

  add(record: ItemRecord): void {
    this.files.push(fileOf(record));
    const sources: ByRole<{ path: string; sha256: string }> = record.sources;
    for (const [role, { path, sha256 }] of Object.entries(sources)) {
      if (role !== 'content' && role !== 'style') continue;
      const key = sourceKey(role, sha256);
      if (!this.sources.has(key)) this.sources.set(key, { role, path, index: this.sources.size });
    }
    this.rights.add(record.sources);
    const isPlannedStylized = record.kind === 'stylized';
    if (isPlannedStylized) this.#stylized++;
    for (const [path, value] of Object.entries(parametersOf(record)))
      this.#see(path, value, isPlannedStylized);
    if (isPlannedStylized) {
      this.#draw(styleImage, visible(sources.style?.path ?? ''));
      const drawn = flat(record.drawn);
      for (const [path, value] of Object.entries(drawn)) this.#draw(path, value);
      // Losses have weights, so that those of one name are the same parameter whatever the others are.
      const loss = namesBelow(drawn, styleLoss);
      if (loss !== null && drawn[styleLoss] === undefined) this.#draw(styleLoss, loss);
      this.#contentLosses.push(contentLossOf(record));
      this.#edgeF1.push(edgeF1Of(record));
    }
    if (record.kind === 'stylized' && record.gate) this.hasVerdicts = true;
    if (record.status === 'failed') this.#fail(record.error);
    if (isStylized(record)) {
      this.styles.add(visible(sources.style?.path ?? ''));
      const { evaluations } = factsOf(record);
      this.elapsedMs.push(record.elapsedMs);
      if (evaluations) this.stepMs.push(record.elapsedMs / evaluations);
    }
  }

  /** Whether a parameter is not the same for all stylized images, or some do not have it. */
  readonly isVarying = (path: string): boolean => {
    const seen = this.#seen.get(path);
    return !seen || seen.varies || seen.stylized < this.#stylized;
  };

  /** The parameters that all stylized images have, with the same value. */
  constants(): Parameters {
    const same = [...this.#seen].filter(([path]) => !this.isVarying(path));
    return Object.fromEntries(same.sort(byName).map(([path, { first }]) => [path, first]));
  }

  /** The drawn parameters with more than one value, the image of the style among them. */
  drawn(): DrawnValues[] {
    const varying = [...this.#drawn].filter(([, { varies }]) => varies).sort(byName);
    return varying.map(([path, column]) => ({ path, values: column.values() }));
  }

  /** What was measured of at least one image. */
  measures(): Measure[] {
    const all = [
      { name: 'content loss', values: this.#contentLosses },
      { name: 'edge F1', values: this.#edgeF1 },
    ];
    return all.filter(({ values }) => values.some(Number.isFinite));
  }

  #see(path: string, value: ParameterValue, isStylized: boolean): void {
    const seen = this.#seen.get(path) ?? { first: value, varies: false, stylized: 0 };
    this.#seen.set(path, seen);
    if (seen.first !== value) seen.varies = true;
    if (isStylized) seen.stylized++;
  }

  /** Notes a value of the stylized image that is being added. */
  #draw(path: string, value: ParameterValue): void {
    const index = this.#contentLosses.length;
    const column = this.#drawn.get(path);
    if (column) column.set(index, value);
    else this.#drawn.set(path, new DrawnColumn(index, value));
  }

  #fail({ code, message }: { code: string; message: string }): void {
    const group = this.failures.get(code) ?? { count: 0, messages: new NameCounts(mostMessages) };
    group.count++;
    group.messages.add(message);
    this.failures.set(code, group);
  }
}

/** Identifies a source. The same file may be a content image and a style. */
export const sourceKey = (role: string, sha256: string): string => `${role}:${sha256}`;

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);
