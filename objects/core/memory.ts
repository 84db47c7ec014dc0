// What an object has read and need not ask again: it alone writes its tables, and every statement of it passes here.
// What was read of a table is believed until a statement writes to that table, or a transaction fails. Each object has
// its own, which an eviction empties. And rows that a transaction changes several times are held back here, to be
// written once.
import { textOf } from './statement-texts.ts';

/** Everything goes when there is more, whatever the size of the fleet and whatever its PCs send. */
const KEPT_MAX = 4_000;
const KEPT_MAX_BYTES = 16 * 1024 * 1024;
/** What a value takes about, where nobody says otherwise: a row without a list in it. */
const ORDINARY_BYTES = 1_000;

/** In the place of a table: what is of all of them, as how large they are together. No name of a table has a space in it. */
const EVERY_TABLE = 'every table';

/** A value, how often its tables had been written when it was read, and about how many bytes it takes. */
type Kept = { value: unknown; stamp: number; bytes: number };
/** Something held back. `table`: the one that it will be written to. */
type Held = { table: string; value: unknown; write: (value: never) => void };

class Memory {
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;
  readonly #written = new Map<string, number>();
  readonly #held = new Map<string, Held>();
  /** The table that is being written a row at a time, by somebody who says themselves what is no longer so. */
  #rowOf: string | null = null;
  #isWriting = false;
  #depth = 0;

  /** Before a statement is run: what is held back for a table that it names is written, what it makes untrue is forgotten. */
  heed(query: string): void {
    const { writes, words } = textOf(query);
    if (this.#held.size > 0 && !this.#isWriting) this.writeHeld(words);
    if (writes === 'any') this.#forgetAll();
    else if (writes !== null) {
      this.#count(EVERY_TABLE);
      if (writes !== this.#rowOf) this.#count(writes);
    }
  }

  #count(table: string): void {
    this.#written.set(table, (this.#written.get(table) ?? 0) + 1);
  }

  /** Runs a transaction: nothing is held back beyond it, and nothing that it did is remembered if it fails. */
  transaction<T>(run: (work: () => T) => T, work: () => T): T {
    this.writeHeld();
    this.#depth++;
    try {
      return run(() => {
        const result = work();
        this.writeHeld();
        return result;
      });
    } catch (error) {
      this.#held.clear();
      this.#forgetAll();
      throw error;
    } finally {
      this.#depth--;
    }
  }

  #stampOf(tables: readonly string[]): number {
    return tables.reduce((sum, table) => sum + (this.#written.get(table) ?? 0), 0);
  }

  get(what: string, tables: readonly string[]): { value: unknown } | null {
    const kept = this.#kept.get(what);
    return kept && kept.stamp === this.#stampOf(tables) ? kept : null;
  }

  keep(what: string, tables: readonly string[], value: unknown, bytes: number): void {
    this.forget(what);
    if (this.#kept.size >= KEPT_MAX || this.#bytes + bytes > KEPT_MAX_BYTES) this.#forgetAll();
    this.#kept.set(what, { value, stamp: this.#stampOf(tables), bytes });
    this.#bytes += bytes;
  }

  forget(what: string): void {
    this.#bytes -= this.#kept.get(what)?.bytes ?? 0;
    this.#kept.delete(what);
  }

  #forgetAll(): void {
    this.#kept.clear();
    this.#bytes = 0;
  }

  writeRow<T>(table: string, write: () => T): T {
    const before = this.#rowOf;
    this.#rowOf = table;
    try {
      return write();
    } finally {
      this.#rowOf = before;
    }
  }

  hold<V>(table: string, what: string, change: (held: V | null) => V, write: (value: V) => void): void {
    const value = change((this.#held.get(what)?.value ?? null) as V | null);
    if (this.#depth === 0) write(value);
    else this.#held.set(what, { table, value, write });
  }

  /** Writes what is held back for these tables, or for all. */
  writeHeld(tables: ReadonlySet<string> | null = null): void {
    for (const [what, held] of [...this.#held]) {
      if (tables !== null && !tables.has(held.table)) continue;
      this.#held.delete(what);
      this.#isWriting = true;
      try {
        held.write(held.value as never);
      } finally {
        this.#isWriting = false;
      }
    }
  }
}

const memories = new WeakMap<SqlStorage, Memory>();

/** From now on the object remembers: every statement and every transaction of it passes here. */
export function beginRemembering(storage: DurableObjectStorage): void {
  const { sql } = storage;
  const memory = new Memory();
  memories.set(sql, memory);
  const exec = sql.exec.bind(sql);
  sql.exec = ((query: string, ...bindings: unknown[]) => {
    memory.heed(query);
    return exec(query, ...bindings);
  }) as typeof sql.exec;
  const run = storage.transactionSync.bind(storage);
  storage.transactionSync = (work) => memory.transaction(run, work);
}

/**
 * The value that `read` gives, as it was read before if none of the tables has been written since. `what` names it
 * within the object. It is shared: nobody may change it. `bytesOf`: about how many it takes, where it has lists.
 */
export function remembered<T>(
  sql: SqlStorage,
  what: string,
  tables: readonly string[],
  read: () => T,
  bytesOf: (value: T) => number = () => ORDINARY_BYTES,
): T {
  const memory = memories.get(sql);
  if (!memory) return read();
  const known = memory.get(what, tables);
  if (known) return known.value as T;
  const value = read();
  memory.keep(what, tables, value, bytesOf(value));
  return value;
}

/** The size of the tables without free pages, in bytes; SQLite is asked again only after something was written. */
export const bytesOfTables = (sql: SqlStorage): number =>
  remembered(sql, 'bytes', [EVERY_TABLE], () => sql.databaseSize);

/** The value, if it is remembered; else undefined. */
export const recalled = <T>(sql: SqlStorage, what: string, tables: readonly string[]): T | undefined =>
  memories.get(sql)?.get(what, tables)?.value as T | undefined;

/** Remembers what was just written, or what was read together with something else. */
export const remember = (
  sql: SqlStorage,
  what: string,
  tables: readonly string[],
  value: unknown,
  bytes = ORDINARY_BYTES,
): void => memories.get(sql)?.keep(what, tables, value, bytes);

export const forget = (sql: SqlStorage, what: string): void => memories.get(sql)?.forget(what);

/**
 * Runs a statement that writes to a table and leaves what is remembered of its other rows true. The caller forgets, or
 * remembers anew, what it makes untrue.
 */
export function writeRow<T>(sql: SqlStorage, table: string, write: () => T): T {
  const memory = memories.get(sql);
  return memory ? memory.writeRow(table, write) : write();
}

/**
 * Holds a row of a table back until the transaction ends, or a statement names the table: changed several times, it is
 * written once. `change` is given what is held already. Outside of a transaction it is written at once.
 */
export function holdBack<V>(
  sql: SqlStorage,
  table: string,
  what: string,
  change: (held: V | null) => V,
  write: (value: V) => void,
): void {
  const memory = memories.get(sql);
  if (memory) memory.hold(table, what, change, write);
  else write(change(null));
}
