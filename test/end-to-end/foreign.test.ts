// Foreign clients by docs/protocol.md alone: a shell script of curl and openssl, and an engine of Node's own crypto. The portal's vault opens
// what they sealed.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { root } from '../../dev/lib/run.ts';
import { asPerson } from '../../dev/stand/as-person.ts';
import { freePorts } from '../../dev/stand/ports.ts';
import { type Stand, startStand } from '../../dev/stand/stand.ts';
import { Keeper } from '../../portal/vault/keeper.ts';
import type { Keyring } from '../../schema/keyring.ts';
import type { EventPage } from '../../schema/report.ts';
import type { Revealed } from '../../schema/secret.ts';
import * as foreign from '../foreign/engine.ts';
import { ADMIN_PASSPHRASE } from '../support/story.ts';

const ADMIN = 'admin@example.com';
const SECRET_JWE = 'f0reign-Ünïcode "quoted" secret';
const SECRET_RAW = 'raw-kq7-Vm2';
let stateDir: string;
let stand: Stand;
let fingerprint: string;
const vault = new Keeper();

before(async () => {
  stateDir = mkdtempSync(path.join(os.tmpdir(), 'totl-foreign-'));
  stand = await startStand({ port: await freePorts(4), stateDir, fleet: 0 });
  const { tenant } = stand.demo;
  const draft = await vault.draftSetUp({ tenant, email: ADMIN, passphrase: ADMIN_PASSPHRASE, teamPassphrase: null });
  assert.ok(draft.ok);
  await asPerson(stand, ADMIN, 'keyring', draft.write);
  await asPerson(stand, ADMIN, 'settings', { allowRawRsaOaep: true });
  fingerprint = draft.fingerprint;
  const keyring = await asPerson<Keyring>(stand, ADMIN, 'keyring');
  const unlocker = draft.write.unlockers[0]?.id ?? '';
  assert.ok((await vault.unlock({ tenant, keyring, unlocker, secret: ADMIN_PASSPHRASE, seen: null })).ok);
});
after(async () => {
  // An open vault counts its idle minutes, and would hold up the end of a run that failed.
  await vault.lock();
  await stand?.close();
  rmSync(stateDir, { recursive: true, force: true });
});

const open = async (id: string | undefined) =>
  vault.open(await asPerson<Revealed>(stand, ADMIN, `secrets/${id}/reveal`, { reason: 'foreign client' }));

test('curl and openssl escrow a JWE and a raw ciphertext, and the vault opens both', async () => {
  const { tenant, token } = stand.demo;
  const [machine, run] = [crypto.randomUUID(), crypto.randomUUID()];
  const { stdout } = await promisify(execFile)(
    path.join(root, 'test/foreign/escrow.sh'),
    [stand.addresses.api, tenant, machine, run],
    { env: { PATH: process.env.PATH, TOKEN: token, SECRET_JWE, SECRET_RAW } },
  );
  const ids = Object.fromEntries(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' ')),
  );

  const opened = { ok: true, bitlocker: null, pc: null };
  const jwe = await open(ids.jwe);
  assert.deepEqual(jwe, { ...opened, plaintext: SECRET_JWE, bound: true, sealedAt: jwe.ok && jwe.sealedAt });
  assert.ok(jwe.ok && Number.isInteger(jwe.sealedAt), 'the header of a JWE says when it was sealed');
  assert.deepEqual(await open(ids.raw), { ...opened, plaintext: SECRET_RAW, bound: false, sealedAt: null });
});

const PROTECTOR = { protectorId: crypto.randomUUID(), volume: 'C:' };
const RECOVERY_PASSWORD = '000011-000022-720885-111111-222222-333333-444444-555555';

test('an engine made from the docs pins, escrows each kind before it reports, reports, and the vault opens all of it', async () => {
  const { api } = stand.addresses;
  const configuration = { apiOrigin: api, token: stand.demo.token, fingerprint, minEpoch: 1 };
  const key = await foreign.trustedKey(configuration);
  await assert.rejects(foreign.trustedKey({ ...configuration, fingerprint: 'A'.repeat(43) }), /pinned root/);

  const place = { machine: crypto.randomUUID(), run: crypto.randomUUID() };
  const secrets: [string, object, string][] = [
    ['local_admin_password', { account: 'Geschäftsführung 🔑' }, 'kq7-Ünï "quoted" 🔑'],
    ['bitlocker_recovery_key', PROTECTOR, RECOVERY_PASSWORD],
    ['bios_password', { label: 'BIOS' }, 'x'],
    ['other', { label: 'x'.repeat(64) }, '\tline\n'],
  ];
  for (const [kind, ref, plaintext] of secrets) {
    const body = foreign.sealed(key, place, { kind, ref, plaintext });
    const id = await foreign.escrow(configuration, key, body);
    assert.equal(await foreign.escrow(configuration, key, body), id, 'a resend gets the receipt of before');
    const opened = await open(id);
    assert.deepEqual(opened.ok && opened.plaintext, plaintext);
  }

  const events = Array.from({ length: 12 }, (_, index) => ({
    seq: index + 1,
    at: Date.now(),
    message: `Schritt ${index} 🔑`,
  }));
  const machine = { id: place.machine, hostname: 'PC-FOREIGN', serial: 'F-1' };
  const run = { id: place.run, startedAt: Date.now(), engineVersion: 'foreign 1', phases: ['preflight'] };
  const told = await foreign.report(configuration, { machine, run }, events, 5);
  assert.deepEqual([told.status, told.json.nextSeq, told.json.rejected], [200, 13, []]);
  const { events: kept } = await asPerson<EventPage>(stand, ADMIN, `runs/${run.id}/events`);
  assert.deepEqual(
    kept.map(({ message, mended }) => [message, mended]),
    events.map(({ message }) => [message, undefined]),
  );
});

test('what the docs warn of is so: with SHA-1 the server gives a receipt and nothing ever opens, and a member too many is refused', async () => {
  const configuration = { apiOrigin: stand.addresses.api, token: stand.demo.token, fingerprint, minEpoch: 1 };
  const key = await foreign.trustedKey(configuration);
  const place = { machine: crypto.randomUUID(), run: crypto.randomUUID() };
  const wrong = foreign.sealed(key, place, { kind: 'other', ref: { label: 'x' }, plaintext: 'lost for ever' }, 'sha1');
  const opened = await open(await foreign.escrow(configuration, key, wrong));
  assert.equal(!opened.ok && opened.code, 'cannot_open');

  const braces = { ...PROTECTOR, protectorId: `{${PROTECTOR.protectorId.toUpperCase()}}` };
  const good = foreign.sealed(key, place, {
    kind: 'bitlocker_recovery_key',
    ref: PROTECTOR,
    plaintext: RECOVERY_PASSWORD,
  });
  for (const bent of [
    { ...good, note: 'x' },
    { ...good, ref: { ...PROTECTOR, size: 1 } },
    { ...good, ref: braces },
  ]) {
    const { status, json } = await foreign.ask(configuration, '/v1/secret', JSON.stringify(bent));
    assert.deepEqual([status, json.code], [422, 'invalid_body']);
  }
  const report = {
    machine: { id: place.machine, rack: 7 },
    run: { id: place.run, note: 'x' },
    events: [{ seq: 1, later: true }],
  };
  const { status, json } = await foreign.ask(configuration, '/v1/report', JSON.stringify(report));
  assert.deepEqual([status, json.accepted], [200, 1]);
});
