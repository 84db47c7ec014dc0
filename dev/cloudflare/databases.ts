// D1: databases and their queries. What it stores is workerd's, so a Worker reads what a migration has written.
import { randomUUID } from 'node:crypto';
import { type Account, type Database, now } from './account.ts';
import { ok, paged, Refused } from './answer.ts';
import type { Answers } from './asked.ts';
import type { Runtime } from './runtime.ts';

const DATABASE = '/accounts/:account/d1/database';

export function answersOfDatabases(account: Account, runtime: Runtime): Answers {
  /** All statements of a text, in one transaction. */
  async function query(uuid: string, sql: string, params: readonly unknown[] = []) {
    try {
      return await runtime.query(uuid, sql, params);
    } catch (error) {
      throw new Refused(400, 7500, (error as Error).message.replace(/^D1_ERROR: /, ''));
    }
  }
  const said = async ({ uuid, name, created_at }: Database) => {
    const [counted] = await query(
      uuid,
      "SELECT count(*) AS tables FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_cf_%'",
    );
    const [row] = (counted?.results ?? []) as { tables: number }[];
    return {
      uuid,
      name,
      created_at,
      version: 'production',
      num_tables: row?.tables ?? 0,
      file_size: Number(counted?.meta.size_after ?? 0),
      running_in_region: 'WEUR',
    };
  };
  return {
    [`GET ${DATABASE}`]: async ({ query: asked }) =>
      paged(await Promise.all([...account.databases.values()].map(said)), asked),
    [`POST ${DATABASE}`]: async (asked) => {
      const { name } = asked.json<{ name: string }>();
      if ([...account.databases.values()].some((one) => one.name === name))
        throw new Refused(400, 7502, `A database with the name '${name}' already exists`);
      const made = { uuid: randomUUID(), name, created_at: now() };
      account.databases.set(made.uuid, made);
      await runtime.update();
      return ok(await said(made));
    },
    [`GET ${DATABASE}/:database`]: async (asked) => ok(await said(account.database(asked.get('database')))),
    [`POST ${DATABASE}/:database/query`]: async (asked) => {
      const { sql, params } = asked.json<{ sql: string; params?: unknown[] }>();
      return ok(await query(account.database(asked.get('database')).uuid, sql, params));
    },
  };
}
