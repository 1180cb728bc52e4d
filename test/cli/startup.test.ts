import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';

const sourceFolder = fileURLToPath(new URL('../../src', import.meta.url));

/** The packages that a module loads at once, with what it imports. */
function packagesOf(module: string): string[] {
  const found = new Set<string>();
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(
      /^(?:import|export)\b[^;'"=()]* from '([^']+)'/gm,
    )) {
      if (name.startsWith('.')) visit(resolve(dirname(file), name));
      else if (!name.startsWith('node:')) found.add(name);
    }
  };
  visit(resolve(sourceFolder, module));
  return [...found].sort();
}

test('help and mistakes load the parser only', (t) => {
  t.deepEqual(packagesOf('cli/main.js'), ['yargs', 'yargs/helpers']);
});

test('the status of a folder needs no TensorFlow.js', (t) => {
  t.deepEqual(packagesOf('cli/commands/status.js'), ['zod']);
});
