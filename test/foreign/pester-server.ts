// For the Pester tests: the reference kit's small server, and beside it one that shows how the reference reads the
// module's output: the portal's own opener and openssl open a ciphertext, the reference engine reads or writes a spool,
// JSON.stringify writes JSON. usage: node test/foreign/pester-server.ts prints its settings as a line once it listens,
// runs until it is ended
import { execFile } from 'node:child_process';
import { constants, createPrivateKey, KeyObject, privateDecrypt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import jose from 'node-jose';
import { Engine } from '../../engine/client.ts';
import { startServer } from '../../engine/fixtures.ts';
import { HOSTILE_TENANT, hostileAnswers } from '../../engine/hostile-answers.ts';
import { CLASSES, PLATFORM } from '../../engine/powershell/allowed.ts';
import { nextBatch, Spool } from '../../engine/spool.ts';
import { spoolLines } from '../../engine/spool-file.ts';
import { nextRunId } from '../../engine/spooled-run.ts';
import { openSecret } from '../../portal/vault/opener.ts';
import { mendEvent } from '../../schema/mend-event.ts';
import { EscrowRequest } from '../../schema/secret.ts';
import { SpoolLine } from '../../schema/spool.ts';

const TOKEN = `tok_${'A'.repeat(32)}`;

/** Opens with test/foreign/open.sh. */
const openByOpenssl = (pem: string, sealed: string): Promise<{ plaintext: string }> =>
  new Promise((resolve, reject) => {
    const child = execFile(path.join(import.meta.dirname, 'open.sh'), [pem], (error, plaintext) =>
      error ? reject(error) : resolve({ plaintext }),
    );
    child.stdin?.end(sealed);
  });

const { fingerprint, key, honest, lies } = await hostileAnswers();
let answer: unknown = honest;
const server = await startServer(() => answer);
const keys = new Map([[key.kid, key.privateKey]]);
const folder = mkdtempSync(path.join(os.tmpdir(), 'totl-pester-'));
const pem = path.join(folder, 'key.pem');
writeFileSync(pem, KeyObject.from(key.privateKey).export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
let before = 0;

/** By path; each takes JSON and gives JSON. */
const questions: Record<string, (asked: never) => unknown> = {
  /** A fresh start, with what the server answers about its key: honestly, not at all, or a lie by its number. */
  '/reset': ({ key: told = 'honest', faults = [] }: { key?: 'honest' | 'none' | number; faults?: never[] }) => {
    answer = told === 'honest' ? honest : told === 'none' ? null : lies[told]?.answer;
    server.faults.splice(0, Number.POSITIVE_INFINITY, ...faults);
    server.stored.clear();
    server.secrets.clear();
    server.heads.length = 0;
    before = server.requests();
    return {};
  },
  '/kept': () => ({
    requests: server.requests() - before,
    runs: [...server.stored].map(([id, events]) => ({ id, seqs: [...events.keys()], lines: [...events.values()] })),
    heads: server.heads,
    secrets: [...server.secrets].map(([eid, { sent, body }]) => ({ eid, sent, body })),
  }),
  '/open': async ({ body }: { body: string }) => {
    const { machine, kind, ref, sealed, run, eid } = EscrowRequest.parse(JSON.parse(body));
    const version = { kid: key.kid, format: 'jwe' as const, bound: true, run, eid };
    return openSecret(HOSTILE_TENANT, { machine, kind, ref, sealed, version }, keys);
  },
  /** The test's own escrow key, for a foreign library that runs in PowerShell. */
  '/private-key': () => ({
    pem: readFileSync(pem, 'utf8'),
    jwk: JSON.stringify(KeyObject.from(key.privateKey).export({ format: 'jwk' })),
  }),
  '/node-jose/open': async ({ body }: { body: string }) => {
    const own = await jose.JWK.asKey(readFileSync(pem, 'utf8'), 'pem');
    const { payload } = await jose.JWE.createDecrypt(own).decrypt(JSON.parse(body).sealed);
    return { plaintext: payload.toString('utf8') };
  },
  /** Seals under a header that another sealer made. */
  '/node-jose/seal': async ({ header, plaintext }: { header: { enc: string }; plaintext: string }) => {
    const own = await jose.JWK.asKey(readFileSync(pem, 'utf8'), 'pem');
    const options = { format: 'compact', contentAlg: header.enc, fields: header } as const;
    const recipient = { key: own, reference: false };
    return { sealed: await jose.JWE.createEncrypt(options, recipient).update(plaintext, 'utf8').final() };
  },
  /** RSA-OAEP with SHA-256 by Node's own crypto; null where it does not open. */
  '/oaep': ({ key, ct }: { key: string; ct: string }) => {
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    try {
      const opened = privateDecrypt(
        { key: createPrivateKey(key), padding, oaepHash: 'sha256' },
        Buffer.from(ct, 'hex'),
      );
      return { msg: opened.toString('hex') };
    } catch {
      return { msg: null };
    }
  },
  '/openssl': ({ body }: { body: string }) => openByOpenssl(pem, JSON.parse(body).sealed),
  /** What the reference engine reads in a spool, how it would send it, and the lines of its exported file. */
  '/read-spool': ({ folder }: { folder: string }) => {
    const damaged: string[] = [];
    const spool = new Spool(folder, (name) => damaged.push(name));
    const runs = spool.runs().map((run) => ({ ...run, batch: nextBatch(run, run.nextSeq).map(({ seq }) => seq) }));
    const lines = spoolLines(spool);
    for (const line of lines) SpoolLine.parse(JSON.parse(line));
    return { pin: spool.pin(), runs, secrets: spool.secrets().map(({ eid }) => eid), lines, damaged };
  },
  /** Has the reference engine write a run of so many events and a sealed secret into a spool, unsent. */
  '/write-spool': async ({ folder, events }: { folder: string; events: number }) => {
    const machine = { id: crypto.randomUUID(), hostname: 'REFERENCE' };
    const run = { id: crypto.randomUUID(), startedAt: 1, phases: ['preflight'] };
    const options = { apiOrigin: server.origin, token: TOKEN, fingerprint, spoolDir: folder, machine };
    const engine = new Engine({ ...options, sleep: async () => {} });
    engine.startRun(run);
    for (let count = 1; count <= events; count++) engine.event(run.id, { message: `ünï ${count}` });
    server.faults.push('none', { refuse: 'tenant_suspended' });
    await engine.escrow(run.id, 'local_admin_password', { account: 'Ünï' }, 'kq7-Vm2_ünï');
    return { run: run.id };
  },
  /** Lines of events as the reference engine mends them. */
  '/mend': ({ lines }: { lines: string[] }) => ({
    lines: lines.map((line) => {
      const mended = mendEvent(JSON.parse(line), 1);
      return JSON.stringify('event' in mended ? mended.event : mended);
    }),
  }),
  '/next-run': ({ run, machine }: { run: string; machine: string }) => ({ run: nextRunId(run, machine) }),
  /** The classes that the module may name where Windows PowerShell 5.1 loads it, each with its static members. */
  '/allowed': () => {
    const platform = Object.entries(PLATFORM).filter(([file]) => !/\.(Elsewhere|Core)\./.test(file));
    const lists = [CLASSES, ...platform.map(([, { classes = {} }]) => classes)];
    return { classes: lists.flatMap((list) => Object.entries(list).map(([name, members]) => ({ name, members }))) };
  },
  '/stringify': ({ json }: { json: string }) => ({ json: JSON.stringify(JSON.parse(json)) }),
};

const control = http.createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  const asked = questions[request.url ?? ''];
  const [status, json] = await Promise.resolve()
    .then(async () => (asked ? [200, await asked(JSON.parse(body || '{}') as never)] : [404, {}]))
    .catch((error) => [500, { error: String(error) }]);
  response.writeHead(status as number, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(json));
});
control.listen(0, '127.0.0.1');
await once(control, 'listening');
const unpinned = { apiOrigin: server.origin, token: TOKEN };
const pinned = { ...unpinned, fingerprint, minEpoch: 1, tenantKey: honest };
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
process.on('SIGTERM', () => process.exit());
const told = {
  control: `http://127.0.0.1:${(control.address() as AddressInfo).port}`,
  pinned,
  unpinned,
  lies: lies.map(({ name, code, pinned: hasPin }, number) => ({ name, code, pinned: hasPin, number })),
};
console.log(JSON.stringify(told));
