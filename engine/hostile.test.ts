// A hostile server against the engine: each lie is refused with a clear message, and no secret leaves the PC. The Pester tests tell the
// PowerShell engine the same lies.
import { chmodSync } from 'node:fs';
import path from 'node:path';
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

  /** An answer of the server's own; `honest` for the key where it is asked for. */
  const answering = (asked: string, answer: () => Response): typeof fetch => {
    return async (input) => (String(input).endsWith(asked) ? answer() : Response.json(honest));
  };
  const madeWith = (lying: typeof fetch, more: object = {}) => {
    const options = {
      apiOrigin: 'https://api.example.com',
      token: 'tok_x',
      fingerprint,
      machine,
      sleep: async () => {},
    };
    return new Engine({ ...options, spoolDir: newFolder(), fetch: lying, ...more });
  };

  it('cannot fill the PC’s memory with an answer that does not end, however few bytes of it were sent', async () => {
    let given = 0;
    const endless = () =>
      new Response(
        new ReadableStream<Uint8Array>({
          pull: (controller) => {
            given += 64 * 1024;
            controller.enqueue(new Uint8Array(64 * 1024).fill(0x20));
            // Where nobody stops it, the test does.
            if (given > 64 * 1024 * 1024) controller.close();
          },
        }),
      );
    const key = await madeWith(answering('/v1/tenant/pubkey', endless), { signal: AbortSignal.abort() }).tenantKey();
    expect(key).toMatchObject({ ok: false, code: 'offline' });
    expect(given).toBeLessThan(2 * 1024 * 1024);
  });

  it('cannot put its own words, or what a terminal obeys, into what the engine says', async () => {
    const shout = '\u001b]0;call 555-0100\u0007';
    const refused = () => Response.json({ code: shout }, { status: 401 });
    const key = await madeWith(answering('/v1/tenant/pubkey', refused)).tenantKey();
    // A code that is not ours is not a refusal.
    expect(key).toMatchObject({ ok: false, code: 'offline' });
    expect(JSON.stringify(key)).not.toContain('555-0100');

    const rejected = [{ index: 0, seq: 1, code: 'invalid_event', field: shout, message: shout }];
    const report = () => Response.json({ accepted: 0, duplicates: 0, rejected, nextSeq: 2 });
    const notices: string[] = [];
    const engine = madeWith(answering('/v1/report', report), { onNotice: (text: string) => notices.push(text) });
    const run = { id: crypto.randomUUID(), startedAt: 1, phases: ['preflight'] };
    engine.startRun(run);
    engine.event(run.id, { message: 'hello' });
    expect(await engine.flush()).toMatchObject({ ok: true, rejected: 1 });
    expect(notices).toEqual(['event 1 was rejected: invalid_event']);
  });
});

describe('somebody else on the PC', () => {
  it('cannot choose the root that an engine trusts, because the spool is taken from no folder that they may write into', () => {
    const spoolDir = newFolder();
    const make = () => new Engine({ apiOrigin: 'https://api.example.com', token: 'tok_x', spoolDir, machine });
    make();
    for (const folder of [spoolDir, path.join(spoolDir, 'secrets')]) {
      chmodSync(folder, 0o777);
      expect(make).toThrow('is not the engine’s own');
      chmodSync(folder, 0o700);
    }
    make();
  });
});
