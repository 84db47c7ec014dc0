// For tests: a root, an escrow key and its statement, and a small server that keeps to the protocol and has faults on demand.
import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { CompactSign } from 'jose/jws/compact/sign';
import { EcPublicJwk, RsaPublicJwk, thumbprint } from '../schema/jwk.ts';
import { REFUSALS, type RefusalCode } from '../schema/refusal.ts';
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
  kid: key.kid,
  alg: 'RSA-OAEP-256',
  use: 'enc',
  statements,
});

const sealedKid = (sealed: string): string =>
  JSON.parse(Buffer.from(sealed.split('.')[0] ?? '', 'base64url').toString()).kid;

/**
 * What happens to the next requests: nothing unusual, a refusal, an answer from something in between in place of the
 * work, or the connection dropped before or after the work is done.
 */
export type Fault =
  | 'none'
  | number
  | Answer
  | { refuse: RefusalCode }
  /** An answer in JSON of so many levels, or of so many characters. */
  | { deep: number }
  | { long: number }
  | 'drop-before'
  | 'drop-after';
type Answer = { status: number; json: unknown; headers?: Record<string, string> };

/** A refusal as the server words it. */
const refusal = (code: RefusalCode): Answer => {
  const [status, title] = REFUSALS[code];
  const type = `urn:totlprovision:problem:${code}`;
  return { status, json: { type, title, status, detail: 'As the test has it.', code, requestId: crypto.randomUUID() } };
};

/** A server on loopback with the three machine routes; it keeps what it is sent. */
export async function startServer(publicKey: () => unknown) {
  const stored = new Map<string, Map<number, string>>();
  const secrets = new Map<string, { sealed: string; sent: number; body: string }>();
  /** The first line of each report, as it was sent. */
  const heads: string[] = [];
  const faults: Fault[] = [];
  let requests = 0;
  const answerTo = (fault: Fault | undefined): Answer | null => {
    if (typeof fault === 'number') return { status: fault, json: { code: 'fault' } };
    if (typeof fault !== 'object') return null;
    if ('long' in fault) return { status: 200, json: 'x'.repeat(fault.long) };
    if ('deep' in fault) {
      let json: unknown[] = [];
      for (let level = 1; level < fault.deep; level++) json = [json];
      return { status: 200, json };
    }
    return 'refuse' in fault ? refusal(fault.refuse) : fault;
  };
  const work = (route: string, body: string): Answer => {
    if (route === '/v1/tenant/pubkey') {
      const answer = publicKey();
      return answer ? { status: 200, json: answer } : refusal('no_tenant_key');
    }
    if (route === '/v1/report') {
      const [head = '', ...lines] = body.split('\n');
      const run = JSON.parse(head).run.id as string;
      heads.push(head);
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
      const json = { accepted: lines.length - duplicates, duplicates, rejected: [], nextSeq };
      return { status: 200, json };
    }
    const { eid, sealed, kid = sealedKid(sealed) } = JSON.parse(body) as { eid: string; sealed: string; kid?: string };
    const before = secrets.get(eid);
    if (before && before.sealed !== sealed) return refusal('eid_conflict');
    secrets.set(eid, { sealed, sent: (before?.sent ?? 0) + 1, body });
    const sha256 = createHash('sha256').update(sealed).digest('hex');
    const receipt = { secretId: eid, version: 1, kid, sha256, auditSeq: 1, auditHash: '0'.repeat(64) };
    return { status: before ? 200 : 201, json: receipt };
  };
  const server = http.createServer(async (request, response) => {
    requests++;
    let body = '';
    for await (const chunk of request) body += chunk;
    const fault = faults.shift();
    if (fault === 'drop-before') return request.socket.destroy();
    const answer = answerTo(fault) ?? work(request.url ?? '', body);
    if (fault === 'drop-after') return request.socket.destroy();
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    response.end(JSON.stringify(answer.json));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stored,
    secrets,
    heads,
    faults,
    requests: () => requests,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}
