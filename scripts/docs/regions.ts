/** Generated regions of a document, each between two comments. @module */

const begin = (name: string): string => `<!-- begin: ${name} (written by npm run docs) -->\n`;
const end = (name: string): string => `<!-- end: ${name} -->`;

/**
 * Replaces the regions of a document.
 * @param regions region contents by name. The document must contain exactly these regions, each once and in this order
 */
export function fillRegions(document: string, regions: Readonly<Record<string, string>>): string {
  const found = [...document.matchAll(/<!-- begin: (\S+) /g)].map(([, name]) => name);
  if (found.join() !== Object.keys(regions).join()) {
    throw new Error(`The document has the regions ${found}, not ${Object.keys(regions)}.`);
  }
  return Object.entries(regions).reduce((text, [name, content]) => {
    const [before, rest, ...more] = text.split(begin(name));
    const after = rest?.split(end(name))[1];
    if (before === undefined || after === undefined || more.length > 0) {
      throw new Error(`The region ${name} must have exactly one begin comment and one end comment.`);
    }
    return `${before}${begin(name)}\n${content.trim()}\n\n${end(name)}${after}`;
  }, document);
}

/** A Markdown table. Cells are Markdown; pipes are escaped. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
