/** Compares an engine with known results. @module */
import type { Engine, Precision } from '../engine.js';
import { isNvidia } from '../gpus.js';
import { runOnce } from '../run-once.js';
import { type SmokeCase, smokeCases, smokeInputs, summary } from './cases.js';
import { golden } from './golden.js';

/** A case whose result is wrong. */
export interface SmokeFailure {
  readonly name: string;
  /** The error, or how far the result is from the known one. */
  readonly message: string;
}

/** The outcome of {@link smokeTest}. */
export interface SmokeResult {
  readonly passed: number;
  readonly failed: number;
  /** The largest relative difference from the known results, among the cases that ran. */
  readonly difference: number;
  readonly failures: readonly SmokeFailure[];
}

/** The largest relative difference that counts as right. 16 bits keep 8 bits of the mantissa, float16 keeps 11. */
export const smokeBounds: Readonly<Record<Precision, number>> = { float32: 1e-4, bf16: 5e-2, float16: 1e-2 };

/** TensorFloat-32 keeps 11 bits of the mantissa, and sums are in float32. */
const tf32Bound = 2e-3;

/**
 * The bound for a device. CUDA's libraries compute convolutions in TensorFloat-32 unless `NVIDIA_TF32_OVERRIDE` is 0.
 * @param override the value of `NVIDIA_TF32_OVERRIDE`
 */
export function smokeBoundOf(
  device: string,
  precision: Precision,
  override = process.env.NVIDIA_TF32_OVERRIDE,
): number {
  const hasTf32 = isNvidia(device) && override !== '0';
  return hasTf32 && precision === 'float32' ? tf32Bound : smokeBounds[precision];
}

/** Runs every case on an engine. @param bound the largest relative difference that counts as right */
export async function smokeTest(engine: Engine, bound = smokeBounds.float32): Promise<SmokeResult> {
  const failures: SmokeFailure[] = [];
  let worst = 0;
  for (const entry of smokeCases) {
    try {
      const difference = await differenceOf(engine, entry);
      worst = Math.max(worst, difference);
      if (difference <= bound) continue;
      const message = `differs by ${difference.toPrecision(2)} of the largest value`;
      failures.push({ name: entry.name, message });
    } catch (error) {
      failures.push({ name: entry.name, message: error instanceof Error ? error.message : String(error) });
    }
  }
  return {
    passed: smokeCases.length - failures.length,
    failed: failures.length,
    difference: worst,
    failures,
  };
}

/** The largest difference from the known numbers of an output, divided by the largest of them. */
async function differenceOf(engine: Engine, entry: SmokeCase): Promise<number> {
  let worst = 0;
  for (const [output, found] of Object.entries(await summaries(engine, entry))) {
    const known = golden[entry.name]?.[output];
    if (known?.length !== found.length) throw new Error(`There is no known result of "${output}".`);
    const scale = Math.max(...known.map(Math.abs)) || 1;
    for (const [index, value] of found.entries()) {
      const difference = Math.abs(value - known[index]) / scale;
      worst = Math.max(worst, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
    }
  }
  return worst;
}

/** The summary of each output of a case. */
export async function summaries(engine: Engine, entry: SmokeCase): Promise<Record<string, number[]>> {
  const compiled = await engine.compile(entry.fn, entry.inputs);
  try {
    const outputs = await runOnce(engine, compiled, smokeInputs(entry));
    return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, summary(data)]));
  } finally {
    compiled.dispose();
  }
}
