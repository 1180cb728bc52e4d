/** Checks beyond the schema: layer names, missing paths, and output folders inside input folders. @module */
import { statSync } from 'node:fs';
import { relative } from 'node:path';
import { isAuto } from '../auto.js';
import type { ErrorCode } from '../errors.js';
import { exportFormat } from '../export-formats.js';
import { type MethodName, methods } from '../methods/index.js';
import { defaultNetwork, type NetworkName, networkNames, networks } from '../stylize/networks/index.js';
import { absolutePath } from './absolute-path.js';
import { isDistribution } from './distribution.js';
import { ownClassifier } from './gate-schema.js';
import { type JobProblem, showPath } from './messages/job-problem.js';
import { didYouMean, nearest } from './messages/suggest.js';
import type { Path } from './messages/zod-walk.js';
import type { DistributedRecipe, Job } from './schema.js';

/** Returns the networks that a job may use. Methods without a network need none, but a probe does. */
export function possibleNetworks({
  recipe,
  gate,
}: Pick<Job, 'recipe'> & Partial<Pick<Job, 'gate'>>): NetworkName[] {
  const drawn = possibleValues(recipe.method).map(String);
  if (
    (!gate || ownClassifier(gate)) &&
    !drawn.some((name) => 'network' in methods[name as MethodName].parameters)
  )
    return [];
  const names = new Set<string>(possibleValues(recipe.network).map(String));
  if ([...names].some(isAuto)) names.add(defaultNetwork);
  return networkNames.filter((name) => names.has(name));
}

/** Reports layer names that no network of the recipe has. */
export function checkLayers(recipe: DistributedRecipe): JobProblem[] {
  const possible = possibleNetworks({ recipe });
  if (possible.length === 0) return [];
  const known = new Set(possible.flatMap((name) => networks[name].layers));
  const lacking = possible.length > 1 ? `none of ${possible.join(', ')} has a` : `${possible.join()} has no`;
  const sides = ['content', 'style'] as const;
  return sides.flatMap((side) =>
    layersIn(recipe[side].layers, ['recipe', side, 'layers'])
      .filter(({ layer }) => !known.has(layer))
      .map(({ layer, path, at }) => {
        const cure = nearest(layer, known)
          ? didYouMean(layer, known)
          : `; known layers: ${[...known].join(', ')}`;
        const message = `${showPath(path)}: ${lacking} layer "${layer}"${cure}`;
        return { path, at, message };
      }),
  );
}

/** Reports an output folder inside an input folder: the next run would read its results as inputs. */
export function checkFolders(
  { content, style, output }: Record<'content' | 'style' | 'output', { readonly root: string }>,
  jobFolder: string,
): JobProblem[] {
  const outputRoot = absolutePath(jobFolder, output.root);
  return Object.entries({ content, style }).flatMap(([name, { root }]) => {
    const below = relative(absolutePath(jobFolder, root), outputRoot);
    if (/^\.\.($|[/\\])|^[a-z]:/i.test(below)) return [];
    const message = `output.root: ${outputRoot} is inside ${name}.root, so results would be read as ${name} images`;
    return [{ path: ['output', 'root'], at: 'value' as const, message }];
  });
}

/** Reports exports that need labels in a job without. */
export function checkExports({ content, output }: Omit<Job, 'file'>): JobProblem[] {
  if (content.labels !== 'none') return [];
  return output.exports.flatMap((name, index) => {
    if (!exportFormat(name).needsLabels) return [];
    const message = `output.exports[${index}]: ${name} needs labels, but content.labels is none`;
    return [{ path: ['output', 'exports', index], at: 'value' as const, message }];
  });
}

const pathCure =
  'Correct the path. Paths in the job file are relative to its folder; --out and --weights are relative to the working directory.';

/** Also undefined for paths that cannot be inspected, such as circular links or names that are too long. */
function kindOf(path: string): 'folder' | 'file' | undefined {
  try {
    return statSync(path).isDirectory() ? 'folder' : 'file';
  } catch {
    return undefined;
  }
}

function licensesFile({ licenses }: Pick<Job['style'], 'licenses'>): string | undefined {
  return typeof licenses === 'object' ? licenses.csv : undefined;
}

function masksFolder({ masks }: Pick<Job['style'], 'masks'>): string | undefined {
  return typeof masks === 'object' ? masks.root : undefined;
}

/** Reports masks that have no use, and a blend by regions without any. */
export function checkMasks({ content, style, recipe }: Omit<Job, 'file'>): JobProblem[] {
  const isByRegion = possibleValues(recipe.blend).some(
    (blend) => typeof blend === 'object' && blend !== null && !('half' in blend),
  );
  if (content.masks === undefined && style.masks !== undefined) {
    const message = 'style.masks: content.masks is missing, and a region needs both';
    return [{ path: ['style', 'masks'], at: 'key', message }];
  }
  if (content.masks === undefined && isByRegion) {
    const message = 'recipe.blend: content.masks is missing, so there are no regions to blend by';
    return [{ path: ['recipe', 'blend'], at: 'key', message }];
  }
  if (content.masks !== undefined && style.masks === undefined && !isByRegion) {
    const message =
      'content.masks: style.masks is missing, and recipe.blend is not by region, so the masks have no effect';
    return [{ path: ['content', 'masks'], at: 'key', message }];
  }
  return [];
}

