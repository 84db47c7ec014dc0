// Requests that nobody well-meaning sends, made of what the document says of each operation: what fits, what is wrong in one step, ids that
// are somebody else's, and rubbish. The same for the same seed.
import fc from 'fast-check';
import type { Chance } from '../../engine/simulator/random.ts';
import { oneStepWrong, type Schema, valuesOf } from '../../test/support/json-schema.ts';
import type { Operation, Parameter } from './operations.ts';

/** Ids by the name of a path's parameter: the visitor's own tenant's and another's. */
export type Ids = Readonly<Record<string, readonly string[]>>;
export type Wish = { path: string; type: string | null; body: string | null };

const HOSTILE = [
  '..',
  '.',
  '%00',
  '%',
  '\u0000',
  "' OR 1=1 --",
  '{{7*7}}',
  '../../../etc/passwd',
  '__proto__',
  'constructor',
  '-1',
  '0',
  '1.5',
  '1e309',
  '9007199254740993',
  'NaN',
  'null',
  '🔑'.repeat(40),
  'x'.repeat(3_000),
  '‮',
  '\ud800',
  'WyJhIiwiMSIsMl0',
];
/** A step up or none leads to another operation, whose answers are not this one's. */
const IN_PATH = HOSTILE.filter((text) => !/^\.+$/.test(text));
const RUBBISH = ['', '{', '[]', 'null', '"x"', '{"a":1}{"b":2}', '[[[[[[[[', '\u0000', '{"__proto__":{"admin":true}}'];
const DEEP = `${'{"a":'.repeat(2_000)}1${'}'.repeat(2_000)}`;
const TYPES = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'application/json; charset=utf-16',
  'application/x-ndjson',
];
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Values are drawn so many at a time. */
const STOCK = 40;

/** Values drawn ahead, since to draw one costs nearly as much as to draw many. */
class Stock {
  readonly #drawn = new Map<string, unknown[]>();
  readonly #luck: Chance;

  constructor(luck: Chance) {
    this.#luck = luck;
  }

  take(name: string, values: () => fc.Arbitrary<unknown>): unknown {
    const left = this.#drawn.get(name) ?? [];
    if (left.length === 0) left.push(...fc.sample(values(), { numRuns: STOCK, seed: this.#luck.between(1, 2 ** 30) }));
    this.#drawn.set(name, left);
    return left.pop();
  }
}

export class Malice {
  readonly #luck: Chance;
  readonly #stock: Stock;

  constructor(luck: Chance) {
    this.#luck = luck;
    this.#stock = new Stock(luck);
  }

  /** One request of an operation. */
  make(operation: Operation, ids: Ids): Wish {
    const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encoded(this.#id(name, ids)));
    const query = operation.parameters
      .filter(({ place }) => place === 'query')
      .flatMap((parameter) => this.#queried(operation, parameter));
    return { path: query.length === 0 ? path : `${path}?${query.join('&')}`, ...this.#body(operation, ids) };
  }

  #id(name: string, ids: Ids): string {
    const known = ids[name] ?? [];
    if (known.length > 0 && this.#luck.odds(0.8)) return this.#luck.pick(known);
    return this.#luck.odds(0.5) ? this.#luck.uuid() : this.#luck.pick(IN_PATH);
  }

  #queried({ key }: Operation, { name, schema }: Parameter): string[] {
    if (this.#luck.odds(0.5)) return [];
    const value = this.#luck.odds(0.4)
      ? this.#luck.pick(HOSTILE)
      : this.#stock.take(`${key} ${name}`, () => valuesOf(schema));
    return [`${encoded(name)}=${encoded(typeof value === 'string' ? value : JSON.stringify(value))}`];
  }

  #body({ key, method, body }: Operation, ids: Ids): Pick<Wish, 'type' | 'body'> {
    if (method === 'GET') return { type: null, body: null };
    const type = this.#luck.odds(0.95) ? 'application/json' : this.#luck.pick(TYPES);
    if (body === null || this.#luck.odds(0.06)) return { type, body: this.#luck.pick([...RUBBISH, DEEP]) };
    const value = this.#luck.odds(0.6)
      ? this.#stock.take(`${key} fits`, () => valuesOf(body))
      : this.#stock.take(`${key} wrong`, () => wrongOf(body));
    const text = JSON.stringify(this.#withIds(value, Object.values(ids).flat())) ?? '';
    return { type, body: this.#luck.odds(0.03) ? text.slice(0, this.#luck.between(0, text.length)) : text };
  }

  /** What is drawn as an id names nothing: some become ids that there are, whosever they may be. */
  #withIds(value: unknown, all: readonly string[]): unknown {
    if (typeof value === 'string') return UUID.test(value) && this.#luck.odds(0.5) ? this.#luck.pick(all) : value;
    if (Array.isArray(value)) return value.map((one) => this.#withIds(one, all));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, this.#withIds(one, all)]));
  }
}

const wrongOf = (body: Schema): fc.Arbitrary<unknown> => oneStepWrong(body).map(({ value }) => value);

/** Half a surrogate pair has no form in a URL. */
const encoded = (text: string): string => encodeURIComponent(text.toWellFormed());
