// D1 with its queries and rows counted: what it hands on is the real one's answer.
import type { Counts } from './counts.ts';

class CountedStatement {
  readonly real: D1PreparedStatement;
  readonly #note: (meta: D1Meta) => void;

  constructor(real: D1PreparedStatement, note: (meta: D1Meta) => void) {
    this.real = real;
    this.#note = note;
  }

  bind(...values: unknown[]): CountedStatement {
    return new CountedStatement(this.real.bind(...values), this.#note);
  }

  async all<T>(): Promise<D1Result<T>> {
    const result = await this.real.all<T>();
    this.#note(result.meta);
    return result;
  }

  async run<T>(): Promise<D1Result<T>> {
    const result = await this.real.run<T>();
    this.#note(result.meta);
    return result;
  }

  /** The first row whole, as everything here asks for it. */
  async first<T>(): Promise<T | null> {
    return (await this.all<T>()).results[0] ?? null;
  }
}

/** Of the methods those that the product uses. */
export function countedIndex(index: D1Database, counts: () => Counts): D1Database {
  const note = ({ rows_read, rows_written }: D1Meta): void => {
    const now = counts();
    now.queries += 1;
    now.indexRowsRead += rows_read;
    now.indexRowsWritten += rows_written;
  };
  const counted = {
    prepare: (sql: string) => new CountedStatement(index.prepare(sql), note),
    batch: async (statements: readonly CountedStatement[]) => {
      const results = await index.batch(statements.map(({ real }) => real));
      for (const { meta } of results) note(meta);
      return results;
    },
  };
  return counted as unknown as D1Database;
}
