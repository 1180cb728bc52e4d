/**
 * The plan: every item of a dataset, as a pure function of a job and an inventory. Items are generated lazily and never
 * stored, so a plan of a million items takes no more memory than its inventory.
 * @module
 */

import { LRUCache } from 'lru-cache';
import { WildstyleError } from '../errors.js';
import { sha256 as hash } from '../files/digest.js';
import { extensionOf } from '../images/format.js';
import type { ContentEntry, StyleEntry } from '../inventory/entries.js';
import type { Inventory } from '../inventory/inventory.js';
import type { Job } from '../job/schema.js';
import { methodOf } from '../methods/index.js';
import { deriveKey, drawNumber, type Key, keyOfDigest, keyOfSeed, random32 } from '../random.js';
import type { NetworkName } from '../stylize/networks/index.js';
import { classesOf, itemsPerContent } from './counts.js';
import { interleave } from './interleave.js';
import type { OriginalItem, PlanItem, StylizedItem } from './item.js';
import { makeOriginalSampler, makeRecipeSampler } from './recipe-sampler.js';
import { makeStyleChooser } from './sampling.js';
import { type ParameterSummary, type StyleCount, type Survey, surveyItems } from './survey.js';

/** The network that a plan uses. The digest of its weights is part of every item's id. */
export interface NetworkChoice {
  /** The network that `network: auto` resolves to. */
  readonly name: NetworkName;
  /** The digest of that network's weights, or digests by name if the recipe can draw several networks. */
  readonly weights: string | Readonly<Partial<Record<NetworkName, string>>>;
}

/** The parts of an inventory that {@link makePlan} uses. Entries are sorted by path. */
export interface PlannedImages {
  readonly contents: readonly ContentEntry[];
  readonly styles: readonly StyleEntry[];
  /** Images whose bytes equal those of another image, which is planned instead. */
  readonly duplicates?: Inventory['duplicates'];
}

/** The number of items of a class. `label` is null if the dataset has no labels. */
export interface ClassCount {
  readonly label: string | null;
  readonly contents: number;
  readonly originals: number;
  readonly stylized: number;
}

/** The number of items of a plan. */
export interface PlanCounts {
  /** Originals plus stylized items. */
  readonly total: number;
  readonly originals: number;
  readonly stylized: number;
  /** Sorted by class name. */
  readonly classes: readonly ClassCount[];
  /** Items of every style, sorted by path. The first read iterates over all items. */
  readonly styles: readonly StyleCount[];
}

/** Every item of a dataset. Created by {@link makePlan}. */
export interface Plan {
  readonly counts: PlanCounts;
  /**
   * SHA-256 of the output files (whose names contain the ids) and source paths of all items, in order. The first read
   * iterates over all items.
   */
  readonly digest: string;
  /** The drawn values of every recipe parameter. The first read iterates over all items. */
  readonly parameters: readonly ParameterSummary[];
  /** All items in order. For each content image, sorted by path: its original, then its stylized items. */
  items(): Iterable<PlanItem>;
  /** All items in the order in which they are made: every prefix resembles the whole; see `interleave`. */
  interleaved(): Iterable<PlanItem>;
}

/** Increment when the same original gets different pixels. Methods have their own versions. */
const originalsVersion = 1;

/** Number of chosen styles to keep: 8 MB. */
const keptChoices = 1e6;

/**
 * Plans a job for an inventory.
 * @throws `style-missing` if a weight names no style, or if every weight is 0; iterating throws `weights-missing` if
 *   the recipe draws a network that has no digest in `network.weights`
 */
export function makePlan(job: Job, inventory: PlannedImages, network: NetworkChoice): Plan {
  const { contents, styles, duplicates = [] } = inventory;
  const { sampling, output } = job;
  const seedKey = keyOfSeed(job.seed);
  const keys = contents.map(({ sha256 }) => deriveKey(seedKey, keyOfDigest(sha256)));
  const classes = classesOf(contents);
  const perContent = itemsPerContent(classes, keys, sampling);
  const chooseStyles = makeStyleChooser(
    styles,
    sampling.styles,
    duplicates.filter(({ source }) => source === 'style'),
  );
  const makeStylized = stylizedMaker(job, styles, network);
  const makeOriginal = originalMaker(job);
  // A limit omits content images without items, but a plain split, which stylizes nothing, keeps them all.
  const keepsUnstylized = sampling.stylesPerContent === 0;
  const folders = new Map(
    classes.map(({ label }) => [label, label === null ? output.split : `${output.split}/${label}`]),
  );

  const originals = sampling.keepOriginals ? 1 : 0;
  const itemsOf = perContent.map((count) => (count === 0 && !keepsUnstylized ? 0 : count + originals));
  const firstOf = { item: runningSums(itemsOf), stylized: runningSums(perContent) };
  // Items of one content image share the list, but are far apart in the interleaved order.
  const chosen = new LRUCache<number, readonly number[]>({
    maxSize: keptChoices,
    sizeCalculation: ({ length }) => length + 1,
  });
  const stylesOf = (content: number): readonly number[] => {
    const known = chosen.get(content);
    if (known) return known;
    const list = chooseStyles(keys[content], firstOf.stylized[content], perContent[content]);
    chosen.set(content, list);
    return list;
  };

  function itemAt(content: number, item: number): PlanItem {
    const { label } = contents[content];
    const folder = folders.get(label) ?? output.split;
    const place: Place = { content: contents[content], folder, key: keys[content] };
    const index = firstOf.item[content] + item;
    if (item < originals) return makeOriginal(place, index);
    const list = stylesOf(content);
    const j = item - originals;
    return makeStylized(place, index, list[j % list.length], Math.floor(j / list.length));
  }

  function* items(): Generator<PlanItem> {
    for (let content = 0; content < contents.length; content++)
      for (let item = 0; item < itemsOf[content]; item++) yield itemAt(content, item);
  }

  function* interleaved(): Generator<PlanItem> {
    for (const { content, item } of interleave(classes, keys, itemsOf)) yield itemAt(content, item);
  }

  let survey: Survey | undefined;
  const surveyed = (): Survey => {
    survey ??= surveyItems(items(), styles, job.recipe);
    return survey;
  };
  const counted = countClasses(classes, perContent, sampling);
  return {
    counts: {
      ...counted,
      get styles() {
        return surveyed().styles;
      },
    },
    get digest() {
      return surveyed().digest;
    },
    get parameters() {
      return surveyed().parameters;
    },
    items,
    interleaved,
  };
}

