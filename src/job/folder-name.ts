/** Checks that names can be folders on every system: class names and split names become folders. @module */

const reservedOnWindows = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?$/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: matches control characters on purpose
const refusedCharacters = /[\u0000-\u001f\u007f<>:"/\\|?*]/;

/** Files that a dataset keeps next to its split and class folders. */
const datasetFiles: ReadonlySet<string> = new Set([
  'manifest.jsonl',
  'metadata.jsonl',
  'dataset.json',
  'readme.md',
  'contact-sheet.png',
  'report.html',
  'splits.csv',
  'exports',
]);

/** Why a name cannot be a folder on Linux, macOS or Windows, as a predicate (`is empty`); undefined if it can. */
export function folderNameProblem(name: string): string | undefined {
  if (name === '') return 'is empty';
  const character = refusedCharacters.exec(name)?.[0];
  if (character !== undefined)
    return `contains ${JSON.stringify(character)}, which is not allowed in a folder name`;
  if (name.startsWith('.')) return 'starts with a dot, which would hide the folder';
  if (/[. ]$/.test(name) || name.startsWith(' ')) return 'starts or ends with a space, or ends with a dot';
  if (reservedOnWindows.test(name)) return 'is a reserved name on Windows';
  if (name === '__proto__') return 'is not a safe object key in JavaScript';
  if (datasetFiles.has(name.toLowerCase())) return 'is the name of a file in every dataset';
  if (Buffer.byteLength(name) > 200) return 'is longer than 200 bytes';
  return undefined;
}
