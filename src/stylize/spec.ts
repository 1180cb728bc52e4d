/** The spec: the part of an optimization that is compiled. @module */
import type { Named } from '../engine/engine.js';
import { type NetworkName, networks } from './networks/index.js';
import type { Network, Padding, Pooling } from './networks/network.js';
import { unknownLayer } from './networks/vgg/vgg.js';
import { type OptimizerChoice, optimizerKey, optimizerOf } from './optimizers/index.js';
import type { Optimizer, OptimizerNumber } from './optimizers/optimizer.js';
import { type ParametrizationName, parametrizations } from './parametrizations/index.js';
import type { Parametrization } from './parametrizations/parametrization.js';
import { type ByRole, type Role, roles } from './role.js';
import type { Decay } from './schedule/decay.js';
import { lossOfTerm } from './terms/index.js';
import { defaultSettings } from './terms/parameters.js';
import { type Place, pixels, type Settings, type Term } from './terms/term.js';

/** A term with its name. */
export interface NamedTerm {
  readonly name: string;
  readonly term: Term;
  /** Equal for equal terms. */
  readonly key: string;
}

/** Everything that determines the compiled graph. All else can differ between the items of a batch. */
export interface Spec {
  readonly network: Network;
  readonly networkName: NetworkName;
  readonly pooling: Pooling;
  readonly padding: Padding;
  /** Whether features are smoothed before they are compared. */
  readonly isSmoothed: boolean;
  /** The terms whose weighted sum is the objective. */
  readonly terms: readonly NamedTerm[];
  /** Whether the parts of the terms are divided by their scales. */
  readonly isScaled: boolean;
  /** What is optimized, and how it becomes an image. */
  readonly parametrization: Parametrization;
  readonly optimizer: Optimizer;
  /** Equal for equal step functions, and so for equal graphs. */
  readonly key: string;
}

/** What can differ between items. The numbers are inputs of the compiled step. */
export interface Parameters extends Readonly<Record<OptimizerNumber, number>> {
  /** The weight of each part of each term: by term, then by part. */
  readonly weights: Named<Named<number>>;
  /** The numbers that each term reads: by term, then by name. */
  readonly numbers: Named<Named<number>>;
  /** How the learning rate falls. */
  readonly decay: Decay;
  /** Ends the optimization when the loss falls by less than this fraction in ten steps; 0: never. */
  readonly plateau: number;
}

/** Where a recipe applies a loss, and with which settings; those that are not given have their defaults. */
export interface ConfiguredPlace extends Place {
  readonly settings?: Settings;
}

/** The arguments of {@link specOf}. */
export interface SpecParts {
  readonly network: NetworkName;
  readonly pooling: Pooling;
  /** Default: `replicate`. */
  readonly padding?: Padding;
  /** Whether features are smoothed. Default: no. */
  readonly isSmoothed?: boolean;
  /** Whether the parts of the terms are divided by their scales. Default: yes. */
  readonly isScaled?: boolean;
  /** Default: pixels. */
  readonly parametrization?: ParametrizationName;
  readonly optimizer: OptimizerChoice;
  /** Keyed by the names of terms, see {@link lossOfTerm}, in order of summation. */
  readonly terms: Named<ConfiguredPlace>;
}

/**
 * Makes the spec of a network, an optimizer and the terms of an objective.
 * @throws `layer-unknown` if the network has no such layer
 */
export function specOf(parts: SpecParts): Spec {
  const { network: networkName, pooling, padding = 'replicate' } = parts;
  const { isSmoothed = false, isScaled = true } = parts;
  const { parametrization = 'pixels', optimizer, terms: places } = parts;
  const network = networks[networkName];
  const terms = Object.entries(places).map(([name, place]) => namedTerm(name, place));
  for (const layer of layersOf(terms))
    if (!network.layers.includes(layer)) throw unknownLayer(layer, network.layers);
  return {
    network,
    networkName,
    pooling,
    padding,
    isSmoothed,
    terms,
    isScaled,
    parametrization: parametrizations[parametrization],
    optimizer: optimizerOf(optimizer),
    key: [
      networkName,
      pooling,
      padding,
      isSmoothed,
      isScaled,
      ...terms.map(({ key }) => key),
      parametrization,
      optimizerKey(optimizer),
    ].join(';'),
  };
}

/** Makes the term of a loss for a place in the recipe. @param name see {@link lossOfTerm} */
export function namedTerm(name: string, { role, layers, region, settings }: ConfiguredPlace): NamedTerm {
  const loss = lossOfTerm(name);
  const sorted = [...new Set(layers)].sort();
  const all = Object.entries({ ...defaultSettings(loss), ...settings });
  return {
    name,
    term: loss.term({ role, layers: sorted, region }, Object.fromEntries(all)),
    key: `${name}@${role}${region ? `#${region.index}/${region.count}` : ''}:${sorted}${all.map(([key, value]) => `,${key}=${value}`).join('')}`,
  };
}

/** The network layers that the terms read, without duplicates. */
export function layersOf(terms: readonly NamedTerm[]): string[] {
  return [...new Set(terms.flatMap(({ term }) => term.layers))].filter((layer) => layer !== pixels);
}

/** The terms that take targets from a source image. */
export function termsFrom({ terms }: Pick<Spec, 'terms'>, role: Role): NamedTerm[] {
  return terms.filter(({ term }) => term.sources.includes(role));
}

/** The source images that the terms of a spec need. */
export function rolesOf(spec: Pick<Spec, 'terms'>): Role[] {
  return roles.filter((role) => termsFrom(spec, role).length > 0);
}

/** For each source image, a key that is equal for equal target functions. */
export function targetKeys(spec: Spec): ByRole<string> {
  return Object.fromEntries(
    rolesOf(spec).map((role) => [
      role,
      [
        role,
        spec.networkName,
        spec.pooling,
        spec.padding,
        spec.isSmoothed,
        ...termsFrom(spec, role).map(({ key }) => key),
      ].join(';'),
    ]),
  );
}
