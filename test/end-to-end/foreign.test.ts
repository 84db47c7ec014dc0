// A foreign client: a shell script of curl and openssl escrows by docs/protocol.md alone, and the portal's vault opens what it sealed.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { asPerson } from '../../dev/as-person.ts';
import { freePorts } from '../../dev/ports.ts';
import { root } from '../../dev/run.ts';
import { type Stand, startStand } from '../../dev/stand.ts';
import { Keeper } from '../../portal/vault/keeper.ts';
import type { Keyring } from '../../schema/keyring.ts';
import type { Revealed } from '../../schema/secret.ts';
import { ADMIN_PASSPHRASE } from '../support/story.ts';

const ADMIN = 'admin@example.com';
const SECRET_JWE = 'f0reign-Ünïcode "quoted" secret';
const SECRET_RAW = 'raw-kq7-Vm2';
let stateDir: string;
let stand: Stand;

before(async () => {
  stateDir = mkdtempSync(path.join(os.tmpdir(), 'totl-foreign-'));
  stand = await startStand({ port: await freePorts(4), stateDir, fleet: 0 });
});
after(async () => {
  await stand?.close();
  rmSync(stateDir, { recursive: true, force: true });
});

test('curl and openssl escrow a JWE and a raw ciphertext, and the vault opens both', async (t) => {
  const { tenant, token } = stand.demo;
  const vault = new Keeper();
  // An open vault counts its idle minutes, and would hold up the end of a run that failed.
  t.after(() => vault.lock());
  const draft = await vault.draftSetUp({ tenant, email: ADMIN, passphrase: ADMIN_PASSPHRASE, teamPassphrase: null });
  assert.ok(draft.ok);
  await asPerson(stand, ADMIN, 'keyring', draft.write);
  await asPerson(stand, ADMIN, 'settings', { allowRawRsaOaep: true });

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

  const keyring = await asPerson<Keyring>(stand, ADMIN, 'keyring');
  const unlocker = draft.write.unlockers[0]?.id ?? '';
  assert.ok((await vault.unlock({ tenant, keyring, unlocker, secret: ADMIN_PASSPHRASE, seen: null })).ok);
  const open = async (id: string | undefined) =>
    vault.open(await asPerson<Revealed>(stand, ADMIN, `secrets/${id}/reveal`, { reason: 'foreign client' }));
  const opened = { ok: true, bitlocker: null, pc: null };
  const jwe = await open(ids.jwe);
  assert.deepEqual(jwe, { ...opened, plaintext: SECRET_JWE, bound: true, sealedAt: jwe.ok && jwe.sealedAt });
  assert.ok(jwe.ok && Number.isInteger(jwe.sealedAt), 'the header of a JWE says when it was sealed');
  assert.deepEqual(await open(ids.raw), { ...opened, plaintext: SECRET_RAW, bound: false, sealedAt: null });
});
