/** Describes JSON Schema in words, for the docs. @module */

/** The subset of draft 7 that zod generates. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly propertyNames?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
}

const code = (value: unknown): string => `\`${JSON.stringify(value).replaceAll('"', '')}\``;

/** Describes the values that a schema allows: `whole number from 1 to 100`, `` `a`, `b` ``. */
export function valueInWords(schema: JsonSchema): string {
  if (schema.anyOf) return [...new Set(schema.anyOf.map(valueInWords))].join(', or ');
  if (schema.enum) return schema.enum.map(code).join(', ');
  const { type } = schema;
  if (typeof type === 'object')
    return type.map((one) => valueInWords({ ...schema, type: one })).join(', or ');
  switch (type) {
    case 'integer':
    case 'number':
      return numberInWords(schema);
    case 'boolean':
      return '`true` or `false`';
    case 'string':
      return schema.minLength !== undefined && schema.minLength === schema.maxLength
        ? `text of ${schema.minLength} characters`
        : 'text';
    case 'array':
      return `list: ${valueInWords(schema.items ?? {})}`;
    case 'object':
      return schema.properties || !hasType(valuesOf(schema))
        ? 'map'
        : `map to ${valueInWords(valuesOf(schema))}`;
    default:
      return type === 'null' ? '`null`' : 'anything';
  }
}

const valuesOf = ({ additionalProperties }: JsonSchema): JsonSchema =>
  typeof additionalProperties === 'object' ? additionalProperties : {};

const hasType = ({ type, anyOf }: JsonSchema): boolean => type !== undefined || anyOf !== undefined;

function numberInWords(schema: JsonSchema): string {
  const { type, minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  const kind = type === 'integer' ? 'whole number' : 'number';
  // zod limits integers to the safe range by default. Omit these limits.
  const low = minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum;
  const high = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  const from = low !== undefined && (high === undefined ? `from ${low}` : `from ${low} to ${high}`);
  const above = exclusiveMinimum !== undefined && `above ${exclusiveMinimum}`;
  const upTo = low === undefined && high !== undefined && `up to ${high}`;
  const below = exclusiveMaximum !== undefined && `below ${exclusiveMaximum}`;
  const bounds = [from, above, upTo, below].filter((part) => part !== false);
  return [kind, ...bounds].join(' ');
}

/** Describes a default. Returns an empty string if there is none. */
export function defaultInWords(schema: JsonSchema, isRequired: boolean): string {
  if (isRequired) return 'required';
  return schema.default === undefined || typeof schema.default === 'object' ? '' : code(schema.default);
}
