import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parsePagesHeaders } from './pages-headers.ts';

describe('Pages headers', () => {
  it('joins equal names over rules, as Pages does, unless a rule takes the earlier one off', () => {
    const headersOf = parsePagesHeaders('/*\n  A: 1\n  B: 2\n/x/*\n  A: 3\n  ! B\n  B: 4\n');
    expect(Object.fromEntries(headersOf('/x/y'))).toEqual({ a: '1, 3', b: '4' });
    expect(Object.fromEntries(headersOf('/y'))).toEqual({ a: '1', b: '2' });
  });

  it('allow WebAssembly for the vault’s worker and nowhere else', () => {
    const file = path.join(import.meta.dirname, '../../portal/public/_headers');
    const headersOf = parsePagesHeaders(readFileSync(file, 'utf8'));
    const policy = (at: string) => headersOf(at).get('content-security-policy') ?? '';
    expect(policy('/assets/vault-keeper-abc.js')).toContain("'wasm-unsafe-eval'");
    expect(policy('/assets/vault-keeper-abc.js')).not.toContain('connect-src');
    for (const at of ['/', '/t/acme', '/search', '/assets/app-abc.js']) {
      expect(policy(at)).toContain("script-src 'self';");
      expect(policy(at)).not.toMatch(/unsafe/);
    }
  });

  it('let no page be framed, rebased, fed a script by text, or sent anywhere but to the API', () => {
    const file = path.join(import.meta.dirname, '../../portal/public/_headers');
    const headersOf = parsePagesHeaders(readFileSync(file, 'utf8'));
    for (const at of ['/', '/t/acme/machines/1', '/search', '/recover.html', '/assets/app-abc.js']) {
      expect(headersOf(at).get('strict-transport-security'), at).toBe('max-age=63072000');
      const policy = (headersOf(at).get('content-security-policy') ?? '').split('; ');
      for (const said of [
        "default-src 'none'",
        "style-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        'trusted-types lit-html portal',
      ])
        expect(policy, at).toContain(said);
      const connect =
        policy
          .find((one) => one.startsWith('connect-src'))
          ?.split(' ')
          .slice(1) ?? [];
      expect(connect.filter((one) => one !== "'self'").map((one) => new URL(one).host)).toEqual([
        'totlprovision-api.totlcom.com',
        'totlprovision-api.totlcom.com',
      ]);
      expect(policy.join(), at).not.toMatch(/data:|blob:|\*|http:/);
    }
  });
});