/** Element i is the sum of the values before i. */
function runningSums(values: Uint32Array): Float64Array {
  const sums = new Float64Array(values.length);
  for (let i = 1; i < values.length; i++) sums[i] = sums[i - 1] + values[i - 1];
  return sums;
}

/** What all items of one content image share. */
interface Place {
  readonly content: ContentEntry;
  readonly folder: string;
  readonly key: Key;
}

/** Takes the place of a style's key in the draws of an original. */
const noStyle: Key = [0, 0];

function originalMaker({ recipe, output }: Job): (place: Place, index: number) => OriginalItem {
  const sample = makeOriginalSampler(recipe);
  const head = idHead(['original', originalsVersion], output);
  const extension = extensionOf(output.format);
  return ({ content, folder, key }, index) => {
    const drawn = sample(deriveKey(key, noStyle), 0);
    const { label, sha256 } = content;
    const id = idOf(`${head} ${JSON.stringify(label)} ${sha256} ${JSON.stringify(drawn)}`);
    const file = `${folder}/${id}.${extension}`;
    return { kind: 'original', id, index, label, file, sources: { content }, recipe: drawn };
  };
}

function stylizedMaker(
  { recipe, output }: Job,
  styles: readonly StyleEntry[],
  network: NetworkChoice,
): (place: Place, index: number, style: number, replica: number) => StylizedItem {
  const sample = makeRecipeSampler(recipe, { network: network.name });
  const styleKeys = styles.map(({ sha256 }) => keyOfDigest(sha256));
  const head = idHead(['stylized'], output);
  const extension = extensionOf(output.format);
  const seedDraw = drawNumber('seed');
  return ({ content, folder, key }, index, s, replica) => {
    const style = styles[s];
    const pairKey = deriveKey(key, styleKeys[s]);
    const seed = random32(pairKey, seedDraw, replica);
    const resolved = sample(pairKey, replica);
    const method = methodOf(resolved);
    const { label } = content;
    const decisive = `${method.version} ${JSON.stringify(label)} ${content.sha256} ${style.sha256} ${replica} ${seed} ${weightsOf(network, method.networks(resolved))}`;
    const id = idOf(`${head} ${decisive} ${method.fingerprint(resolved)}`);
    const file = `${folder}/${id}.${extension}`;
    const sources = { content, style };
    return { kind: 'stylized', id, index, label, file, sources, replica, seed, recipe: resolved };
  };
}

/** The start of the text that an id hashes. PNG has no quality. */
function idHead(what: readonly unknown[], { format, quality }: Job['output']): string {
  return JSON.stringify([...what, format, format === 'png' ? null : quality]);
}

/** Hashes everything that determines an item's pixels. */
function idOf(decisive: string): string {
  return hash(decisive).slice(0, 32);
}

/** The digests of the networks' weights. */
function weightsOf(choice: NetworkChoice, names: readonly NetworkName[]): string {
  return names.length === 1
    ? weightsOfOne(choice, names[0])
    : names.map((name) => weightsOfOne(choice, name)).join();
}

function weightsOfOne({ name, weights }: NetworkChoice, drawn: NetworkName): string {
  const digest = typeof weights === 'string' ? (drawn === name ? weights : undefined) : weights[drawn];
  if (digest !== undefined) return digest;
  throw new WildstyleError(
    'weights-missing',
    `The recipe draws the network "${drawn}", but its weights were not found.`,
    { cure: 'Set run.weights to its weights file, or remove it from recipe.network.' },
  );
}

function countClasses(
  classes: ReturnType<typeof classesOf>,
  perContent: Uint32Array,
  { keepOriginals, stylesPerContent }: Job['sampling'],
): Omit<PlanCounts, 'styles'> {
  const counted = classes.map(({ label, contents }): ClassCount => {
    const used = contents.filter((content) => perContent[content] > 0 || stylesPerContent === 0);
    return {
      label,
      contents: contents.length,
      originals: keepOriginals ? used.length : 0,
      stylized: used.reduce((sum, content) => sum + perContent[content], 0),
    };
  });
  const originals = counted.reduce((sum, count) => sum + count.originals, 0);
  const stylized = counted.reduce((sum, count) => sum + count.stylized, 0);
  return { total: originals + stylized, originals, stylized, classes: counted };
}
