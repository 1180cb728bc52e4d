/**
 * All kernels of the tracing backend. To add a family, add a file next to this one and an entry to `kernelFamilies`.
 * @module
 */
import { convolution } from './convolution/convolution.js';
import { binary } from './elementwise/binary.js';
import { choice, comparison } from './elementwise/comparison.js';
import { unary } from './elementwise/unary.js';
import { gathering } from './gathering.js';
import type { KernelFamily } from './kernel.js';
import { matmul } from './matmul.js';
import { normalization } from './normalization.js';
import { padding } from './padding.js';
import { pooling } from './pooling/pooling.js';
import { rearrangement } from './rearrangement.js';
import { reductions } from './reduction.js';
import { resizing } from './resizing.js';
import { shape } from './shape.js';

/** The kernel families. The order does not matter: no kernel is in two families. */
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
  normalization,
  pooling,
  padding,
  gathering,
  resizing,
];
