/** Runs the published objectives in PyTorch. @module */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { installLibraries } from '../consumers/python.js';
import { repositoryRoot } from '../docs/repository.js';

export { whyUnavailable } from '../consumers/python.js';

/** Installs PyTorch from PyPI into a virtual environment in the cache folder. Returns the interpreter. */
export const installTorch = (): Promise<string> =>
  installLibraries('originals', 'scripts/originals/requirements.txt');

/** Names of objectives in `objectives.py`. */
export type ObjectiveName = 'gatys' | 'wasserstein' | 'strotss';

export interface TorchCase {
  readonly name: string;
  readonly objective: ObjectiveName;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly padding: 'zeros' | 'first';
  /** `[height, width, 3]` */
  readonly shape: readonly number[];
  /** Files of float32 numbers in this shape. */
  readonly content: string;
  readonly style: string;
  readonly image: string;
  /** File for the gradient. */
  readonly gradient?: string;
  readonly optimizer?: 'lbfgs' | 'adam';
  readonly learningRate?: number;
  readonly evaluations?: number;
}

export interface TorchResult {
  readonly loss: number;
  readonly losses: readonly number[];
  /** The objective of the last image, clamped to [0, 1]. */
  readonly published: number;
  readonly seconds: number;
}

/** @param weights file of VGG-19 */
export async function runTorch(
  python: string,
  weights: string,
  cases: readonly TorchCase[],
): Promise<Readonly<Record<string, TorchResult>>> {
  const child = spawn(python, [join(repositoryRoot, 'scripts', 'originals', 'objectives.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify({ threads: 1, weights, cases }));
  let text = '';
  for await (const chunk of child.stdout) text += chunk;
  if (text === '') throw new Error('PyTorch gave no results.');
  return (JSON.parse(text) as { results: Record<string, TorchResult> }).results;
}
