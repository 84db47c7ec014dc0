import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { newToken, tenantInserts } from './demo-data.ts';

test("a token's hash is what the set-up guide's formula gives, because the Worker accepts tokens made by that snippet", () => {
  const { token, prefix, salt, hash } = newToken();
  // The guide's own lines, run as it runs them.
  const guide = `const c=require("crypto");const [token,salt]=process.argv.slice(1);
    process.stdout.write(token.slice(0,8)+" "+c.createHash("sha256").update(salt+":"+token).digest("hex"))`;
  const printed = execFileSync(process.execPath, ['--input-type=commonjs', '-e', guide, token, salt], {
    encoding: 'utf8',
  });
  expect(printed).toBe(`${prefix} ${hash}`);
  expect(token).toMatch(/^tok_[A-Za-z0-9_-]{32}$/);
  expect(salt).toMatch(/^[0-9a-f]{16}$/);
});

test("the rows never hold the token itself, because a stolen index must not be a machine's identity", () => {
  const token = newToken();
  const rows = tenantInserts('a-tenant', 'A', [{ email: 'a@example.com', role: 'admin' }], token);
  expect(JSON.stringify(rows)).not.toContain(token.token);
});

test('the inserts name only columns that the guide names, because those are the ones promised to stay', () => {
  const sql = tenantInserts('a-tenant', 'A', [{ email: 'a@example.com', role: 'admin' }], newToken()).map(
    (one) => one.sql.split(' VALUES')[0],
  );
  expect(sql).toEqual([
    'INSERT INTO tenants (id,name)',
    'INSERT INTO users (id,tenant_id,email,role)',
    'INSERT INTO api_tokens (id,tenant_id,token_prefix,token_hash,token_salt,label)',
  ]);
});
