// Pending migrations: what has run, as the index says, against what the copy has. The stand proves that the question is right (online.test.ts), an
// account of the stand-in that it writes nothing (test/end-to-end/account.test.ts).
import { expect, it } from 'vitest';
import { migrations } from './migrations.ts';

const KNOWN = ['0001_index.sql', '0003_tenants_by_name.sql'];
const answered = (...names: string[]) => ({
  ok: true,
  stdout: JSON.stringify([{ results: names.map((name) => ({ name })), success: true, meta: {} }]),
  stderr: '',
});
const failed = (stdout: string, stderr = '') => ({ ok: false, stdout, stderr });

it('names what is pending, and the command that mends it where it is pending', () => {
  expect(migrations(answered('0001_index.sql'), 'local', KNOWN)).toEqual({
    name: 'migrations',
    level: 'FAIL',
    finding: '1 pending: 0003_tenants_by_name.sql',
    fix: 'npm run db:init:local',
  });
  expect(migrations(answered(), 'remote', KNOWN).fix).toBe('npm run deploy -- --only d1');
});

it('takes an index without the table of migrations for one in which none has run, because it makes no table to ask', () => {
  const said = failed('{"error":{"text":"failed","notes":[{"text":"no such table: d1_migrations: SQLITE_ERROR"}]}}');
  expect(migrations(said, 'remote', KNOWN).finding).toContain('2 pending: 0001_index.sql');
});

it.each([
  ['ok', answered(...KNOWN)],
  ['warn', answered(...KNOWN, '0009_of_a_later_copy.sql')],
  ['FAIL', { ok: true, stdout: '', stderr: '' }],
  ['warn', failed('', "it's necessary to set a CLOUDFLARE_API_TOKEN environment variable")],
  ['warn', failed('', 'You are not authenticated. Please run `wrangler login`.')],
  ['FAIL', failed('', "Couldn't find DB with name 'totlprovision'")],
] as const)('%s where wrangler says %o', (level, captured) =>
  expect(migrations(captured, 'remote', KNOWN).level).toBe(level),
);

it('says what Cloudflare said, and never the path of the request, which has the account’s id', () => {
  const said = failed(
    '{"error":{"text":"A request to the Cloudflare API (/accounts/0123abcd/d1/database/x/query) failed.","notes":[{"text":"D1 is overloaded [code: 7429]"}]}}',
  );
  expect(migrations(said, 'remote', KNOWN).finding).toBe(
    'wrangler could not ask the index (D1 is overloaded [code: 7429])',
  );
});
