/**
 * The plan: every item of a dataset, as a pure function of a job and an inventory. Items are generated lazily and never
 * stored, so a plan of a million items takes no more memory than its inventory.
 * @module
 */

import { LRUCache } from 'lru-cache';
import { WildstyleError } from '../errors.js';
import { canonicalJson } from '../files/canonical-json.js';
import { sha256 as hash } from '../files/digest.js';
import { extensionOf } from '../images/format.js';
import type { ImageEntry, StyleEntry } from '../inventory/entries.js';
import type { Inventory } from '../inventory/inventory.js';
import type { Job } from '../job/schema.js';
import { methodOf } from '../methods/index.js';
import { fingerprintOf } from '../methods/recipe.js';
import { deriveKey, drawNumber, type Key, keyOfDigest, random32 } from '../random.js';
import { assignSplits, type SplitInputs, type Splits } from '../splits/assign.js';
import type { NetworkName } from '../stylize/networks/index.js';
import { styleRoles } from '../stylize/role.js';
import { classesOf } from './counts.js';
import { interleave } from './interleave.js';
import type { OriginalItem, PlanItem, StylizedItem } from './item.js';
import { countItems, countPlaces, itemsAt, type Place, type PlaceCounts, placesOf } from './places.js';
import { makeOriginalSampler, makeRecipeSampler } from './recipe-sampler.js';
import { chooseOthers, makeStyleChooser, type StyleChooser } from './sampling.js';
import { type ParameterSummary, type StyleCount, type Survey, surveyItems, withRules } from './survey.js';

/** The network that a plan uses. The digest of its weights is part of every item's id. */
export interface NetworkChoice {
  /** The network that `network: auto` resolves to. */
  readonly name: NetworkName;
  /** The digest of that network's weights, or digests by name if the recipe can draw several networks. */
  readonly weights: string | Readonly<Partial<Record<NetworkName, string>>>;
}

/** The parts of an inventory that {@link makePlan} uses. Entries are sorted by path. */
export interface PlannedImages extends SplitInputs {
  /** Images whose bytes equal those of another image, which is planned instead. */
  readonly duplicates?: Inventory['duplicates'];
  /** Digest of their annotations. */
  readonly annotationsSha256?: string | undefined;
  /** What stands for the gate's classifier in ids, if it is the user's own. */
  readonly classifierDigest?: string | undefined;
}

/** The number of items of a plan. */
export interface PlanCounts extends PlaceCounts {
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
  /** The split of every image. */
  readonly splits: Splits;
  /** All items in order. For each content image, sorted by path: its original, then its stylized items. */
  items(): Iterable<PlanItem>;
  /** All items in the order in which they are made: every prefix resembles the whole; see `interleave`. */
  interleaved(): Iterable<PlanItem>;
}

/** Increment when the same original gets different pixels. Methods have their own versions. */
const originalsVersion = 2;

/** Number of chosen styles to keep: 8 MB. */
const keptChoices = 1e6;

/**
 * Plans a job for an inventory.
 * @throws `style-missing` if a weight names no style, or if every weight is 0; `split-conflict`, `split-invalid`;
 *   iterating throws `weights-missing` if the recipe draws a network that has no digest in `network.weights`
 */
