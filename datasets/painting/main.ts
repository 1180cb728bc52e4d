/**
 * Recreates the demo images.
 *
 *     node dist/datasets/painting/main.js styles [NAME...]
 *     node dist/datasets/painting/main.js content PACKAGES
 *
 * @module
 */
import path from 'node:path';
import { WildstyleError } from '../../src/errors.js';
import { cropPictures } from './content.js';
import { writeStyle } from './style-files.js';
import { stylePaintings } from './styles/list.js';

const usage = 'styles [NAME...] | content PACKAGES';

async function writeStyles(names: readonly string[], styleRoot: string): Promise<void> {
  const known = stylePaintings.map((painting) => painting.name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new WildstyleError('option-invalid', `Unknown style "${unknown}".`, {
      cure: `Use any of: ${known.join(', ')}.`,
    });
  for (const painting of stylePaintings)
    if (names.length === 0 || names.includes(painting.name))
      console.log(await writeStyle(painting, styleRoot));
}

async function main([command, ...rest]: readonly string[], demoRoot: string): Promise<void> {
  const [packages] = rest;
  if (command === 'styles') await writeStyles(rest, path.join(demoRoot, 'style'));
  else if (command === 'content' && packages !== undefined)
    await cropPictures(packages, demoRoot, console.log);
  else
    throw new WildstyleError('option-invalid', `Invalid arguments "${[command, ...rest].join(' ')}".`, {
      cure: `Usage: ${usage}`,
    });
}

try {
  await main(process.argv.slice(2), path.join('datasets', 'demo'));
} catch (error) {
  if (!(error instanceof WildstyleError)) throw error;
  console.error(`${error.message}\n${error.cure ?? ''}`);
  process.exitCode = 2;
}
