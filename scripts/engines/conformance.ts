/** Runs the conformance suite on one device: `node conformance.js <engine> <device> <first case> [precision]`. @module */
import { createEngine, type EngineName, type Precision } from '../../src/engine/index.js';
import { conformanceCases as cases } from '../../test/engine/cases/index.js';
import { drawn, execute, relativeDifference } from '../../test/engine/support.js';

/** The outcome of one case: the largest relative difference from the reference engine, or an error. */
export interface CaseResult {
  readonly index: number;
  readonly name: string;
  readonly difference?: number;
  readonly error?: string;
}

const [name, device, first] = [process.argv[2] as EngineName, process.argv[3], Number(process.argv[4] ?? 0)];
const precision = (process.argv[5] ?? 'float32') as Precision;
const reference = await createEngine('reference');
const engine = await createEngine(name, { device, precision });
const print = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

print({ cases: cases.length, version: engine.version });
for (const [index, entry] of cases.entries()) {
  if (index < first) continue;
  // The line before a case tells which one it was, should the process die in it.
  print({ starts: index, name: entry.name });
  print({ index, name: entry.name, ...(await outcome(entry)) });
}

async function outcome(entry: (typeof cases)[number]): Promise<Omit<CaseResult, 'index' | 'name'>> {
  try {
    const inputs = drawn(entry);
    const expected = await execute(reference, entry.fn, inputs);
    const actual = await execute(engine, entry.fn, inputs);
    const differences = Object.entries(expected).map(([name, { data, shape }]) => {
      const found = actual[name];
      if (found?.shape.join() !== shape.join())
        throw new Error(`${name} has shape [${found?.shape}], not [${shape}]`);
      return relativeDifference(found.data, data);
    });
    return { difference: Math.max(...differences) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
