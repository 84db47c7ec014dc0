// Whether the index's schema is up to date, by `wrangler d1 migrations list`, of the stand's own index or of the one on
// Cloudflare.
import { type Captured, capture } from '../lib/run.ts';
import { check, type Finding } from './finding.ts';

export type Listing = { database: string; wranglerEnv: string; where: 'local' | 'remote'; persistTo?: string };

/** Asks wrangler. Changes nothing. */
export const listMigrations = ({ database, wranglerEnv, where, persistTo }: Listing): Promise<Captured> =>
  capture('wrangler', [
    'd1',
    'migrations',
    'list',
    database,
    `--${where}`,
    `--env=${wranglerEnv}`,
    ...(persistTo === undefined ? [] : ['--persist-to', persistTo]),
  ]);

/** Decides over what wrangler printed. */
export function migrations({ ok: ended, stdout, stderr }: Captured, where: 'local' | 'remote'): Finding {
  const { ok, warn, fail } = check('migrations');
  const pending = [...stdout.matchAll(/\b\d{4}_\w+\.sql\b/g)].map(([name]) => name);
  if (ended && pending.length > 0)
    return fail(
      `${pending.length} pending: ${pending.join(', ')}`,
      where === 'local' ? 'npm run db:init:local' : 'npm run deploy -- --only d1',
    );
  if (ended && /no migrations to apply/i.test(stdout)) return ok('none is pending');
  return /CLOUDFLARE_API_TOKEN|not authenticated|not logged in|wrangler login/i.test(stdout + stderr)
    ? warn('the index could not be asked: wrangler is not signed in', 'npx wrangler login')
    : fail('wrangler could not list them', `npx wrangler d1 migrations list totlprovision --${where} says why`);
}
