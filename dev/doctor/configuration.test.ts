// Every check of the repository's configuration, on copies of it that are broken in one place each.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { root } from '../lib/run.ts';
import { nodeVersion } from './configuration.ts';
import { lineOf } from './finding.ts';
import { lookOffline } from './offline.ts';

const temporary = mkdtempSync(path.join(os.tmpdir(), 'totl-doctor-'));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

const FILES = ['wrangler.toml', 'environments.json', 'portal/index.html', 'portal/public/_headers'];
let copies = 0;

/** The repository's configuration with one text in one file replaced, everywhere in it. */
function copyWith(file: string, from: string | RegExp, to: string): string {
  const folder = path.join(temporary, String(++copies));
  mkdirSync(path.join(folder, 'portal/public'), { recursive: true });
  for (const name of FILES) cpSync(path.join(root, name), path.join(folder, name));
  const text = readFileSync(path.join(folder, file), 'utf8');
  const changed = text.replace(from, to);
  expect(changed, `${file} has ${from}`).not.toBe(text);
  writeFileSync(path.join(folder, file), changed);
  return folder;
}

const TOML = 'wrangler.toml';
const AUD = /ACCESS_AUD = ""/;
const BROKEN: [
  name: string,
  level: 'warn' | 'FAIL',
  finding: RegExp,
  file: string,
  from: string | RegExp,
  to: string,
][] = [
  [
    'configuration',
    'FAIL',
    /Invalid TOML.*, line \d+ of wrangler\.toml/i,
    TOML,
    'name = "totlprovision-api"',
    'name = ',
  ],
  ['configuration', 'FAIL', /environments\.json is not JSON/, 'environments.json', '{', ''],
  [
    'configuration',
    'FAIL',
    /environments\.json: staging\.api must be an origin/,
    'environments.json',
    '-staging.totlcom.com',
    '.totlcom.com/v1',
  ],
  ['configuration', 'FAIL', /names no api-origin/, 'portal/index.html', 'api-origin', 'api'],
  ['bindings', 'FAIL', /no D1 database/, TOML, 'binding = "INDEX_DB"', 'binding = "DB"'],
  ['bindings', 'FAIL', /names no migrations/, TOML, 'migrations_dir = "schema/d1"', ''],
  ['bindings', 'FAIL', /no Durable Object/, TOML, 'name = "TENANT"', 'name = "TENANTS"'],
  ['bindings', 'FAIL', /not made with SQLite/, TOML, 'new_sqlite_classes', 'new_classes'],
  [
    'bindings',
    'warn',
    /no rate limit is bound as FAILED_CREDENTIALS/,
    TOML,
    'name = "FAILED_CREDENTIALS"',
    'name = "FAILURES"',
  ],
  [
    'database-id',
    'FAIL',
    /placeholder/,
    TOML,
    /database_id = "[^"]*"/,
    'database_id = "00000000-0000-0000-0000-000000000000"  ',
  ],
  ['database-id', 'FAIL', /is "totlprovision", which/, TOML, /database_id = "[^"]*"/, 'database_id = "totlprovision"'],
  ['team-domain', 'FAIL', /is blank/, TOML, /ACCESS_TEAM_DOMAIN = "[^"]*"/, 'ACCESS_TEAM_DOMAIN = ""'],
  [
    'team-domain',
    'FAIL',
    /https:\/\/x\.cloudflareaccess/,
    TOML,
    /ACCESS_TEAM_DOMAIN = "[^"]*"/,
    'ACCESS_TEAM_DOMAIN = "https://x.cloudflareaccess.com"',
  ],
  ['audience', 'warn', /people are locked out/, TOML, /ACCESS_AUD = "[^"]*" */, 'ACCESS_AUD = ""'],
  ['audience', 'FAIL', /not 64 hex/, TOML, AUD, 'ACCESS_AUD = "totlprovision"'],
  ['portal-origin', 'FAIL', /no browser ever sends/, TOML, /PORTAL_ORIGIN = "([^"]*)"/, 'PORTAL_ORIGIN = "$1/"'],
  ['portal-origin', 'FAIL', /without TLS/, TOML, 'PORTAL_ORIGIN = "https:', 'PORTAL_ORIGIN = "http:'],
  [
    'api-origin',
    'FAIL',
    /and the portal calls/,
    TOML,
    'API_ORIGIN = ""',
    'API_ORIGIN = "https://totlprovision.example.com"',
  ],
  [
    'api-origin',
    'FAIL',
    /answered at https:\/\/engines\.example\.com too/,
    'portal/index.html',
    /(engine-origin" content=)"[^"]*"/,
    '$1"https://engines.example.com"',
  ],
  ['operators', 'warn', /nobody can make tenants/, TOML, /OPERATOR_EMAILS = "[^"]*" */, 'OPERATOR_EMAILS = ""'],
  [
    'operators',
    'FAIL',
    /address 2 of/,
    TOML,
    /OPERATOR_EMAILS = "[^"]*"/,
    'OPERATOR_EMAILS = "a@example.com, b at example.com"',
  ],
  ['preview-urls', 'FAIL', /would get an address/, TOML, 'preview_urls = false', 'preview_urls = true'],
  ['invocation-logs', 'FAIL', /the URL of every request/, TOML, 'invocation_logs = false', 'invocation_logs = true'],
  ['invocation-logs', 'FAIL', /the URL of every request/, TOML, /\[observability\.logs\]\n.*\n.*\n/, ''],
  ['public-fetch', 'FAIL', /past its firewall/, TOML, ', "global_fetch_strictly_public"', ''],
  ['environments', 'FAIL', /staging has no OPERATOR_EMAILS/, TOML, /\nOPERATOR_EMAILS = "[^"]*"(?=\n\n\[\[env)/, ''],
  [
    'environments',
    'FAIL',
    /shares its Worker/,
    TOML,
    'name = "totlprovision-api-staging"',
    'name = "totlprovision-api"',
  ],
  [
    'environments',
    'FAIL',
    /shares its database/,
    TOML,
    /database_id = "[^"]*"/g,
    'database_id = "10000000-0000-0000-0000-000000000001"',
  ],
  [
    'environments',
    'FAIL',
    /shares its bucket/,
    TOML,
    /# \[\[r2_buckets\]\]\n# (.*)\n# (.*)([\s\S]*)/,
    '[[r2_buckets]]\n$1\n$2$3\n[[env.staging.r2_buckets]]\n$1\n$2\n',
  ],
  [
    'portal-policy',
    'FAIL',
    /call https:\/\/api\.example/,
    'portal/index.html',
    /(api-origin" content=)"[^"]*"/,
    '$1"https://api.example"',
  ],
  ['portal-policy', 'FAIL', /call wss:/, 'portal/public/_headers', / wss:[^;]*/, ''],
];

describe('the doctor, on the repository alone', () => {
  it('finds nothing that fails in it as it is, for either environment', async () => {
    const args = ['dev/doctor.ts', '--offline', '--env', 'staging'];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
    expect(stdout).toMatch(/\n14 checks: \d+ ok, \d+ warnings, 0 failed\n$/);
    const findings = await lookOffline(root, 'production', false);
    expect(findings.filter(({ level }) => level === 'FAIL').map(lineOf)).toEqual([]);
  });

  it.each(BROKEN)('%s: %s, %s', async (name, level, finding, file, from, to) => {
    const findings = await lookOffline(copyWith(file, from, to), 'production', true);
    const found = findings.find((one) => one.name === name);
    expect([found?.level, found?.fix === undefined]).toEqual([level, false]);
    expect(found?.finding).toMatch(finding);
  });

  it('lets the placeholder of a database pass before a deploy, because a fresh clone has nothing else', async () => {
    const folder = copyWith(TOML, /database_id = "[^"]*"/g, 'database_id = "00000000-0000-0000-0000-000000000000"  ');
    const findings = await lookOffline(folder, 'staging', false);
    expect(findings.find(({ name }) => name === 'database-id')?.level).toBe('warn');
  });

  it('takes a set audience, backups to R2 and operators', async () => {
    const text = readFileSync(path.join(root, TOML), 'utf8')
      .replace(/ACCESS_AUD = "[^"]*"/, `ACCESS_AUD = "${'0a'.repeat(32)}"`)
      .replace('API_ORIGIN = ""', 'API_ORIGIN = "https://totlprovision-api.totlcom.com"')
      .replace(/OPERATOR_EMAILS = "[^"]*"/, 'OPERATOR_EMAILS = "a@example.com,b@example.com"')
      .replace(/# (\[\[r2_buckets\]\])\n# (.*)\n# (.*)/, '$1\n$2\n$3');
    const findings = await lookOffline(copyWith(TOML, /^[\s\S]*$/, text), 'production', false);
    const found = Object.fromEntries(findings.map(({ name, finding }) => [name, finding]));
    expect([found.audience, found.operators]).toEqual(['ACCESS_AUD is set', '2 named']);
    expect(found['api-origin']).toBe('people are answered at https://totlprovision-api.totlcom.com only');
    expect(found.bindings).toContain('backups to R2');
    // Staging, which has no bucket now, is reported too; a deploy to production is not held up by it.
    expect(found.environments).toContain('staging makes no backups');
    expect(findings.filter(({ level }) => level === 'FAIL').map(lineOf)).toEqual([]);
  });

  it.each([
    ['20.19.0', 'FAIL'],
    ['22.17.9', 'FAIL'],
    ['22.18.0', 'ok'],
    ['24.0.0', 'ok'],
  ])('node %s: %s', (version, level) => expect(nodeVersion(version).level).toBe(level));
});
