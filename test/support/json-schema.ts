// JSON Schema as the published document uses it: whether a value fits, values that fit, and such with one step wrong. An interpreter, because
// workerd compiles no code; a word of JSON Schema that it does not know is a fault, never passed over.
import fc from 'fast-check';

export type Schema = { [word: string]: unknown };
type Json = unknown;

const SAID_ONLY = ['description', 'default', 'title', 'examples', 'deprecated', 'discriminator'];
const KNOWN = [
  'type',
  'const',
  'enum',
  'anyOf',
  'oneOf',
  'allOf',
  'if',
  'then',
  'properties',
  'required',
  'additionalProperties',
  'propertyNames',
  'items',
  'minItems',
  'maxItems',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'minProperties',
  'uniqueItems',
];

const isObject = (value: Json): value is Record<string, Json> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const list = (value: unknown): Schema[] => (value ?? []) as Schema[];
const number = (value: unknown, otherwise: number): number => (value as number | undefined) ?? otherwise;

function isOfType(type: string, value: Json): boolean {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  return type === 'object' ? isObject(value) : typeof value === type;
}

/** Whether a value fits a schema (draft 2020-12). Lengths are counted in code points. */
export function fits(schema: Schema, value: Json): boolean {
  const strange = Object.keys(schema).filter((word) => !KNOWN.includes(word) && !SAID_ONLY.includes(word));
  if (strange.length > 0) throw new Error(`json-schema.ts does not know ${strange.join(', ')}`);
  const types = [schema.type ?? []].flat() as string[];
  if (types.length > 0 && !types.some((type) => isOfType(type, value))) return false;
  if ('const' in schema && schema.const !== value) return false;
  if (schema.enum && !(schema.enum as Json[]).includes(value)) return false;
  if (schema.anyOf && !list(schema.anyOf).some((one) => fits(one, value))) return false;
  if (schema.oneOf && list(schema.oneOf).filter((one) => fits(one, value)).length !== 1) return false;
  if (!list(schema.allOf).every((one) => fits(one, value))) return false;
  if (schema.if && fits(schema.if as Schema, value) && !fits((schema.then ?? {}) as Schema, value)) return false;
  if (typeof value === 'string') return stringFits(schema, value);
  if (typeof value === 'number')
    return value >= number(schema.minimum, -Infinity) && value <= number(schema.maximum, Infinity);
  if (Array.isArray(value)) return arrayFits(schema, value);
  return isObject(value) ? objectFits(schema, value) : true;
}

function stringFits(schema: Schema, value: string): boolean {
  const length = [...value].length;
  if (length < number(schema.minLength, 0) || length > number(schema.maxLength, Infinity)) return false;
  return schema.pattern === undefined || new RegExp(schema.pattern as string, 'u').test(value);
}

const arrayFits = (schema: Schema, value: Json[]): boolean =>
  value.length >= number(schema.minItems, 0) &&
  value.length <= number(schema.maxItems, Infinity) &&
  (!schema.uniqueItems || new Set(value).size === value.length) &&
  value.every((one) => fits((schema.items ?? {}) as Schema, one));

function objectFits(schema: Schema, value: Record<string, Json>): boolean {
  const properties = (schema.properties ?? {}) as Record<string, Schema>;
  const others = Object.keys(value).filter((name) => !Object.hasOwn(properties, name));
  const rest = schema.additionalProperties;
  return (
    ((schema.required ?? []) as string[]).every((name) => Object.hasOwn(value, name)) &&
    Object.keys(value).length >= number(schema.minProperties, 0) &&
    Object.entries(properties).every(([name, one]) => !Object.hasOwn(value, name) || fits(one, value[name])) &&
    others.every((name) => rest !== false && (!isObject(rest) || fits(rest, value[name]))) &&
    Object.keys(value).every((name) => !schema.propertyNames || fits(schema.propertyNames as Schema, name))
  );
}

const UUID = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';

function stringOf(schema: Schema): fc.Arbitrary<string> {
  const { pattern, minLength, maxLength } = schema as { pattern?: string; minLength?: number; maxLength?: number };
  // Two that are the same would be one machine or run: what the server says of that is no matter of the schema.
  if (pattern === UUID) return fc.constant(null).map(() => crypto.randomUUID());
  const few = Math.min(maxLength ?? 40, 40);
  const free = [
    fc.string({ unit: 'grapheme-composite', minLength: Math.min(minLength ?? 0, few), maxLength: few }),
    fc.string({ unit: 'binary', minLength: minLength ?? 0, maxLength: Math.max(few, minLength ?? 0) }),
    // As long as it may be, of characters that are two units in UTF-16.
    ...(maxLength !== undefined && maxLength <= 4096 ? [fc.constant('🔑'.repeat(maxLength))] : []),
  ];
  if (pattern === undefined || /^\^\[\^[^\]]+\]\*\$$/.test(pattern))
    return fc.oneof(...free).filter((text) => fits(schema, text));
  const letters = /^\^(\[[^\]]+\])\+\$$/.exec(pattern)?.[1];
  if (letters === undefined) return fc.stringMatching(new RegExp(pattern, 'u')).filter((text) => fits(schema, text));
  const unit = fc.stringMatching(new RegExp(`^${letters}$`, 'u'));
  return fc.string({ unit, minLength: Math.max(1, minLength ?? 1), maxLength: Math.max(minLength ?? 0, few) });
}

