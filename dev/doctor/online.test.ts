// Every check of deployed hosts: on the stand, which is well, and on hosts in front of it that are broken in one way each.
// Where possible, the broken answer is the real one of a Worker or stand-in that is set up wrongly.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root } from '../lib/run.ts';
import { freePorts } from '../stand/ports.ts';
import { type Stand, startStand } from '../stand/stand.ts';
import { clock } from './access.ts';
import { type Finding, lineOf } from './finding.ts';
import { type Credentials, lookOnline, type Places } from './online.ts';
import { standSession } from './stand-session.ts';

/** What a broken host does to requests under a path: other headers in, another answer out. */
type Fault = {
  path?: string;
  method?: string;
  asked?: Record<string, string>;
  status?: number;
  headers?: Record<string, string> | (() => Record<string, string>);
  body?: (text: string) => string;
};

const PROBLEM = { 'content-type': 'application/problem+json' };
const stateDir = mkdtempSync(path.join(os.tmpdir(), 'totl-doctor-stand-'));
const servers: http.Server[] = [];
let stand: Stand;
let well: Places;
let lent: Credentials;

beforeAll(async () => {
  stand = await startStand({ port: await freePorts(4), stateDir, fleet: 0 });
  const { portal, apiBehindAccess: api, api: engine, team } = stand.addresses;
  well = { portal, api, engine, team, previews: [] };
  lent = { token: stand.demo.token, cookie: await standSession(team) };
});
afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await stand?.close();
  rmSync(stateDir, { recursive: true, force: true });
});

