/**
 * Limits on job files. Deep nesting and many aliases let a small file hang a process, so both are counted on the
 * parser's token stream, before any tree is built.
 * @module
 */
import { Lexer, Parser } from 'yaml';
import { WildstyleError } from '../../errors.js';
import { SourceText } from './source-text.js';

export const jobLimits = { bytes: 1 << 20, nesting: 64, aliases: 100 } as const;

/**
 * Decodes the bytes of a job file and drops the byte order mark.
 * @throws `job-too-large`; `job-syntax` at the first byte that is not UTF-8
 */
export function decodeJob(name: string, bytes: Uint8Array): string {
  if (bytes.length > jobLimits.bytes)
    throw tooLarge(`${name} is too large: ${bytes.length} bytes`, jobLimits.bytes, 'bytes');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // The lenient decoder marks the first invalid byte.
    const text = new TextDecoder('utf-8').decode(bytes);
    const offset = text.indexOf('\ufffd');
    const message = 'not valid UTF-8 from here on';
    throw new WildstyleError(
      'job-syntax',
      new SourceText(name, text).show({ start: offset, end: offset + 1 }, message),
      {
        cure: 'Save the file as UTF-8.',
      },
    );
  }
}

/**
 * Checks nesting and aliases in a single pass that stops at the limit. Tokens arrive one by one, and the depth of the
 * parser's stack is the depth of nesting.
 * @throws `job-too-large`
 */
export function checkNesting(source: SourceText): void {
  const parser = new Parser();
  let aliases = 0;
  let offset = 0;
  for (const lexeme of new Lexer().lex(source.text)) {
    // The parser consumes the token only if its generator runs to the end.
    for (const _ of parser.next(lexeme));
    if (lexeme[0] === '*') aliases += 1;
    const span = { start: Math.min(offset, source.text.length), end: offset + 1 };
    if (parser.stack.length > jobLimits.nesting) {
      throw tooLarge(
        source.show(span, 'nested too deeply from here on'),
        jobLimits.nesting,
        'levels of nesting',
      );
    }
    if (aliases > jobLimits.aliases) {
      throw tooLarge(source.show(span, 'too many aliases from here on'), jobLimits.aliases, 'aliases');
    }
    offset = parser.offset;
  }
}

function tooLarge(what: string, limit: number, unit: string): WildstyleError {
  return new WildstyleError('job-too-large', what, { cure: `Use at most ${limit} ${unit}.` });
}
