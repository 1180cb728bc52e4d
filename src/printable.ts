/** Makes untrusted text, such as file names, safe to print on a terminal. @module */

// Control characters can manipulate the terminal; invisible and bidirectional characters can deceive the reader.
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern matches control characters on purpose
const deceiving = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** Replaces each control or invisible character with U+FFFD. Line feeds and tabs stay. */
export function printable(text: string): string {
  return text.replace(deceiving, '\ufffd');
}
