// Small helpers for SQLite in the object: typed rows out, and the one way to hash. By itself, because whatever keeps a table stands on it.
import { createHash } from 'node:crypto';

/** A row as SQLite gives it: snake_case columns. Never handed to a client; mappers stand beside each table's queries. */
export type Row = Record<string, SqlStorageValue>;

export const all = <R extends Row>(sql: SqlStorage, query: string, ...bindings: SqlStorageValue[]): R[] =>
  sql.exec<R>(query, ...bindings).toArray();

export const first = <R extends Row>(sql: SqlStorage, query: string, ...bindings: SqlStorageValue[]): R | null =>
  all<R>(sql, query, ...bindings)[0] ?? null;

/** SHA-256 in lower-case hex, synchronously: it runs inside transactions. */
export const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');
