/** Says in words how a dataset was made, for its descriptions. @module */
import type { DatasetSummary } from './summary.js';

const words: ReadonlyMap<string, string> = new Map([
  ['optimize', 'neural style transfer'],
  ['fda', 'Fourier domain adaptation'],
  ['histogram', 'histogram matching'],
  ['colorTransfer', 'color transfer'],
]);

/** How the images of a dataset that are not originals were made. */
export interface MadeBy {
  /** Such as `neural style transfer and color transfer`; `classical augmentation` if no method takes a style. */
  readonly methods: string;
  /** A sentence about each image, without a capital letter and a period. */
  readonly about: string;
  /** Whether any method takes a style. */
  readonly hasStyle: boolean;
}

/** Describes the methods of all jobs that made a dataset. Datasets of versions that had one only do not name it. */
export function madeBy({ job, earlierJobs }: Pick<DatasetSummary, 'job' | 'earlierJobs'>): MadeBy {
  const named = new Set([job, ...earlierJobs].flatMap(methodsOf));
  const known = [...words].flatMap(([name, word]) => (named.has(name) ? [word] : []));
  const plain = 'a content image, at most augmented, with its label';
  if (known.length === 0)
    return { methods: 'classical augmentation', about: `each image is ${plain}`, hasStyle: false };
  const look = named.has('optimize') ? 'look' : 'colors';
  const others = named.has('none') ? `; those with the method \`none\` are ${plain}` : '';
  return {
    methods: listed(known),
    about: `each stylized image has the shapes and the label of a content image, and the ${look} of a style image${others}`,
    hasStyle: true,
  };
}

/** The methods that a job names, as a name or in a choice. */
function methodsOf({ recipe }: DatasetSummary['job']): string[] {
  const { method = 'optimize' } = (recipe ?? {}) as { method?: unknown };
  return namesIn(method);
}

function namesIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(namesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => (each === 0 ? [] : [key, ...namesIn(each)]));
}

function listed(parts: readonly string[]): string {
  return parts.length === 1 ? parts[0] : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** A number with a noun in the singular or the plural. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}
