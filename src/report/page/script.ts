/** The script of the page: its modules, joined. @module */
import { readFile } from 'node:fs/promises';

/** In the order in which they need each other. */
const modules = ['data', 'pictures', 'selection', 'detail', 'gallery', 'main'];

/**
 * Joins the modules for the browser into one: a page from disk may not import. They share one scope, so no two may define
 * the same name.
 */
export async function pageScript(): Promise<string> {
  const texts = modules.map((name) => readFile(new URL(`./browser/${name}.js`, import.meta.url), 'utf8'));
  return (await Promise.all(texts)).map(joinable).join('\n');
}

function joinable(text: string): string {
  return text
    .replace(/^import [^;]*;$/gm, '')
    .replace(/^export \{\s*\};$/gm, '')
    .replace(/^export /gm, '')
    .replace(/^\/\/# sourceMappingURL=.*$/gm, '')
    .trim();
}
