/** Text from outside, such as file names, made safe to show on a page. @module */

// Control characters, zero-width characters, bidirectional marks, line separators, lone surrogates.
const hidden =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern matches control characters on purpose
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]|\p{Cs}/gu;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Replaces characters that cannot be seen, or that change the order of others, by their names: `[U+202E]`. */
export function visible(text: string): string {
  return text.replace(hidden, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `[U+${code.toString(16).toUpperCase().padStart(4, '0')}]`;
  });
}

/** Escapes text for an HTML element or a quoted attribute, after making it visible. */
export function escapeHtml(text: string): string {
  return visible(text).replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

/** JSON that cannot end the script element in which it stands. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** The relative address of a file of the dataset; null if the path leaves its folder or cannot be an address. */
export function hrefOf(file: string): string | null {
  const parts = file.split('/');
  if (/^([/\\]|[a-z]:)/i.test(file) || file === '' || file.split(/[/\\]/).includes('..')) return null;
  try {
    return `./${parts.map(encodeURIComponent).join('/')}`;
  } catch {
    return null;
  }
}
