// `npm run demo`: the whole story without a browser, told step by step on a stand of its own: set-up, a run streamed, a secret
// escrowed, revealed, and opened with the passphrase. Ends non-zero if any step fails.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Engine } from '../engine/client.ts';
import { simulatedPc } from '../engine/simulator/pc.ts';
import { localAdminPassword } from '../engine/simulator/secrets.ts';
import { Keeper } from '../portal/vault/keeper.ts';
import type { AuditPage } from '../schema/audit.ts';
import type { Keyring } from '../schema/keyring.ts';
import type { Revealed } from '../schema/secret.ts';
import { asPerson } from './stand/as-person.ts';
import { freePorts } from './stand/ports.ts';
import { type Stand, startStand } from './stand/stand.ts';

const PASSPHRASE = 'orbit velvet canyon sample drift';
const PHASES = ['preflight', 'rename', 'bitlocker', 'local_admin', 'validation'];

let step = 0;
const tell = (text: string) => console.log(`${String(++step).padStart(2)}. ${text}`);
const detail = (text: string) => console.log(`    ${text}`);
function must<T extends { ok: boolean }>(result: T, what: string): Extract<T, { ok: true }> {
  if (!result.ok) throw new Error(`${what}: ${'message' in result ? result.message : 'refused'}`);
  return result as Extract<T, { ok: true }>;
}

async function story(stand: Stand, spoolDir: string): Promise<void> {
  const { tenant, name, token } = stand.demo;
  tell(`The stand is up. ${name} is tenant ${tenant}.`);

  const pc = simulatedPc(7, 1);
  const engine = new Engine({ apiOrigin: stand.addresses.api, token, spoolDir, machine: pc.before, onNotice: detail });
  const early = await engine.tenantKey();
  if (early.ok || early.code !== 'no_tenant_key') throw new Error('before set-up there must be no key');
  tell('The engine asks for the tenant’s key and is told to wait: 409 no_tenant_key.');

  const vault = new Keeper();
  const email = 'admin@example.com';
  const draft = must(await vault.draftSetUp({ tenant, email, passphrase: PASSPHRASE, teamPassphrase: null }), 'set-up');
  await asPerson(stand, email, 'keyring', draft.write);
  tell('The admin does the first-time set-up. Every private key left the vault sealed.');
  detail(`fingerprint ${draft.fingerprint}`);

  const run = { id: crypto.randomUUID(), startedAt: Date.now(), engineVersion: '2.3.1', phases: PHASES };
  engine.startRun(run);
  engine.event(run.id, { type: 'run_started', message: 'Provisioning engine started' });
  for (const phase of PHASES) {
    engine.event(run.id, { type: 'phase_started', phase, message: `Phase ${phase} started` });
    engine.event(run.id, { type: 'phase_succeeded', phase, message: `Phase ${phase} done` });
  }
  engine.event(run.id, { type: 'run_succeeded', message: 'Provisioning finished' });
  const flushed = must(await engine.flush(), 'report');
  const again = must(await engine.flush(), 'resend');
  tell(`${pc.before.hostname} streams its run: ${flushed.sent} events kept, ${again.sent} on asking again.`);

  const password = localAdminPassword();
  const ref = { account: 'Administrator' };
  const { receipt } = must(await engine.escrow(run.id, 'local_admin_password', ref, password), 'escrow');
  tell('It seals a local administrator password to the key it trusts, and gets a receipt.');
  detail(`secret ${receipt.secretId}, version ${receipt.version}, audit entry ${receipt.auditSeq}`);

  const reason = { reason: 'The demo: somebody stands in front of the PC' };
  const revealed = await asPerson<Revealed>(stand, email, `secrets/${receipt.secretId}/reveal`, reason);
  tell(`The admin asks for it with a reason. The server returns ${revealed.sealed.length} characters of ciphertext.`);
  if (revealed.sealed.includes(password)) throw new Error('the server returned the plaintext');

  const keyring = await asPerson<Keyring>(stand, email, 'keyring');
  const unlocker = draft.write.unlockers[0]?.id ?? '';
  must(await vault.unlock({ tenant, keyring, unlocker, secret: PASSPHRASE, seen: null }), 'unlock');
  const opened = must(await vault.open(revealed), 'open');
  if (opened.plaintext !== password) throw new Error('what was opened is not what was sealed');
  await vault.lock();
  tell('The passphrase unlocks the vault, and the vault opens it: exactly what the engine sealed.');

  const { entries } = await asPerson<AuditPage>(stand, 'auditor@example.com', 'audit');
  tell(`The audit has it all, ${entries.length} entries in one chain:`);
  for (const entry of entries) detail(`${entry.seq} ${entry.action} by ${entry.principal.name}`);
}

const stateDir = mkdtempSync(path.join(os.tmpdir(), 'totl-demo-'));
let stand: Stand | null = null;
try {
  stand = await startStand({ port: await freePorts(4), stateDir, fleet: 0 });
  await story(stand, path.join(stateDir, 'spool'));
  console.log('\nThe story went well.');
} catch (error) {
  console.error(`\nThe story failed: ${(error as Error).message}`);
  process.exitCode = 1;
} finally {
  await stand?.close();
  rmSync(stateDir, { recursive: true, force: true });
  process.exit();
}
