import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { compactDecrypt } from 'jose';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Engine, type EngineOptions } from './client.ts';
import {
  type EscrowKey,
  newEscrowKey,
  newFolder,
  newRoot,
  publicKeyAnswer,
  startServer,
  stateKey,
} from './fixtures.ts';
import { seal, sealRaw } from './seal.ts';
import { Spool } from './spool.ts';

const TENANT = 'acme';
const machine = { id: crypto.randomUUID(), hostname: 'PC-1' };
const run = { id: crypto.randomUUID(), startedAt: 0, phases: ['preflight'] };
const REF = { account: 'Administrator' };
const busy = (status: number, seconds: number) => ({
  status,
  json: { code: 'fault' },
  headers: { 'retry-after': String(seconds) },
});
let key: EscrowKey;
let answer: unknown;
let fingerprint: string;
let server: Awaited<ReturnType<typeof startServer>>;
let spoolDir: string;

beforeAll(async () => {
  const root = await newRoot();
  key = await newEscrowKey();
  fingerprint = root.fingerprint;
  answer = publicKeyAnswer(key, [await stateKey(root, TENANT, key.kid)]);
});
beforeEach(async () => {
  server = await startServer(() => answer);
  spoolDir = newFolder();
});
afterEach(async () => {
  await server.close();
});

const engine = (more: Partial<EngineOptions> = {}) =>
  new Engine({
    apiOrigin: server.origin,
    token: 'tok_secret',
    fingerprint,
    spoolDir,
    machine,
    sleep: async () => {},
    random: () => 0.5,
    ...more,
  });

function* filesUnder(folder: string): Generator<string> {
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name);
    if (statSync(file).isDirectory()) yield* filesUnder(file);
    else yield file;
  }
}

