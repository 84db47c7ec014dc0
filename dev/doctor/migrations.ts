// Whether the index's schema is up to date: the migrations of schema/d1 against those that the index says have run. It only reads:
// `wrangler d1 migrations list` would make a table.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { type Captured, capture, root } from '../lib/run.ts';
import { causeIn, NO_SUCH_DATABASE, NOT_SIGNED_IN } from '../operate/wrangler-words.ts';
import { check, type Finding } from './finding.ts';

export type Listing = { database: string; wranglerEnv: string; where: 'local' | 'remote'; persistTo?: string };

/** Asks the index through wrangler. Changes nothing. */
export const listMigrations = ({ database, wranglerEnv, where, persistTo }: Listing): Promise<Captured> =>
  capture('wrangler', [
    ...['d1', 'execute', database, `--${where}`, `--env=${wranglerEnv}`, '--json', '--yes'],
    ...(persistTo === undefined ? [] : ['--persist-to', persistTo]),
    ...['--command', 'SELECT name FROM d1_migrations ORDER BY id'],
  ]);

/** The migrations that the repository has. */
export const knownMigrations = (): string[] =>
  readdirSync(path.join(root, 'schema/d1'))
    .filter((name) => name.endsWith('.sql'))
    .sort();

/** Decides over what wrangler answered. */
export function migrations(
  { ok: ended, stdout, stderr }: Captured,
  where: 'local' | 'remote',
  known: readonly string[] = knownMigrations(),
): Finding {
  const { ok, warn, fail } = check('migrations');
  const said = `${stdout}\n${stderr}`;
  // Without that table none has run yet.
  const ran = ended ? namesIn(stdout) : /no such table: d1_migrations/.test(said) ? [] : null;
  if (ran !== null) {
    const pending = known.filter((name) => !ran.includes(name));
    if (pending.length > 0)
      return fail(
        `${pending.length} pending: ${pending.join(', ')}`,
        where === 'local' ? 'npm run db:init:local' : 'npm run deploy -- --only d1',
      );
    const ahead = ran.filter((name) => !known.includes(name));
    return ahead.length === 0
      ? ok('none is pending')
      : warn(`the index is ahead of this copy: ${ahead.join(', ')}`, 'look from the copy that was deployed');
  }
  if (NOT_SIGNED_IN.test(said))
    return warn('the index could not be asked: wrangler is not signed in', 'npx wrangler login');
  if (NO_SUCH_DATABASE.test(said))
    return fail('there is no such database in the account', 'check database_id in wrangler.toml (guide, step 1)');
  const cause = causeIn(said);
  return fail(
    `wrangler could not ask the index${cause === null ? '' : ` (${cause})`}`,
    'npx wrangler whoami shows the account and what its token may do',
  );
}

function namesIn(stdout: string): string[] | null {
  try {
    const [answer] = JSON.parse(stdout) as { results: { name: string }[] }[];
    return answer?.results.map(({ name }) => name) ?? null;
  } catch {
    return null;
  }
}
