// Pending migrations, by wrangler's own words as it prints them; the stand proves that the call is right
// (online.test.ts).
import { expect, it } from 'vitest';
import { migrations } from './migrations.ts';

const PENDING = `Migrations to be applied:
┌──────────────────────────┐
│ Name                     │
├──────────────────────────┤
│ 0001_index.sql           │
├──────────────────────────┤
│ 0003_tenants_by_name.sql │
└──────────────────────────┘`;

it('names what is pending, and the command that mends it where it is pending', () => {
  const captured = { ok: true, stdout: PENDING, stderr: '' };
  expect(migrations(captured, 'local')).toEqual({
    name: 'migrations',
    level: 'FAIL',
    finding: '2 pending: 0001_index.sql, 0003_tenants_by_name.sql',
    fix: 'npm run db:init:local',
  });
  expect(migrations(captured, 'remote').fix).toBe('npm run deploy -- --only d1');
});

it.each([
  ['ok', { ok: true, stdout: '✅ No migrations to apply!', stderr: '' }],
  ['FAIL', { ok: true, stdout: '', stderr: '' }],
  ['warn', { ok: false, stdout: '', stderr: "it's necessary to set a CLOUDFLARE_API_TOKEN environment variable" }],
  ['warn', { ok: false, stdout: '', stderr: 'You are not authenticated. Please run `wrangler login`.' }],
  ['FAIL', { ok: false, stdout: '', stderr: "Couldn't find a D1 DB" }],
] as const)('%s where wrangler says %o', (level, captured) => expect(migrations(captured, 'remote').level).toBe(level));
