/** Every kernel the tracing backend records: a new family is a file beside this one and a line here. @module */
import { binary } from './binary.js';
import { choice, comparison } from './comparison.js';
import { convolution } from './convolution.js';
import { gathering } from './gathering.js';
import type { KernelFamily } from './kernel.js';
import { matmul } from './matmul.js';
import { padding } from './padding.js';
import { pooling } from './pooling.js';
import { rearrangement } from './rearrangement.js';
import { reductions } from './reduction.js';
import { resizing } from './resizing.js';
import { shape } from './shape.js';
import { unary } from './unary.js';

/** The families, in no particular order: no kernel is in two of them. */
export const kernelFamilies: readonly KernelFamily[] = [
  unary,
  binary,
  comparison,
  choice,
  shape,
  rearrangement,
  reductions,
  matmul,
  convolution,
  pooling,
  padding,
  gathering,
  resizing,
];
