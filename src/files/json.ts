/** Parses JSON that others may have written. @module */

/** What wildstyle writes has a depth of about ten. */
const maximumDepth = 100;

/**
 * Parses JSON with a bounded depth, because what works on parsed values is often recursive.
 * @throws `SyntaxError`
 */
export function parseJson(text: string): unknown {
  let depth = 0;
  let inText = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (inText) {
      if (code === backslash) at++;
      else if (code === quote) inText = false;
    } else if (code === quote) inText = true;
    else if (code === openBracket || code === openBrace) {
      if (++depth > maximumDepth) throw new SyntaxError(`nested more than ${maximumDepth} levels deep`);
    } else if (code === closeBracket || code === closeBrace) depth--;
  }
  return JSON.parse(text);
}

const [quote, backslash, openBracket, closeBracket, openBrace, closeBrace] = [...'"\\[]{}'].map((character) =>
  character.charCodeAt(0),
);
