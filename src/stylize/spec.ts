/** The part of an optimization that is compiled. @module */
import type { Named } from '../engine/engine.js';
import { type NetworkName, networks } from './networks/index.js';
import type { Network, Pooling } from './networks/network.js';
import { unknownLayer } from './networks/vgg.js';
import { type OptimizerName, optimizers } from './optimizers/index.js';
import type { Optimizer } from './optimizers/optimizer.js';
import { type ByRole, type Role, roles } from './role.js';
import { lossesByTerm } from './terms/index.js';
import { type Place, pixels, type Term } from './terms/term.js';

/** A term under its name. */
export interface NamedTerm {
  readonly name: string;
  readonly term: Term;
  /** Equal for equal terms. */
  readonly key: string;
}

/** What decides the computation's graph. Everything else may differ between the items of a batch. */
export interface Spec {
  readonly network: Network;
  readonly networkName: NetworkName;
  readonly pooling: Pooling;
  /** The objective is the weighted sum of these. */
  readonly terms: readonly NamedTerm[];
  readonly optimizer: Optimizer;
  /** Equal for equal step functions. */
  readonly key: string;
}

/** The numbers that may differ between items: inputs of the compiled step. */
export interface Parameters {
  /** The weight of every part of every term: by term, then by part. */
  readonly weights: Named<Named<number>>;
  readonly learningRate: number;
}

/** What a spec is made from. */
export interface SpecParts {
  readonly network: NetworkName;
  readonly pooling: Pooling;
  readonly optimizer: OptimizerName;
  /** By the names of {@link lossesByTerm}, in the order in which they are added up. */
  readonly terms: Named<Place>;
}

/**
 * The spec of a network, an optimizer and the terms of an objective.
 * @throws `layer-unknown` for a layer that the network does not have
 */
export function specOf({ network: networkName, pooling, optimizer, terms: places }: SpecParts): Spec {
  const network = networks[networkName];
  const terms = Object.entries(places).map(([name, { role, layers }]): NamedTerm => {
    const sorted = [...new Set(layers)].sort();
    return { name, term: lossesByTerm[name]({ role, layers: sorted }), key: `${name}@${role}:${sorted}` };
  });
  for (const layer of layersOf(terms))
    if (!network.layers.includes(layer)) throw unknownLayer(layer, network.layers);
  return {
    network,
    networkName,
    pooling,
    terms,
    optimizer: optimizers[optimizer],
    key: [networkName, pooling, ...terms.map(({ key }) => key), optimizer].join(';'),
  };
}

/** The network's layers that some terms read, each once. */
export function layersOf(terms: readonly NamedTerm[]): string[] {
  return [...new Set(terms.flatMap(({ term }) => term.layers))].filter((layer) => layer !== pixels);
}

/** The terms that take targets from a source. */
export function termsFrom({ terms }: Pick<Spec, 'terms'>, role: Role): NamedTerm[] {
  return terms.filter(({ term }) => term.sources.includes(role));
}

/** The sources that the terms of a spec need. */
export function rolesOf(spec: Pick<Spec, 'terms'>): Role[] {
  return roles.filter((role) => termsFrom(spec, role).length > 0);
}

/** Equal for equal target functions of a source. */
export function targetKeys(spec: Spec): ByRole<string> {
  return Object.fromEntries(
    rolesOf(spec).map((role) => [
      role,
      [role, spec.networkName, spec.pooling, ...termsFrom(spec, role).map(({ key }) => key)].join(';'),
    ]),
  );
}
