/** Text from outside, such as the name of a file, made safe to show on a terminal. @module */

// Control characters steer the terminal; invisible ones that turn text around deceive whoever reads it.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const deceiving = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** The text with a replacement character for each that would not be seen; line feeds and tabs stay. */
export function printable(text: string): string {
  return text.replace(deceiving, '\ufffd');
}