/** Reports paths in the job that do not exist or are of the wrong kind. */
export function checkPaths(
  { content, style, split, gate, run }: Omit<Job, 'file'>,
  jobFolder: string,
): JobProblem[] {
  const csv = typeof content.labels === 'string' ? undefined : content.labels.csv;
  const classifier = ownClassifier(gate);
  const pathOf = (value: unknown) => (typeof value === 'string' ? value : undefined);
  const named: [path: string[], file: string | undefined, kind: 'folder' | 'file', code: ErrorCode][] = [
    [['content', 'root'], content.root, 'folder', 'content-missing'],
    [['content', 'labels', 'csv'], csv, 'file', 'labels-invalid'],
    [
      ['content', 'annotations', 'path'],
      content.annotations?.path,
      content.annotations?.format === 'coco' ? 'file' : 'folder',
      'annotations-invalid',
    ],
    [['content', 'masks', 'root'], masksFolder(content), 'folder', 'mask-invalid'],
    [['style', 'masks', 'root'], masksFolder(style), 'folder', 'mask-invalid'],
    [['style', 'root'], style.root, 'folder', 'style-missing'],
    [['split', 'csv'], split?.csv, 'file', 'labels-invalid'],
    [['gate', 'classifier', 'model'], classifier?.model, 'file', 'classifier-invalid'],
    [['gate', 'classifier', 'labels'], pathOf(classifier?.labels), 'file', 'classifier-invalid'],
    [['content', 'licenses', 'csv'], licensesFile(content), 'file', 'labels-invalid'],
    [['style', 'licenses', 'csv'], licensesFile(style), 'file', 'labels-invalid'],
    ...weightsPaths(run.weights).map(([path, file]): (typeof named)[number] => [
      path,
      file,
      'file',
      'weights-missing',
    ]),
  ];
  return named.flatMap(([path, file, kind, code]) => {
    if (file === undefined) return [];
    const absolute = absolutePath(jobFolder, file);
    const found = kindOf(absolute);
    if (found === kind) return [];
    const what = found === undefined ? 'does not exist' : `is not a ${kind}`;
    const message = `${showPath(path)}: ${absolute} ${what}`;
    return [{ path, at: 'value' as const, message, code, cure: pathCure }];
  });
}

/** Returns the weights files in a job, with the path of the key of each. */
function weightsPaths(weights: Job['run']['weights']): [path: string[], file: string][] {
  if (weights === undefined) return [];
  if (typeof weights === 'string') return [[['run', 'weights'], weights]];
  return Object.entries(weights).map(([network, file]) => [['run', 'weights', network], file]);
}

/** Reports a single weights file for several networks or none, and files for networks that take none. */
export function checkWeights({ recipe, gate, run }: Omit<Job, 'file'>): JobProblem[] {
  const path = ['run', 'weights'];
  if (run.weights === undefined) return [];
  if (typeof run.weights !== 'string') {
    const given = run.weights;
    const refused = networkNames.filter((name) => given[name] !== undefined && !networks[name].takesWeights);
    return refused.map((name) => {
      const message = `${showPath([...path, name])}: the network ${name} takes no weights file`;
      return { path: [...path, name], at: 'key', message };
    });
  }
  const needing = possibleNetworks({ recipe, gate }).filter((name) => networks[name].needsWeights);
  if (needing.length === 1) return [];
  const problem =
    needing.length === 0
      ? 'no network of this job reads weights; set network: vgg19'
      : `one file cannot hold the weights of ${needing.join(' and ')}; use a map from network to file`;
  return [{ path, at: 'value', message: `${showPath(path)}: ${problem}` }];
}

function possibleValues(value: unknown): unknown[] {
  if (!isDistribution(value)) return [value];
  if (!('choice' in value)) return [];
  if (Array.isArray(value.choice)) return value.choice;
  return Object.entries(value.choice as Readonly<Record<string, number>>).flatMap(([name, weight]) =>
    weight > 0 ? [name] : [],
  );
}

function layersIn(layers: unknown, path: Path): { layer: string; path: Path; at: JobProblem['at'] }[] {
  if (typeof layers !== 'object' || layers === null) return [];
  if (isDistribution(layers)) {
    return possibleValues(layers).flatMap((choice, index) => layersIn(choice, [...path, 'choice', index]));
  }
  if (Array.isArray(layers))
    return layers.map((layer, index) => ({ layer, path: [...path, index], at: 'value' }));
  return Object.keys(layers).map((layer) => ({ layer, path: [...path, layer], at: 'key' }));
}