/** A host in front of another, broken in this way. */
async function broken(target: string, fault: Fault): Promise<string> {
  const server = http.createServer(async (request, response) => {
    const hit =
      request.url?.startsWith(fault.path ?? '/') && (fault.method === undefined || fault.method === request.method);
    let sent = '';
    for await (const chunk of request) sent += chunk;
    const { host: _host, connection: _connection, ...headers } = request.headers as Record<string, string>;
    const answer = await fetch(target + request.url, {
      method: request.method ?? 'GET',
      headers: { ...headers, ...(hit ? fault.asked : {}) },
      body: sent || null,
      redirect: 'manual',
    });
    const text = await answer.text();
    for (const [name, value] of answer.headers)
      if (!/^(content-(length|encoding)|transfer-encoding|connection)$/.test(name)) response.setHeader(name, value);
    const changed = typeof fault.headers === 'function' ? fault.headers() : fault.headers;
    for (const [name, value] of Object.entries((hit && changed) || {})) response.setHeader(name, value);
    response.statusCode = (hit && fault.status) || answer.status;
    response.end(hit && fault.body ? fault.body(text) : text);
  });
  // An Access policy of the Worker itself, which refuses every WebSocket.
  server.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n'));
  servers.push(server);
  server.listen(0, 'localhost');
  await once(server, 'listening');
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

/** A port that nobody listens on. */
const nowhere = async () => `http://localhost:${await freePorts(1)}`;
const secondsAgo = (seconds: number) => () => ({ date: new Date(Date.now() - seconds * 1000).toUTCString() });
const keys = (...all: unknown[]) => ({ path: '/cdn-cgi/access/certs', body: () => JSON.stringify({ keys: all }) });
const problem = (status: number, code: string): Omit<Fault, 'path'> => ({
  status,
  headers: PROBLEM,
  body: () => JSON.stringify({ status, code }),
});
const cookie = () => ({ cookie: lent.cookie ?? '' });

type Case = [
  name: string,
  level: Finding['level'],
  finding: RegExp,
  places: () => Promise<Partial<Places>>,
  credentials?: () => Promise<Partial<Credentials>>,
];
const team = (fault: Fault) => async () => ({ team: await broken(well.team, fault) });
const engine = (fault: Fault) => async () => ({ engine: await broken(well.engine, fault) });
const api = (fault: Fault) => async () => ({ api: await broken(well.api, fault) });
const portal = (fault: Fault) => async () => ({ portal: await broken(well.portal, fault) });
const same = async () => ({});

const CASES: Case[] = [
  ['access-keys', 'FAIL', /does not answer \(ECONNREFUSED\)/, async () => ({ team: await nowhere() })],
  ['access-keys', 'FAIL', /does not answer \(status 404\)/, team({ status: 404 })],
  ['access-keys', 'FAIL', /no RS256 key/, team(keys())],
  ['access-keys', 'FAIL', /no RS256 key/, team({ ...keys(), body: () => '<html>' })],
  ['access-keys', 'FAIL', /no RS256 key/, team(keys({ kty: 'RSA', alg: 'RS256', kid: 'k', n: 5, e: 'AQAB' }))],
  ['access-keys', 'FAIL', /no RS256 key/, team(keys({ kty: 'EC', alg: 'ES256', kid: 'k', crv: 'P-256' }))],
  ['clock', 'FAIL', /this machine is 1\d\d s ahead/, team({ headers: secondsAgo(120) })],
  ['clock', 'FAIL', /this machine is 1\d\d s behind/, team({ headers: secondsAgo(-120) })],
  ['clock', 'warn', /no host told its time/, async () => ({ team: await nowhere() })],
  ['health', 'FAIL', /does not answer as the Worker/, async () => ({ engine: await nowhere() })],
  ['health', 'FAIL', /does not answer as the Worker \(status 200\)/, engine({ path: '/health', body: () => 'hello' })],
  ['health', 'FAIL', /D1 does not answer/, engine({ body: (text) => text.replace('"index":true', '"index":false') })],
  ['health', 'FAIL', /its objects do not/, engine({ body: (text) => text.replace('"object":true', '"object":false') })],
  ['engine-address', 'FAIL', /status 302/, async () => ({ engine: well.api })],
  ['engine-people', 'FAIL', /as if Access stood before it \(status 302\)/, async () => ({ engine: well.api })],
  ['engine-people', 'FAIL', /status 401 not_signed_in/, engine({ path: '/v1/me', ...problem(401, 'not_signed_in') })],
  [
    'origin-deployed',
    'FAIL',
    /not to http/,
    engine({ headers: { 'access-control-allow-origin': 'https://old.example' } }),
  ],
  ['origin-deployed', 'FAIL', /answers to nobody/, async () => ({ engine: await nowhere() })],
  ['machine-token', 'FAIL', /not known here/, same, async () => ({ token: `tok_${'x'.repeat(32)}` })],
  ['machine-token', 'FAIL', /no longer good/, engine({ path: '/v1/tenant', ...problem(401, 'token_revoked') })],
  ['machine-token', 'FAIL', /suspended/, engine({ path: '/v1/tenant', ...problem(403, 'tenant_suspended') })],
  ['machine-token', 'FAIL', /could not be tried/, async () => ({ engine: await nowhere() })],
  ['machine-token', 'warn', /not tried/, same, async () => ({ token: null })],
  ['custom-domain', 'FAIL', /does not answer/, async () => ({ api: await nowhere() })],
  ['custom-domain', 'FAIL', /status 530/, api({ status: 530 })],
  ['custom-domain', 'FAIL', /does not answer \/health/, same, async () => ({ cookie: 'CF_Authorization=stale' })],
  ['custom-domain', 'ok', /by its sign-in/, same, async () => ({ cookie: null })],
  ['api-protected', 'FAIL', /answers without a sign-in \(status 404 not_found\)/, async () => ({ api: well.engine })],
  ['api-protected', 'FAIL', /another team/, api({ headers: { location: 'https://other.cloudflareaccess.com/x' } })],
  ['api-protected', 'FAIL', /does not answer/, async () => ({ api: await nowhere() })],
  ['preflight', 'FAIL', /not answered \(status 403\)/, api({ method: 'OPTIONS', status: 403 })],
  ['preflight', 'FAIL', /allows the origin "\*"/, api({ headers: { 'access-control-allow-origin': '*' } })],
  ['preflight', 'FAIL', /does not allow POST/, api({ headers: { 'access-control-allow-methods': 'GET' } })],
  ['preflight', 'FAIL', /header content-type/, api({ headers: { 'access-control-allow-headers': 'x-other' } })],
  ['preflight', 'FAIL', /credentials/, api({ headers: { 'access-control-allow-credentials': 'false' } })],
  ['sign-in', 'FAIL', /ACCESS_AUD is blank/, api({ path: '/v1/me', ...problem(503, 'access_not_configured') })],
  ['sign-in', 'FAIL', /does not take the team’s token/, api({ path: '/v1/me', ...problem(401, 'invalid_session') })],
  ['sign-in', 'FAIL', /cannot fetch the team’s keys/, api({ path: '/v1/me', ...problem(503, 'access_unreachable') })],
  ['sign-in', 'FAIL', /cannot be asked \(status 302\)/, same, async () => ({ cookie: 'CF_Authorization=stale' })],
  ['sign-in', 'warn', /not tried/, same, async () => ({ cookie: null })],
  ['websocket', 'FAIL', /does not reach the Worker \(status 403\)/, api({})],
  ['websocket', 'warn', /not tried/, same, async () => ({ cookie: null })],
  ['portal-protected', 'FAIL', /does not answer/, async () => ({ portal: await nowhere() })],
  ['portal', 'FAIL', /does not serve its page \(status 404\)/, portal({ status: 404 })],
  [
    'portal',
    'FAIL',
    /its policy lacks default-src/,
    portal({ headers: { 'content-security-policy': "script-src 'self'" } }),
  ],
  ['portal', 'FAIL', /not the portal/, portal({ body: () => '<!doctype html>' })],
  ['portal', 'FAIL', /calls https:\/\/old/, portal({ body: (text) => text.replace(well.api, 'https://old.example') })],
  [
    'portal',
    'FAIL',
    /gives engines https:\/\/old/,
    portal({ body: (text) => text.replace(well.engine, 'https://old.example') }),
  ],
  ['portal', 'FAIL', /does not let it call/, async () => ({ api: await nowhere() })],
  ['portal', 'warn', /not looked at/, same, async () => ({ cookie: null })],
  ['preview-hosts', 'ok', /none of 2/, async () => ({ previews: [well.portal, await nowhere()] })],
  ['preview-hosts', 'warn', /could not be asked/, async () => ({ team: await nowhere(), previews: [await nowhere()] })],
];

const found = async (name: string, places: Partial<Places>, credentials: Partial<Credentials> = {}) => {
  const findings = await lookOnline({ ...well, ...places }, { ...lent, ...credentials });
  return findings.find((one) => one.name === name) as Finding;
};

it('finds the stand well, by the command that people type, and shows neither token nor session', async () => {
  const args = ['dev/doctor.ts', '--stand', '--port', new URL(well.engine).port, '--persist-to', stateDir];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
  const lines = stdout.trim().split('\n');
  expect(lines.filter((line) => !line.startsWith('ok    ')).join()).toMatch(
    /^,\d+ checks: \d+ ok, 0 warnings, 0 failed$/,
  );
  expect(lines.length).toBeGreaterThan(17);
  expect(stdout).not.toContain(stand.demo.token);
  expect(stdout).not.toContain((lent.cookie as string).split('.')[1]);
});

it.each(CASES)('%s: %s, %s', async (name, level, finding, places, credentials) => {
  const one = await found(name, await places(), await credentials?.());
  expect([one.level, one.fix === undefined], lineOf(one)).toEqual([level, level === 'ok']);
  expect(one.finding).toMatch(finding);
});

it.each([
  ['ok', 'Thu, 01 Jan 1970 00:01:39 GMT', 'agrees with the team domain’s'],
  ['ok', 'Thu, 01 Jan 1970 00:01:41 GMT', 'agrees with the team domain’s'],
  ['warn', 'Thu, 01 Jan 1970 00:01:30 GMT', 'this machine is 9 s ahead'],
  ['warn', 'Thu, 01 Jan 1970 00:01:51 GMT', 'this machine is 10 s behind'],
  ['FAIL', 'Thu, 01 Jan 1970 00:01:00 GMT', 'this machine is 39 s ahead'],
])('clock: %s where a host says %s between 00:01:40 and 00:01:41', (level, date, finding) => {
  const seen = { status: 200, headers: { date }, body: '', askedAt: 100_000, answeredAt: 101_000 };
  const one = clock(seen);
  expect([one.level, one.finding]).toEqual([level, finding]);
});

it('portal-protected and preview-hosts: FAIL where the portal is served to whoever comes', async () => {
  const open = await broken(well.portal, { asked: cookie() });
  expect((await found('portal-protected', { portal: open })).level).toBe('FAIL');
  const previews = await found('preview-hosts', { previews: [open, well.portal] });
  expect([previews.level, previews.finding]).toEqual(['FAIL', `${new URL(open).host} answers without a sign-in`]);
});

it('preview-hosts: ok where an address only leads to the portal, as a redirect of *.pages.dev does', async () => {
  const headers = { location: `${well.portal}/` };
  expect(
    (await found('preview-hosts', { previews: [await broken(well.portal, { status: 301, headers })] })).level,
  ).toBe('ok');
});
