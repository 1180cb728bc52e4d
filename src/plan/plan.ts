/**
 * The plan: every item of a dataset, a pure function of a job and an inventory. Items are made as they are asked for;
 * nothing is stored for them, so that a plan of a million items costs no more memory than its inventory.
 * @module
 */

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
import type { OriginalItem, PlanItem, StylizedItem } from './item.js';
import { makeOriginalSampler, makeRecipeSampler } from './recipe-sampler.js';
import { makeStyleChooser } from './sampling.js';
import { type ParameterSummary, type StyleCount, type Survey, surveyItems } from './survey.js';

/** The network that a plan is made for; its weights are part of every item's id. */
export interface NetworkChoice {
  /** What `network: auto` stands for. */
  readonly name: NetworkName;
  /** The digest of that network's weights, or digests by name where the recipe may draw several networks. */
  readonly weights: string | Readonly<Partial<Record<NetworkName, string>>>;
}

/** What {@link makePlan} looks at in an inventory: entries in the order of their paths. */
export interface PlannedImages {
  readonly contents: readonly ContentEntry[];
  readonly styles: readonly StyleEntry[];
  /** Images that are planned as another one. */
  readonly duplicates?: Inventory['duplicates'];
}

/** How many items a class gets. `label` is null where the dataset has no labels. */
export interface ClassCount {
  readonly label: string | null;
  readonly contents: number;
  readonly originals: number;
  readonly stylized: number;
}

/** How many items a plan has. */
export interface PlanCounts {
  /** Originals and stylized items. */
  readonly total: number;
  readonly originals: number;
  readonly stylized: number;
  /** In order of the class names. */
  readonly classes: readonly ClassCount[];
  /** Items of every style, in order of their paths. Takes a pass over the items when first read. */
  readonly styles: readonly StyleCount[];
}

/** Every item of a dataset: what {@link makePlan} makes. */
export interface Plan {
  readonly counts: PlanCounts;
  /** sha256 over the files, which are named by ids, and the sources of all items, in order. Takes a pass over the items when first read. */
  readonly digest: string;
  /** What was drawn for every parameter of the recipe. Takes a pass over the items when first read. */
  readonly parameters: readonly ParameterSummary[];
  /** The items from the first to the last: for each content image, in order of paths, its original, then its stylized ones. */
  items(): Iterable<PlanItem>;
}

/** Increased when the same original would come out with other pixels; methods have versions of their own. */
const originalsVersion = 1;

/**
 * Plans a job over an inventory.
 * @throws `style-missing` when a weight names no style; `weights-missing` when the recipe draws a network whose weights
 *   have no digest here
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
  // A limit leaves content images out; a plain split, which stylizes nothing, keeps them all.
  const keepsUnstylized = sampling.stylesPerContent === 0;
  const folders = new Map(
    classes.map(({ label }) => [label, label === null ? output.split : `${output.split}/${label}`]),
  );

  function* items(): Generator<PlanItem> {
    let index = 0;
    let stylized = 0;
    for (let c = 0; c < contents.length; c++) {
      const count = perContent[c];
      if (count === 0 && !keepsUnstylized) continue;
      const place: Place = {
        content: contents[c],
        folder: folders.get(contents[c].label) ?? output.split,
        key: keys[c],
      };
      if (sampling.keepOriginals) yield makeOriginal(place, index++);
      const chosen = chooseStyles(keys[c], stylized, count);
      for (let j = 0; j < count; j++) {
        yield makeStylized(place, index++, chosen[j % chosen.length], Math.floor(j / chosen.length));
      }
      stylized += count;
    }
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
  };
}

/** What the items of one content image share. */
interface Place {
  readonly content: ContentEntry;
  readonly folder: string;
  readonly key: Key;
}

/** The key of a content image's own draws, where a stylized item has its style's. */
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
    const id = idOf(`${head} ${decisive} ${JSON.stringify(resolved)}`);
    const file = `${folder}/${id}.${extension}`;
    const sources = { content, style };
    return { kind: 'stylized', id, index, label, file, sources, replica, seed, recipe: resolved };
  };
}

/** What an id begins with; a png has no quality. */
function idHead(what: readonly unknown[], { format, quality }: Job['output']): string {
  return JSON.stringify([...what, format, format === 'png' ? null : quality]);
}

/** The hash of everything that decides an item's pixels. JSON has the keys of a recipe in the order of its method. */
function idOf(decisive: string): string {
  return hash(decisive).slice(0, 32);
}

/** The digests of the weights of some networks. */
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
    { cure: 'Name its weights file in run.weights, or remove it from recipe.network.' },
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
