/** The arguments of `wildstyle submit`. @module */
import { WildstyleError } from '../../../errors.js';
import type { KubernetesArguments } from '../../options/kubernetes-options.js';
import type { JobArguments } from '../../options/options.js';

export interface SubmitArguments extends JobArguments, KubernetesArguments {
  readonly to: 'slurm' | 'kubernetes' | 'bullmq';
  readonly shards?: number;
  readonly tasks?: number;
  readonly time?: string;
  readonly partition?: string;
  readonly queue?: string;
  readonly print?: boolean;
}

/** @throws `option-invalid` */
export function wholeNumber(name: string, value: number, maximum: number): number {
  if (Number.isInteger(value) && value > 0 && value <= maximum) return value;
  throw new WildstyleError(
    'option-invalid',
    `--${name} must be a whole number from 1 to ${maximum}, not ${value}.`,
  );
}