describe('streaming', () => {
  it('stores each event once, although answers are lost and the server stumbles', async () => {
    const one = engine();
    one.startRun(run);
    for (let i = 0; i < 1200; i++) one.event(run.id, { message: `event ${i}` });
    server.faults.push('drop-after', 503, 'drop-before');
    expect(await one.flush()).toMatchObject({ ok: true, sent: 700 });
    expect(server.stored.get(run.id)?.size).toBe(1200);
    expect(server.requests()).toBe(3 + 3);
  });

  it('goes on after a restart of the engine with the next seq and sends nothing twice', async () => {
    const before = engine();
    before.startRun(run);
    before.event(run.id, { message: 'before' });
    await before.flush();
    const after = engine();
    after.event(run.id, { message: 'after' });
    expect(await after.flush()).toMatchObject({ ok: true, sent: 1 });
    expect([...(server.stored.get(run.id)?.keys() ?? [])]).toEqual([1, 2]);
    after.closeRun(run.id);
    expect(after.openRuns()).toEqual([]);
  });

  it('keeps everything and stops at once when its token is refused', async () => {
    const one = engine();
    one.startRun(run);
    one.event(run.id, { message: 'x' });
    server.faults.push({ refuse: 'token_revoked' });
    expect(await one.flush()).toMatchObject({ ok: false, code: 'token_refused' });
    expect(server.requests()).toBe(1);
    expect(await one.flush()).toMatchObject({ ok: true, sent: 1 });
  });

  it('keeps everything and asks once when its tenant is suspended, and goes on where it was when that is over', async () => {
    const one = engine();
    one.startRun(run);
    one.event(run.id, { message: 'before' });
    await one.flush();
    one.event(run.id, { message: 'meanwhile' });
    server.faults.push({ refuse: 'tenant_suspended' }, { refuse: 'tenant_suspended' });
    for (let tries = 0; tries < 2; tries++)
      expect(await one.flush()).toMatchObject({ ok: false, code: 'tenant_suspended' });
    expect(server.requests()).toBe(3);
    expect(new Spool(spoolDir).run(run.id)?.events.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(await engine().flush()).toMatchObject({ ok: true, sent: 1 });
  });

  it('gives up after six tries, keeps its spool, and catches up later', async () => {
    const one = engine();
    one.startRun(run);
    one.event(run.id, { message: 'x' });
    server.faults.push(500, 500, 500, 500, 500, 500);
    expect(await one.flush()).toMatchObject({ ok: false, code: 'offline' });
    expect(server.requests()).toBe(6);
    expect(await one.flush()).toMatchObject({ ok: true, sent: 1 });
  });

  it('waits as long as a 429 asks for, and a random while more because others were told the same, and goes on with everything kept', async () => {
    const slept: number[] = [];
    const one = engine({ sleep: async (ms) => void slept.push(ms) });
    one.startRun(run);
    one.event(run.id, { message: 'x' });
    server.faults.push(busy(429, 7));
    expect(await one.flush()).toMatchObject({ ok: true, sent: 1 });
    expect(slept).toEqual([7_250]);
  });

  it('hands its secrets over before its reports, which a server short of room refuses first', async () => {
    const one = engine();
    server.faults.push('none', ...Array(6).fill(busy(503, 600)));
    await one.escrow(run.id, 'local_admin_password', { account: 'Administrator' }, 'kq7-Vm2');
    expect(server.secrets.size).toBe(0);
    one.startRun(run);
    one.event(run.id, { message: 'x' });
    server.faults.push('none', ...Array(6).fill(busy(503, 600)));
    expect(await one.flush()).toMatchObject({ ok: false, code: 'offline' });
    expect(server.secrets.size).toBe(1);
    expect(await one.flush()).toMatchObject({ ok: true, sent: 1 });
  });

  it('drops an event that a kill cut off, at whatever length, and keeps those before it', async () => {
    const one = engine();
    one.startRun(run);
    one.event(run.id, { message: 'whole' });
    const file = path.join(spoolDir, 'runs', `${run.id}.ndjson`);
    const whole = readFileSync(file);
    one.event(run.id, { message: 'cut' });
    const both = readFileSync(file);
    for (let length = whole.length; length < both.length - 1; length++) {
      writeFileSync(file, both.subarray(0, length));
      const messages = () => new Spool(spoolDir).run(run.id)?.events.map((event) => event.message);
      expect(messages()).toEqual(['whole']);
      // The next one is not part of the text that was cut off.
      engine().event(run.id, { message: 'after' });
      expect(messages()).toEqual(['whole', 'after']);
    }
  });
});

describe('escrow', () => {
  it('seals, gets a receipt, and leaves nothing of the plaintext or the token on disk', async () => {
    const plaintext = 'canary-kq7-Vm2-plaintext';
    const escrowed = await engine().escrow(run.id, 'local_admin_password', REF, plaintext);
    expect(escrowed).toMatchObject({ ok: true, receipt: { version: 1 } });
    const [sent] = [...server.secrets.values()];
    const opened = await compactDecrypt(sent?.sealed ?? '', key.privateKey);
    expect(new TextDecoder().decode(opened.plaintext)).toBe(plaintext);
    expect(opened.protectedHeader).toMatchObject({ tenant: TENANT, machine: machine.id, run: run.id, ref: REF });
    for (const file of filesUnder(spoolDir)) {
      expect(readFileSync(file, 'utf8')).not.toContain('canary');
      expect(readFileSync(file, 'utf8')).not.toContain('tok_secret');
      expect(statSync(file).mode & 0o077).toBe(0);
    }
  });

  it('sends the same bytes under the same eid after a lost answer, so that no version is added', async () => {
    const one = engine();
    // The key is fetched first; then the secret arrives, and its answer is lost.
    server.faults.push('none', 'drop-after');
    const escrowed = await one.escrow(run.id, 'local_admin_password', REF, 'p');
    expect(escrowed.ok).toBe(true);
    expect(server.secrets.size).toBe(1);
    expect([...server.secrets.values()][0]?.sent).toBe(2);
  });

  it('of a PC that was never online is sealed to the key that its file carries, if the file’s pin vouches for it, and handed over later', async () => {
    const unreachable: typeof fetch = async () => {
      throw new TypeError('no network');
    };
    const carried = { tenantKey: answer as EngineOptions['tenantKey'], fetch: unreachable };
    const escrowed = await engine(carried).escrow(run.id, 'local_admin_password', REF, 'p');
    expect(escrowed).toMatchObject({ ok: false, code: 'offline' });
    expect(new Spool(spoolDir).secrets()).toHaveLength(1);
    const other = (await newRoot()).fingerprint;
    for (const doubtful of [{ fingerprint: other }, { minEpoch: 9 }])
      expect(await engine({ ...carried, ...doubtful, spoolDir: newFolder() }).tenantKey()).toMatchObject({
        ok: false,
        code: 'offline',
      });
    const unpinned = { ...carried, fingerprint: undefined, spoolDir: newFolder() };
    expect(await engine(unpinned).tenantKey()).toMatchObject({ code: 'offline' });
    expect(await engine().flush()).toMatchObject({ ok: true, receipts: 1 });
  });

  it('keeps the ciphertext while offline and hands it over with a later flush', async () => {
    const one = engine();
    const trusted = await one.tenantKey();
    expect(trusted.ok).toBe(true);
    // The key is fetched again before sealing; every try after that fails.
    let calls = 0;
    const flaky: typeof fetch = (input, init) =>
      calls++ === 0 ? fetch(input, init) : Promise.reject(new TypeError('offline'));
    const offline = engine({ fetch: flaky });
    expect(await offline.escrow(run.id, 'local_admin_password', REF, 'p')).toMatchObject({
      ok: false,
      code: 'offline',
    });
    expect(server.secrets.size).toBe(0);
    expect(await engine().flush()).toMatchObject({ ok: true, receipts: 1 });
    expect(server.secrets.size).toBe(1);
  });

  it('keeps the ciphertext where the tenant is suspended between key and escrow, and hands it over when it is resumed', async () => {
    server.faults.push('none', { refuse: 'tenant_suspended' });
    expect(await engine().escrow(run.id, 'local_admin_password', REF, 'p')).toMatchObject({ code: 'tenant_suspended' });
    expect(new Spool(spoolDir).secrets()).toHaveLength(1);
    server.faults.push({ refuse: 'tenant_suspended' });
    expect(await engine().flush()).toMatchObject({ ok: false, code: 'tenant_suspended' });
    expect(new Spool(spoolDir).secrets()).toHaveLength(1);
    expect(await engine().flush()).toMatchObject({ ok: true, receipts: 1 });
    expect(server.secrets.size).toBe(1);
  });

  it('seals nothing to a key that the pinned root did not state', async () => {
    const other = await newRoot();
    const result = await engine({ fingerprint: other.fingerprint }).escrow(run.id, 'local_admin_password', REF, 'p');
    expect(result).toMatchObject({ ok: false, code: 'pin_mismatch' });
    expect(server.secrets.size).toBe(0);
  });

  it('seals nothing where there is nothing to seal, because a receipt would say that it is kept', async () => {
    const one = engine();
    const refused = await one.escrow(run.id, 'local_admin_password', REF, '');
    expect(refused).toMatchObject({ ok: false, code: 'empty_secret' });
    expect([server.requests(), new Spool(spoolDir, () => {}).secrets()]).toEqual([0, []]);
    const input = { kid: key.kid, jwk: key.jwk, tenant: TENANT, machine: machine.id, run: run.id, eid: run.id };
    const empty = { ...input, kind: 'local_admin_password' as const, ref: REF, iat: 0, plaintext: '' };
    for (const sealing of [seal(empty), sealRaw(key.jwk, '')]) await expect(sealing).rejects.toThrow(/empty/);
  });

  it('waits by value while the tenant has no key', async () => {
    const waiting = await startServer(() => null);
    expect(await engine({ apiOrigin: waiting.origin }).tenantKey()).toMatchObject({ ok: false, code: 'no_tenant_key' });
    await waiting.close();
  });
});

describe('the order in which secrets were sealed', () => {
  const offline = () => server.faults.push('none', ...Array.from({ length: 6 }, () => 'drop-before' as const));
  const bodies = () => [...server.secrets.values()].map(({ body }) => JSON.parse(body) as Record<string, number>);

  it('is the order in which they are sent, because a password that was never applied must not come last', async () => {
    const one = engine();
    for (const plaintext of ['tried', 'tried again', 'and again']) {
      offline();
      expect(await one.escrow(run.id, 'local_admin_password', REF, plaintext)).toMatchObject({ code: 'offline' });
    }
    // Restarted, and by a clock that was set back.
    const later = engine({ now: () => 1_000 });
    expect(await later.escrow(run.id, 'local_admin_password', REF, 'applied')).toMatchObject({ ok: true });
    expect(await later.flush()).toMatchObject({ receipts: 3 });
    expect(bodies().map(({ order }) => order)).toEqual([4, 1, 2, 3]);
  });

  it('goes on beyond all that was counted where the count is damaged, as by a power cut', async () => {
    const one = engine();
    await one.escrow(run.id, 'local_admin_password', REF, 'first');
    writeFileSync(path.join(spoolDir, 'sealed.count'), '\0\0\0');
    await one.escrow(run.id, 'local_admin_password', REF, 'second');
    await one.escrow(run.id, 'local_admin_password', REF, 'third');
    const [first, second, third] = bodies().map(({ order }) => order ?? 0);
    expect(first).toBe(1);
    expect(second).toBeGreaterThan(1_000_000);
    expect(third).toBe((second ?? 0) + 1);
  });

  it('is measured as each try goes out, and neither kept nor carried', async () => {
    let now = 1_790_000_000_000;
    const one = engine({
      now: () => now,
      sleep: async (ms) => {
        now += ms + 1;
      },
    });
    server.faults.push('none', 'drop-before', 'drop-after');
    await one.escrow(run.id, 'local_admin_password', REF, 'x');
    expect(bodies()[0]?.sentAt).toBe(now);
    one.startRun(run);
    one.event(run.id, { message: 'x' });
    server.faults.push('drop-before', 'drop-after');
    await one.flush();
    expect(server.heads.map((head) => JSON.parse(head).sentAt)).toEqual([expect.any(Number), now]);
    offline();
    await one.escrow(run.id, 'local_admin_password', REF, 'y');
    const file = path.join(newFolder(), 'out');
    expect(one.exportSpool(file)).toBe(1);
    expect(readFileSync(file, 'utf8')).not.toContain('sentAt');
    for (const kept of filesUnder(spoolDir)) expect(readFileSync(kept, 'utf8')).not.toContain('sentAt');
  });
});

it('lists the protectors of its volumes with every report of the run, also after a rename', async () => {
  const one = engine();
  const protectors = [crypto.randomUUID()];
  one.startRun(run);
  one.listVolumes(run, [{ volume: 'C:', protectors }]);
  one.describe(run, { ...machine, hostname: 'RENAMED' });
  expect(new Spool(spoolDir).run(run.id)?.envelope).toMatchObject({
    machine: { hostname: 'RENAMED' },
    volumes: { list: [{ volume: 'C:', protectors }] },
  });
});
