// Cloudflare's own description of its API, as far as it goes (`published/`): holds what wrangler sends and what the stand-in answers against it.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CALLS, type Call } from './calls.ts';

export type Schema = {
  type?: string;
  enum?: unknown[];
  required?: string[];
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
};
type Described = { request: Schema | null; answer: Schema | null };

const published = JSON.parse(readFileSync(path.join(import.meta.dirname, 'published/calls.json'), 'utf8')) as {
  date: string;
  calls: Partial<Record<Call, Described>>;
};

/** The day of the description. */
export const DESCRIBED_AT = published.date;
/** The calls that it does not know: private to wrangler and the dashboard, or newer. */
export const UNDESCRIBED: readonly Call[] = CALLS.filter((call) => published.calls[call] === undefined);

/**
 * Where the description of that day is known not to say what Cloudflare does, each by how its line ends. wrangler sends or needs what stands
 * beside it.
 */
const KNOWN_WRONG: readonly { call: Call; at: RegExp; because: string }[] = [
  {
    call: 'POST /accounts/:account/d1/database/:database/query',
    at: /^answer\.result is array, not object$/,
    because: 'a query of several statements has a result for each; its own documentation shows the list',
  },
  {
    call: 'GET /accounts/:account/d1/database',
    at: /^answer\.result is array, not object$/,
    because: 'it says beside it that this is the list of databases',
  },
  {
    call: 'PUT /accounts/:account/workers/scripts/:script',
    at: /\.usage_model does not match /,
    because: 'its own description of a version says that "standard" is the only model there is',
  },
  {
    call: 'GET /accounts/:account/workers/scripts/:script/settings',
    at: /\.usage_model does not match /,
    because: 'the same',
  },
  {
    call: 'GET /accounts/:account/workers/scripts/:script/settings',
    at: /^answer\.result\.bindings\[\d+\]\./,
    because: 'it knows six kinds of bindings, and neither variables, databases nor rate limits among them',
  },
];

/** What does not fit, one line each with where it is; empty if all fits or nothing is described. */
export function misfits(call: Call, part: keyof Described, value: unknown): string[] {
  const schema = published.calls[call]?.[part];
  if (!schema) return [];
  return faults(schema, value, part)
    .filter((line) => !KNOWN_WRONG.some((one) => one.call === call && one.at.test(line)))
    .map((line) => `${call}: ${line}`);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

function faults(schema: Schema, value: unknown, at: string): string[] {
  const found = (schema.allOf ?? []).flatMap((one) => faults(one, value, at));
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) {
    // As many parts of a description overlap as not: one that fits is enough for `oneOf` too.
    const tried = choices.map((one) => faults(one, value, at));
    if (tried.every((lines) => lines.length > 0))
      found.push(...(tried.sort((left, right) => left.length - right.length)[0] ?? []));
  }
  const type = typeOf(value);
  if (schema.type && schema.type !== type && !(schema.type === 'number' && type === 'integer'))
    return [...found, `${at} is ${type}, not ${schema.type}`];
  if (schema.enum && !schema.enum.includes(value)) found.push(`${at} is none of ${schema.enum.join(', ')}`);
  if (typeof value === 'string') found.push(...textFaults(schema, value, at));
  if (typeof value === 'number' && (value < (schema.minimum ?? -Infinity) || value > (schema.maximum ?? Infinity)))
    found.push(`${at} is out of range`);
  if (Array.isArray(value) && schema.items)
    for (const [index, one] of value.entries()) found.push(...faults(schema.items, one, `${at}[${index}]`));
  if (isObject(value)) found.push(...memberFaults(schema, value, at));
  return found;
}

function textFaults({ pattern, minLength = 0, maxLength = Infinity }: Schema, value: string, at: string): string[] {
  if (value.length < minLength || value.length > maxLength) return [`${at} has the wrong length`];
  return pattern !== undefined && !new RegExp(pattern).test(value) ? [`${at} does not match ${pattern}`] : [];
}

function memberFaults(schema: Schema, value: Record<string, unknown>, at: string): string[] {
  const { properties = {}, required = [], additionalProperties: rest } = schema;
  return [
    ...required.filter((name) => !(name in value)).map((name) => `${at}.${name} is missing`),
    ...Object.entries(value).flatMap(([name, one]) => {
      const own = Object.hasOwn(properties, name) ? properties[name] : rest;
      if (own === false) return [`${at}.${name} is not described`];
      return isObject(own) && one !== undefined ? faults(own as Schema, one, `${at}.${name}`) : [];
    }),
  ];
}