export function makePlan(job: Job, inventory: PlannedImages, network: NetworkChoice): Plan {
  const { sampling } = job;
  const splits = assignSplits(job, inventory);
  const { styles } = splits;
  const places = placesOf(job, splits);
  const counts = countItems(places, sampling);
  const duplicates = (inventory.duplicates ?? []).filter(({ source }) => source === 'style');
  const choosers = new Map(
    splits.uses.map(({ split, isStylized, robustnessSet }): [string, StyleChooser] => {
      const isUsed = isStylized || robustnessSet !== undefined;
      const hasImages = places.some((place) => place.split === split && place.isStylized);
      return [
        split,
        isUsed && hasImages ? makeStyleChooser(styles, sampling.styles, duplicates, split) : () => [],
      ];
    }),
  );
  const makeStylized = stylizedMaker(withDigest(job, inventory.classifierDigest), styles, network);
  const makeOriginal = originalMaker(job);

  const itemsOf = counts.map((count, p) => itemsAt(places[p], count, sampling));
  const firstOf = { item: runningSums(itemsOf), stylized: runningSums(counts) };
  // Items of one place share the list, but are far apart in the interleaved order.
  const chosen = new LRUCache<number, readonly number[]>({
    maxSize: keptChoices,
    sizeCalculation: ({ length }) => length + 1,
  });
  const stylesOf = (p: number): readonly number[] => {
    const known = chosen.get(p);
    if (known) return known;
    const { split, key } = places[p];
    const list = choosers.get(split)?.(key, firstOf.stylized[p], counts[p]) ?? [];
    chosen.set(p, list);
    return list;
  };

  function itemAt(p: number, item: number): PlanItem {
    const place = places[p];
    const index = firstOf.item[p] + item;
    const originals = place.hasOriginals ? 1 : 0;
    if (item < originals) return makeOriginal(place, index);
    const list = stylesOf(p);
    const j = item - originals;
    const first = list[j % list.length];
    const others: OtherStyles = (key, count) =>
      chooseOthers(choosers.get(place.split) ?? (() => []), first, key, firstOf.stylized[p] + j, count);
    return makeStylized(place, index, first, Math.floor(j / list.length), others);
  }

  function* items(): Generator<PlanItem> {
    for (let p = 0; p < places.length; p++)
      for (let item = 0; item < itemsOf[p]; item++) yield itemAt(p, item);
  }

  function* interleaved(): Generator<PlanItem> {
    for (const { content, item } of interleave(
      classesOf(places),
      places.map(({ key }) => key),
      itemsOf,
    ))
      yield itemAt(content, item);
  }

  let survey: Survey | undefined;
  const surveyed = (): Survey => {
    survey ??= surveyItems(items(), styles, job);
    return survey;
  };
  return {
    counts: {
      ...countPlaces(places, counts, sampling),
      get styles() {
        return surveyed().styles;
      },
    },
    get digest() {
      return withRules(surveyed().digest, job.split, inventory.annotationsSha256);
    },
    get parameters() {
      return surveyed().parameters;
    },
    splits,
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

/** A job whose gate names its classifier by a digest, since the same path can have another one. */
function withDigest(
  job: Job,
  classifier: string | undefined,
): Pick<Job, 'recipe' | 'output'> & { gate?: object } {
  const { recipe, output, gate } = job;
  return { recipe, output, ...(gate && { gate: classifier === undefined ? gate : { ...gate, classifier } }) };
}

/** Takes the place of a style's key in the draws of an original. */
const noStyle: Key = [0, 0];

function originalMaker({ recipe, output }: Job): (place: Place, index: number) => OriginalItem {
  const sample = makeOriginalSampler(recipe);
  const head = idHead(['original', originalsVersion], output);
  const pathOf = imagePaths(output);
  return ({ content, set, group, folder, key }, index) => {
    const drawn = sample(deriveKey(key, noStyle), 0);
    const { label, sha256 } = content;
    const id = idOf(`${head} ${JSON.stringify(label)} ${sha256} ${JSON.stringify(drawn)}`);
    const file = pathOf(folder, id);
    return {
      kind: 'original',
      id,
      index,
      label,
      file,
      split: set,
      group,
      sources: { content },
      recipe: drawn,
    };
  };
}

/** Chooses further styles of an item by its key. */
type OtherStyles = (key: Key, count: number) => readonly number[];

function stylizedMaker(
  { recipe, output, gate }: ReturnType<typeof withDigest>,
  styles: readonly StyleEntry[],
  network: NetworkChoice,
): (place: Place, index: number, style: number, replica: number, others: OtherStyles) => StylizedItem {
  const sample = makeRecipeSampler(recipe, { network: network.name });
  const styleKeys = styles.map(({ sha256 }) => keyOfDigest(sha256));
  // The gate may make an image again, more gently.
  const head = `${idHead(['stylized'], output)}${gate ? ` ${canonicalJson(gate)}` : ''}`;
  const pathOf = imagePaths(output);
  const [seedDraw, othersDraw] = ['seed', 'others'].map(drawNumber);
  return ({ content, set, group, folder, key }, index, s, replica, others) => {
    const style = styles[s];
    const pairKey = deriveKey(key, styleKeys[s]);
    const seed = random32(pairKey, seedDraw, replica);
    const resolved = sample(pairKey, replica);
    const method = methodOf(resolved);
    const { label } = content;
    const count = method.styles(resolved) - 1;
    const more = count > 0 ? others(deriveKey(pairKey, [othersDraw, replica]), count) : [];
    const digests = [s, ...more].map((each) => digestsOf(styles[each])).join(' ');
    const decisive = `${method.version} ${JSON.stringify(label)} ${digestsOf(content)} ${digests} ${replica} ${seed} ${weightsOf(network, method.networks(resolved))}`;
    const id = idOf(`${head} ${decisive} ${fingerprintOf(resolved)}`);
    const file = pathOf(folder, id);
    const blended = more.map((each, i) => [styleRoles[i + 1], styles[each]]);
    const sources = { content, style, ...Object.fromEntries(blended) };
    return {
      kind: 'stylized',
      id,
      index,
      label,
      file,
      split: set,
      group,
      sources,
      replica,
      seed,
      recipe: resolved,
    };
  };
}

/** Returns a function for the path of an image, by the folder of its class and its id. */
function imagePaths({ format, subfolders }: Job['output']): (folder: string, id: string) => string {
  const extension = extensionOf(format);
  return (folder, id) => `${subfolders ? `${folder}/${id.slice(0, 2)}` : folder}/${id}.${extension}`;
}

/** The start of the text that an id hashes. PNG has no quality. */
function idHead(what: readonly unknown[], { format, quality }: Job['output']): string {
  return JSON.stringify([...what, format, format === 'png' ? null : quality]);
}

/** The digest of an image, and of its mask if it has one. */
const digestsOf = ({ sha256, mask }: ImageEntry): string => (mask ? `${sha256}+${mask.sha256}` : sha256);

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
