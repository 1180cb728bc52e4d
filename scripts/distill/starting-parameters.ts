/** The parameters that a distillation starts from. @module */
import type { HostTensor, Named } from '../../src/engine/engine.js';
import { WildstyleError } from '../../src/errors.js';
import { readCheckpoint } from '../../src/train/checkpoint.js';
import { mapped } from '../../src/train/groups.js';
import { randomParameters, type Student } from './student.js';

/**
 * Reads the parameters in a file that `begin.js` or `main.js` wrote.
 * @throws `weights-missing` if there is no such file; `weights-invalid` if it is not such a file
 */
export async function readParameters(path: string): Promise<Named<HostTensor>> {
  const found = await readCheckpoint(path);
  if (found) return found.parameters;
  throw new WildstyleError('weights-missing', `There is no file ${path}.`, {
    cure: 'Give the file that begin.js or main.js wrote.',
  });
}

/**
 * The parameters of the students: those of the file, or random ones without a file.
 * @throws `weights-missing`, `weights-invalid` if the file lacks a parameter of a student or has it in another shape
 */
export async function startingParameters(
  students: readonly Student[],
  seed: number,
  path?: string,
): Promise<Record<string, HostTensor>> {
  const random: Record<string, HostTensor> = Object.assign(
    {},
    ...students.map((student) => randomParameters(student, seed)),
  );
  if (path === undefined) return random;
  const initial = await readParameters(path);
  return mapped(random, ({ shape }, name) => {
    const found = initial[name];
    if (found?.shape.join() === shape.join()) return found;
    const what = found ? `holds ${name} as [${found.shape}], not [${shape}]` : `lacks ${name}`;
    throw new WildstyleError('weights-invalid', `${path} ${what}.`, {
      cure: 'Give a file that holds every student by the same name and widths.',
    });
  });
}
