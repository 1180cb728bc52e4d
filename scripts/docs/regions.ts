/** Parts of a document that a program writes, between two comments. @module */

const begin = (name: string): string => `<!-- begin: ${name} (written by npm run docs) -->\n`;
const end = (name: string): string => `<!-- end: ${name} -->`;

/**
 * The document with its regions written anew.
 * @param regions by name; each must be in the document once, and the document may have no other
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
      throw new Error(`The region ${name} has no clear beginning and end.`);
    }
    return `${before}${begin(name)}\n${content.trim()}\n\n${end(name)}${after}`;
  }, document);
}

/** A Markdown table. Cells are Markdown; what would end a cell is escaped. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
