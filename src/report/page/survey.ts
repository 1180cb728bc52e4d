/** The first reading of a manifest: what all images have in common, and how they differ. @module */

import type { ItemRecord } from '../../dataset/ledger/record.js';
import { factsOf, fileOf, isStylized } from '../../dataset/ledger/record-kinds.js';
import type { ByRole, Role } from '../../stylize/role.js';
import { NameCounts } from './distributions.js';
import { contentLossOf } from './measured.js';
import { RightsSurvey } from './rights-survey.js';
import { flat, type Parameters, type ParameterValue, parametersOf } from './rows.js';
import { visible } from './visible.js';

/** Values of one drawn parameter. */
export interface Spread {
  readonly numbers: number[];
  /** The content loss of the image of each number; not a number if there is none. */
  readonly contentLosses: number[];
  readonly names: NameCounts;
}

/** A file to make a thumbnail of. */
export interface SourceFile {
  readonly role: Role;
  readonly path: string;
}

/** Failures with one code. */
export interface FailureGroup {
  count: number;
  readonly messages: NameCounts;
}

const mostMessages = 50;
const mostNames = 200;

/** Collects, record by record. Keeps numbers and names, not the records. */
export class Survey {
  /** Sources by role and digest, in the order of their thumbnails. */
  readonly sources = new Map<string, SourceFile & { readonly index: number }>();
  /** Images of the dataset, in manifest order; empty where there is none. */
  readonly files: string[] = [];
  readonly spreads = new Map<string, Spread>();
  readonly styles = new NameCounts(mostNames);
  readonly failures = new Map<string, FailureGroup>();
  readonly elapsedMs: number[] = [];
  readonly stepMs: number[] = [];
  readonly rights = new RightsSurvey();
  readonly #seen = new Map<string, { readonly first: ParameterValue; varies: boolean }>();

  add(record: ItemRecord): void {
    this.files.push(fileOf(record));
    const sources: ByRole<{ path: string; sha256: string }> = record.sources;
    for (const [role, { path, sha256 }] of Object.entries(sources)) {
      if (role !== 'content' && role !== 'style') continue;
      const key = sourceKey(role, sha256);
      if (!this.sources.has(key)) this.sources.set(key, { role, path, index: this.sources.size });
    }
    this.rights.add(record.sources);
    for (const [path, value] of Object.entries(parametersOf(record))) this.#see(path, value);
    if (record.kind === 'stylized') {
      const contentLoss = contentLossOf(record);
      for (const [path, value] of Object.entries(flat(record.drawn))) this.#spread(path, value, contentLoss);
    }
    if (record.status === 'failed') this.#fail(record.error);
    if (isStylized(record)) {
      this.styles.add(visible(sources.style?.path ?? ''));
      const { evaluations } = factsOf(record);
      this.elapsedMs.push(record.elapsedMs);
      if (evaluations) this.stepMs.push(record.elapsedMs / evaluations);
    }
  }

  /** Whether a parameter is not the same for all images that have it. */
  readonly isVarying = (path: string): boolean => this.#seen.get(path)?.varies ?? true;

  /** The parameters that are the same for all images that have them. */
  constants(): Parameters {
    const same = [...this.#seen].filter(([, { varies }]) => !varies);
    return Object.fromEntries(same.sort(byName).map(([path, { first }]) => [path, first]));
  }

  /** The drawn parameters with more than one value. */
  drawn(): [path: string, spread: Spread][] {
    const varying = [...this.spreads].filter(([, { names }]) => names.size > 1);
    return varying.sort(byName);
  }

  #see(path: string, value: ParameterValue): void {
    const seen = this.#seen.get(path);
    if (!seen) this.#seen.set(path, { first: value, varies: false });
    else if (seen.first !== value) seen.varies = true;
  }

  #spread(path: string, value: ParameterValue, contentLoss: number): void {
    let spread = this.spreads.get(path);
    if (!spread) {
      spread = { numbers: [], contentLosses: [], names: new NameCounts() };
      this.spreads.set(path, spread);
    }
    if (typeof value === 'number' && Number.isFinite(value)) {
      spread.numbers.push(value);
      spread.contentLosses.push(contentLoss);
    }
    spread.names.add(String(value));
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
