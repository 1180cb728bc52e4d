/**
 * Writes the generated regions of the pages in docs/. With `--check`, fails if a region is out of date.
 * @module
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { metadataReference, recordReference, summaryReference } from './docs/dataset-reference.js';
import { jobReference } from './docs/job-reference.js';
import { fillRegions } from './docs/regions.js';
import { repositoryRoot } from './docs/repository.js';

/** The example, with the import that users of the installed package write. */
async function exampleSnippet(): Promise<string> {
  const text = await readFile(join(repositoryRoot, 'examples', 'library.ts'), 'utf8');
  return `\`\`\`ts\n${text.replace("'../src/index.js'", "'wildstyle'").replace(/^\/\*\*[\s\S]*?\*\/\n/, '')}\`\`\``;
}

const documents: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'docs/library.md': { example: await exampleSnippet() },
  'docs/formats.md': {
    job: jobReference(),
    record: recordReference(),
    metadata: metadataReference(),
    summary: summaryReference(),
  },
};

for (const [name, regions] of Object.entries(documents)) {
  const file = join(repositoryRoot, name);
  const found = await readFile(file, 'utf8');
  const fresh = fillRegions(found, regions);
  if (fresh === found) continue;
  if (process.argv.includes('--check')) {
    console.error(`${name} is out of date: run \`npm run docs\`.`);
    process.exitCode = 1;
  } else {
    await writeFile(file, fresh);
  }
}