function objectOf(schema: Schema): fc.Arbitrary<Json> {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, Schema>);
  const required = (schema.required ?? []) as string[];
  const named = fc.record(Object.fromEntries(properties.map(([name, one]) => [name, valuesOf(one)])), {
    requiredKeys: required,
  });
  const rest = schema.additionalProperties;
  if (rest === false) return named;
  if (!isObject(rest)) return fc.tuple(named, STRANGE_MEMBERS).map(([own, strange]) => ({ ...strange, ...own }));
  const names = schema.propertyNames ? valuesOf(schema.propertyNames as Schema) : fc.string({ maxLength: 10 });
  const others = fc.dictionary(names as fc.Arbitrary<string>, valuesOf(rest), { maxKeys: 4 });
  return fc.tuple(named, others).map(([own, more]) => ({ ...more, ...own }));
}

/** Members that a later version might add, where more than the listed ones are allowed. */
const STRANGE_MEMBERS = fc.constantFrom({}, {}, { later: 1 }, { later: { said: ['more'] } });

/** Values that fit a schema. */
export function valuesOf(schema: Schema): fc.Arbitrary<Json> {
  return partOf(schema).filter((value) => fits(schema, value));
}

function partOf(schema: Schema): fc.Arbitrary<Json> {
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...(schema.enum as Json[]));
  const choices = list(schema.anyOf ?? schema.oneOf);
  if (choices.length > 0) return fc.oneof(...choices.map(valuesOf));
  const types = [schema.type ?? []].flat() as string[];
  return types.length === 0 ? fc.jsonValue() : fc.oneof(...types.map((type) => ofType(type, schema)));
}

function ofType(type: string, schema: Schema): fc.Arbitrary<Json> {
  const most = Number.MAX_SAFE_INTEGER;
  const range = { min: number(schema.minimum, -most), max: number(schema.maximum, most) };
  if (type === 'string') return stringOf(schema);
  if (type === 'integer') return fc.integer(range);
  if (type === 'number') return fc.double({ ...range, noNaN: true });
  if (type === 'boolean') return fc.boolean();
  if (type === 'null') return fc.constant(null);
  if (type === 'object') return objectOf(schema);
  const least = number(schema.minItems, 0);
  const length = { minLength: least, maxLength: Math.min(number(schema.maxItems, least + 3), least + 3) };
  return fc.array(valuesOf((schema.items ?? {}) as Schema), length);
}

type Place = (string | number)[];

/** Every place in a value, the whole first. */
const places = (value: Json, at: Place = []): Place[] => {
  if (typeof value !== 'object' || value === null) return [at];
  const inner = Object.entries(value).flatMap(([name, one]) =>
    places(one, [...at, Array.isArray(value) ? Number(name) : name]),
  );
  return [at, ...inner];
};

const GONE = Symbol('left out');

function put(value: Json, [name, ...rest]: Place, thing: Json): Json {
  if (name === undefined) return thing;
  if (Array.isArray(value)) return value.map((one, index) => (index === name ? put(one, rest, thing) : one));
  const { [name]: old, ...others } = value as Record<string, Json>;
  const next = put(old, rest, thing);
  return next === GONE ? others : { ...others, [name]: next };
}

const WRONG = [
  GONE,
  null,
  true,
  -1,
  1.5,
  2 ** 53,
  '',
  'x',
  '\u0007',
  'X'.repeat(20_000),
  [],
  {},
  [null],
  { strange: 1 },
];

/** A value that fits, with one place of it put wrong: left out, of another type, too large, with a member too many. `path` is where. */
export const oneStepWrong = (schema: Schema): fc.Arbitrary<{ path: string; thing: Json; value: Json }> =>
  valuesOf(schema)
    .chain((value) =>
      fc.record({
        value: fc.constant(value),
        place: fc.constantFrom(...places(value)),
        thing: fc.constantFrom(...WRONG),
      }),
    )
    // Only a member can be left out: the whole cannot, and a list of fewer is a list.
    .filter(({ place, thing }) => thing !== GONE || typeof place.at(-1) === 'string')
    .map(({ value, place, thing }) => ({
      path: place.join('.'),
      thing: thing === GONE ? undefined : thing,
      value: put(value, place, thing),
    }))
    .filter(({ value }) => !fits(schema, value));
