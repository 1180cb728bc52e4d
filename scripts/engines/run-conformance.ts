/** Runs the conformance suite in processes of their own, so that a driver that crashes costs one case. @module */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { CaseResult } from './conformance.js';

/** The bound of the conformance suite in float32: the largest relative difference from the reference engine. */
export const tolerance = 1e-4;

/** The suite on one device. */
export interface Conformance {
  readonly engine: string;
  readonly device: string;
  readonly version: string;
  readonly cases: number;
  readonly passed: number;
  /** The largest relative difference among the cases that passed. */
  readonly worstPassed: number;
  readonly failed: readonly CaseResult[];
}

/** Why the suite could not run. */
export interface Unavailable {
  readonly engine: string;
  readonly device: string;
  readonly unavailable: string;
}

export interface ConformanceOptions {
  readonly engine: string;
  readonly device: string;
  readonly precision?: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly bound?: number;
  /** On the clock of `performance.now()`; cases after it do not run. */
  readonly deadlineMs?: number;
}

const childScript = join(dirname(fileURLToPath(import.meta.url)), 'conformance.js');

/** Runs the suite, and starts it again after the case that killed it. */
export async function runConformance(options: ConformanceOptions): Promise<Conformance | Unavailable> {
  const {
    engine,
    device,
    precision = 'float32',
    env = {},
    bound = tolerance,
    deadlineMs = Number.POSITIVE_INFINITY,
  } = options;
  const results: CaseResult[] = [];
  let [first, total, version, last] = [0, Number.POSITIVE_INFINITY, '', ''];
  while (first < total && performance.now() < deadlineMs) {
    let starts: { index: number; name: string } | undefined;
    const child = spawn(process.execPath, [childScript, engine, device, String(first), precision], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      last = (last + text).slice(-600);
    });
    const leftMs = deadlineMs - performance.now();
    const stop = Number.isFinite(leftMs) ? setTimeout(() => child.kill('SIGKILL'), leftMs) : undefined;
    for await (const line of createInterface({ input: child.stdout })) {
      const entry = JSON.parse(line) as CaseResult & { cases?: number; version?: string; starts?: number };
      if (entry.cases !== undefined) [total, version] = [entry.cases, entry.version ?? ''];
      else if (entry.starts !== undefined) starts = { index: entry.starts, name: entry.name };
      else {
        results.push(entry);
        starts = undefined;
      }
    }
    clearTimeout(stop);
    if (total === Number.POSITIVE_INFINITY) return { engine, device, unavailable: last.trim() };
    if (starts) results.push({ ...starts, error: 'the process died' });
    first = (results.at(-1)?.index ?? total) + 1;
  }
  const passes = ({ difference }: CaseResult) => difference !== undefined && difference <= bound;
  const passed = results.filter(passes);
  return {
    engine,
    device,
    version,
    cases: total,
    passed: passed.length,
    worstPassed: Math.max(0, ...passed.map(({ difference = 0 }) => difference)),
    failed: results.filter((result) => !passes(result)),
  };
}
