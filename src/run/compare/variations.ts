/** The variations of a comparison: every combination of the values of some keys. @module */
import { parseDocument } from 'yaml';
import { WildstyleError } from '../../errors.js';
import type { Override } from '../../job/overrides.js';
import { parseOverride } from '../../job/overrides.js';

/** One combination of values. */
export interface Variation {
  /** The value of each key that varies, as text. */
  readonly values: Readonly<Record<string, string>>;
  readonly overrides: readonly Override[];
}

const mostVariations = 64;
const example = 'Write it as key=value,value, for example recipe.optimizer=lbfgs,adam.';

/**
 * Parses `key=value,value` arguments. The values are those of a YAML list, so lists and maps are possible, too.
 * @returns all combinations; the last key varies fastest. Without arguments, one without overrides
 * @throws `override-invalid`; `option-invalid` for more than 64 combinations
 */
export function variationsOf(varied: readonly string[]): Variation[] {
  let variations: Variation[] = [{ values: {}, overrides: [] }];
  for (const argument of varied) {
    const choices = choicesOf(argument);
    variations = variations.flatMap(({ values, overrides }) =>
      choices.map(({ key, text, override }) => ({
        values: { ...values, [key]: text },
        overrides: [...overrides, override],
      })),
    );
    if (variations.length <= mostVariations) continue;
    throw new WildstyleError(
      'option-invalid',
      `There are more than ${mostVariations} combinations of values.`,
      {
        cure: 'Vary fewer keys or values.',
      },
    );
  }
  return variations;
}

function choicesOf(argument: string): { key: string; text: string; override: Override }[] {
  const [key, ...rest] = argument.split('=');
  const document = parseDocument(`[${rest.join('=')}]`, { prettyErrors: false, stringKeys: true });
  const list: unknown = document.errors.length === 0 ? document.toJS() : undefined;
  if (!key || rest.length === 0 || !Array.isArray(list) || list.length === 0) {
    throw new WildstyleError('override-invalid', `--vary ${argument} is not of the form key=value,value.`, {
      cure: example,
    });
  }
  return list.map((value) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    // Parsed for the key's path only: a text such as `a: b` would be read as a map.
    const { path } = parseOverride(`${key}=0`);
    return { key, text, override: { shown: `--vary ${key}=${text}`, path, value } };
  });
}
