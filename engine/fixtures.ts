// For tests: a root, an escrow key and its statement, and a small server that keeps to the protocol and has faults on demand.
import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { CompactSign } from 'jose/jws/compact/sign';
import { EcPublicJwk, RsaPublicJwk, thumbprint } from '../schema/jwk.ts';
import { STATEMENT_TYP } from '../schema/signed.ts';

export const newFolder = (): string => mkdtempSync(path.join(os.tmpdir(), 'totl-engine-'));

export async function newRoot() {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey);
  const jwk = EcPublicJwk.parse({ kty, crv, x, y });
  return { privateKey: pair.privateKey, jwk, fingerprint: await thumbprint(jwk) };
}

export async function newEscrowKey() {
  const pair = await crypto.subtle.generateKey(
    { name: 'RSA-OAEP', hash: 'SHA-256', modulusLength: 3072, publicExponent: new Uint8Array([1, 0, 1]) },
    true,
    ['encrypt', 'decrypt'],
  );
  const { kty, n, e } = await crypto.subtle.exportKey('jwk', pair.publicKey);
  const jwk = RsaPublicJwk.parse({ kty, n, e });
  return { privateKey: pair.privateKey, jwk, kid: await thumbprint(jwk) };
}

type Root = Awaited<ReturnType<typeof newRoot>>;
export type EscrowKey = Awaited<ReturnType<typeof newEscrowKey>>;

export const stateKey = (root: Root, tenant: string, kid: string, keyEpoch = 1): Promise<string> =>
  new CompactSign(new TextEncoder().encode(JSON.stringify({ tenant, kid, keyEpoch, createdAt: 0, previousKid: null })))
    .setProtectedHeader({ alg: 'ES256', typ: STATEMENT_TYP, jwk: root.jwk })
    .sign(root.privateKey);

export const publicKeyAnswer = (key: EscrowKey, statements: string[]) => ({
  ...key.jwk,
  ...{ kid: key.kid, alg: 'RSA-OAEP-256', use: 'enc', statements },
});

const sealedKid = (sealed: string): string =>
  JSON.parse(Buffer.from(sealed.split('.')[0] ?? '', 'base64url').toString()).kid;

/** What happens to the next requests: nothing unusual, an answer with this status, or the connection dropped before or after the work is done. */
export type Fault = 'none' | number | 'drop-before' | 'drop-after' | { status: number; retryAfter: number };

/** A server on loopback with the three machine routes; it keeps what it is sent. */
export async function startServer(publicKey: () => unknown) {
  const stored = new Map<string, Map<number, string>>();
  const secrets = new Map<string, { sealed: string; sent: number }>();
  const faults: Fault[] = [];
  let requests = 0;
  const work = (route: string, body: string): [number, unknown] => {
    if (route === '/v1/tenant/pubkey') {
      const answer = publicKey();
      return answer ? [200, answer] : [409, { code: 'no_tenant_key' }];
    }
    if (route === '/v1/report') {
      const [head = '', ...lines] = body.split('\n');
      const run = JSON.parse(head).run.id as string;
      const events = stored.get(run) ?? new Map<number, string>();
      stored.set(run, events);
      let duplicates = 0;
      for (const line of lines) {
        const { seq } = JSON.parse(line) as { seq: number };
        if (events.has(seq)) duplicates++;
        events.set(seq, line);
      }
      let nextSeq = 1;
      while (events.has(nextSeq)) nextSeq++;
      return [200, { accepted: lines.length - duplicates, duplicates, rejected: [], nextSeq }];
    }
    const { eid, sealed, kid = sealedKid(sealed) } = JSON.parse(body) as { eid: string; sealed: string; kid?: string };
    const before = secrets.get(eid);
    if (before && before.sealed !== sealed) return [409, { code: 'eid_conflict' }];
    secrets.set(eid, { sealed, sent: (before?.sent ?? 0) + 1 });
    const sha256 = createHash('sha256').update(sealed).digest('hex');
    const receipt = { secretId: eid, version: 1, kid, sha256, auditSeq: 1, auditHash: '0'.repeat(64) };
    return [before ? 200 : 201, receipt];
  };
  const server = http.createServer(async (request, response) => {
    requests++;
    let body = '';
    for await (const chunk of request) body += chunk;
    const fault = faults.shift();
    if (fault === 'drop-before') return request.socket.destroy();
    const refused =
      typeof fault === 'number' ? { status: fault, retryAfter: 0 } : typeof fault === 'object' ? fault : null;
    const [status, json] = refused ? [refused.status, { code: 'fault' }] : work(request.url ?? '', body);
    if (fault === 'drop-after') return request.socket.destroy();
    const wait = refused?.retryAfter ? { 'retry-after': String(refused.retryAfter) } : {};
    response.writeHead(status, { 'content-type': 'application/json', ...wait });
    response.end(JSON.stringify(json));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ stored, secrets, faults },
    requests: () => requests,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}
