// A hostile server against the engine: each lie is refused with a clear message, and no secret leaves the PC.
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Engine } from './client.ts';
import {
  type EscrowKey,
  newEscrowKey,
  newFolder,
  newRoot,
  publicKeyAnswer,
  startServer,
  stateKey,
} from './fixtures.ts';

type Root = Awaited<ReturnType<typeof newRoot>>;
const TENANT = 'acme';
const machine = { id: crypto.randomUUID(), hostname: 'PC-1' };
let root: Root;
let evil: Root;
let key: EscrowKey;
let newer: EscrowKey;
let swapped: EscrowKey;
let server: Awaited<ReturnType<typeof startServer>> | null = null;
beforeAll(async () => {
  [root, evil, key, newer, swapped] = await Promise.all([
    newRoot(),
    newRoot(),
    newEscrowKey(),
    newEscrowKey(),
    newEscrowKey(),
  ]);
});
afterEach(async () => {
  await server?.close();
});

/** An engine that has seen the honest key of epoch 2, then meets this answer. */
async function meets(lie: () => Promise<unknown>, fingerprint: string | undefined = root.fingerprint) {
  let answer: unknown = publicKeyAnswer(newer, [await stateKey(root, TENANT, newer.kid, 2)]);
  server = await startServer(() => answer);
  const spoolDir = newFolder();
  const make = () =>
    new Engine({
      ...{ apiOrigin: server?.origin ?? '', token: 'tok_x', fingerprint, spoolDir, machine },
      sleep: async () => {},
    });
  expect((await make().tenantKey()).ok).toBe(true);
  answer = await lie();
  const escrowed = await make().escrow(crypto.randomUUID(), 'other', { label: 'x' }, 'a secret');
  expect(server.secrets.size).toBe(0);
  return escrowed;
}

describe('a hostile server', () => {
  it('cannot swap the escrow key for its own, with its own root or with none', async () => {
    const own = async () => publicKeyAnswer(swapped, [await stateKey(evil, TENANT, swapped.kid, 3)]);
    expect(await meets(own)).toMatchObject({
      code: 'pin_mismatch',
      message: expect.stringContaining('Do not send secrets'),
    });
    expect(await meets(own, undefined)).toMatchObject({ code: 'pin_mismatch' });
    const unsigned = async () => publicKeyAnswer(swapped, []);
    expect(await meets(unsigned)).toMatchObject({ code: 'unsigned_key' });
    const mixed = async () => ({
      ...publicKeyAnswer(newer, [await stateKey(root, TENANT, newer.kid, 2)]),
      n: swapped.jwk.n,
    });
    expect(await meets(mixed)).toMatchObject({ code: 'kid_mismatch' });
  });

  it('cannot replay an older key with its honest statement', async () => {
    const old = async () => publicKeyAnswer(key, [await stateKey(root, TENANT, key.kid, 1)]);
    expect(await meets(old)).toMatchObject({ code: 'key_rolled_back' });
  });

  it('cannot answer with another tenant’s key, even one that the same root states', async () => {
    const other = async () => publicKeyAnswer(newer, [await stateKey(root, 'else', newer.kid, 2)]);
    expect(await meets(other)).toMatchObject({ code: 'other_tenant' });
  });

  it('cannot pass off another document of the root for a statement, because each has its own typ', async () => {
    const [head = '', payload = '', signature = ''] = (await stateKey(root, TENANT, newer.kid, 2)).split('.');
    const header = { ...JSON.parse(Buffer.from(head, 'base64url').toString()), typ: 'totl-manifest+jws' };
    const forged = [Buffer.from(JSON.stringify(header)).toString('base64url'), payload, signature].join('.');
    expect(await meets(async () => publicKeyAnswer(newer, [forged]))).toMatchObject({ code: 'unsigned_key' });
  });

  it('cannot make the engine drop a secret with a receipt for other bytes', async () => {
    const honest = publicKeyAnswer(newer, [await stateKey(root, TENANT, newer.kid, 2)]);
    server = await startServer(() => honest);
    const lying: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      if (!String(input).endsWith('/v1/secret')) return response;
      return Response.json({ ...((await response.json()) as object), sha256: 'f'.repeat(64) }, { status: 201 });
    };
    const spoolDir = newFolder();
    const options = { apiOrigin: server.origin, token: 'tok_x', fingerprint: root.fingerprint, spoolDir, machine };
    const escrowed = await new Engine({ ...options, fetch: lying }).escrow(
      crypto.randomUUID(),
      'other',
      { label: 'x' },
      's',
    );
    expect(escrowed).toMatchObject({ ok: false, code: 'wrong_receipt' });
    // The ciphertext is still there, and the honest server gets it.
    expect(await new Engine(options).flush()).toMatchObject({ ok: true, receipts: 1 });
  });
});
