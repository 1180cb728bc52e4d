/** The exporters, by name: a new exporter is a file beside this one and a line here. @module */
import { csv } from './csv.js';
import type { Exporter } from './exporter.js';

export const exporters = { csv } satisfies Record<string, Exporter>;

/** One of the exporters' names. */
export type ExporterName = keyof typeof exporters;
export const exporterNames = Object.keys(exporters) as [ExporterName, ...ExporterName[]];
