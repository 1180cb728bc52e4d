/** Names that are safe as a folder on every system: class names and split names become folders. @module */

const reservedOnWindows = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?$/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const refusedCharacters = /[\u0000-\u001f\u007f<>:"/\\|?*]/;

/** What a dataset puts beside its splits and its classes. */
const datasetFiles: ReadonlySet<string> = new Set([
  'manifest.jsonl',
  'metadata.jsonl',
  'dataset.json',
  'readme.md',
  'contact-sheet.png',
]);

/** Why a name cannot be a folder on Linux, macOS or Windows, as the end of a sentence; undefined if it can. */
export function folderNameProblem(name: string): string | undefined {
  if (name === '') return 'is empty';
  const character = refusedCharacters.exec(name)?.[0];
  if (character !== undefined)
    return `contains ${JSON.stringify(character)}, which a folder name cannot hold`;
  if (name.startsWith('.')) return 'begins with a dot, which hides the folder';
  if (/[. ]$/.test(name) || name.startsWith(' ')) return 'begins or ends with a space, or ends with a dot';
  if (reservedOnWindows.test(name)) return 'is a reserved name on Windows';
  if (name === '__proto__') return 'is a name that programs cannot hold as a key';
  if (datasetFiles.has(name.toLowerCase())) return 'is the name of a file that a dataset holds';
  if (Buffer.byteLength(name) > 200) return 'is longer than 200 bytes';
  return undefined;
}
