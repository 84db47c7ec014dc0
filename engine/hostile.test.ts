// A hostile server against the engine: each lie is refused with a clear message, and no secret leaves the PC. The Pester tests tell the
// PowerShell engine the same lies.
import { afterEach, describe, expect, it } from 'vitest';
import { Engine } from './client.ts';
import { newFolder, startServer } from './fixtures.ts';
import { hostileAnswers } from './hostile-answers.ts';

const { fingerprint, honest, lies } = await hostileAnswers();
const machine = { id: crypto.randomUUID(), hostname: 'PC-1' };
let server: Awaited<ReturnType<typeof startServer>> | null = null;
afterEach(async () => {
  await server?.close();
});

describe('a hostile server', () => {
  it.each(lies)('cannot $name', async ({ pinned, answer, code }) => {
    let told: unknown = honest;
    server = await startServer(() => told);
    const options = { apiOrigin: server.origin, token: 'tok_x', spoolDir: newFolder(), machine, sleep: async () => {} };
    const make = () => new Engine(pinned ? { ...options, fingerprint } : options);
    expect((await make().tenantKey()).ok).toBe(true);
    told = answer;
    const escrowed = await make().escrow(crypto.randomUUID(), 'other', { label: 'x' }, 'a secret');
    expect(escrowed).toMatchObject({ ok: false, code });
    if (code === 'pin_mismatch') expect(escrowed).toMatchObject({ message: expect.stringContaining('Do not send') });
    expect(server.secrets.size).toBe(0);
  });

  it('cannot make the engine drop a secret with a receipt for other bytes', async () => {
    server = await startServer(() => honest);
    const lying: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      if (!String(input).endsWith('/v1/secret')) return response;
      return Response.json({ ...((await response.json()) as object), sha256: 'f'.repeat(64) }, { status: 201 });
    };
    const spoolDir = newFolder();
    const options = { apiOrigin: server.origin, token: 'tok_x', fingerprint, spoolDir, machine };
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
