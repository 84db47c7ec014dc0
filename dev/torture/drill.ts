// A stand loses everything its objects kept, once with its index and once without, and is put back from its backups by the operator's command.
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { AuditEntry, AuditHeads } from '../../schema/audit.ts';
import type { BackupState } from '../../schema/backup.ts';
import type { TenantPage } from '../../schema/operator.ts';
import type { PeopleList } from '../../schema/person.ts';
import type { IssuedToken } from '../../schema/token.ts';
import { asPerson, type Installation } from '../bench/product.ts';
import { capture, root } from '../lib/run.ts';
import { COOKIES } from '../stand/cookies.ts';
import { OPERATOR_EMAIL } from '../stand/demo-data.ts';
import { withLocalIndex } from '../stand/local-index.ts';
import { freePorts } from '../stand/ports.ts';
import { type Stand, startStand } from '../stand/stand.ts';
import { broken } from './checker.ts';
import { Engines } from './engines.ts';
import { Gate } from './gate.ts';
import { type Held, Ledger } from './ledger.ts';
import type { Outcome, Part, Run } from './part.ts';
import { Looker } from './seen.ts';
import { newTenant, type Tenant } from './tenant.ts';

const [TENANTS, FULL_TENANTS] = [2, 6];
const ENGINES = 5;
const LOOK_AGAIN_MS = 200;
const LEAVER = 'leaver@drill.example';

/** A tenant with what it was promised up to its backup, and what was done after it. */
type Drilled = {
  tenant: Tenant;
  ledger: Ledger;
  /** Promised before the backup began. */
  before: readonly Held[];
  backupHead: number;
  /** Revoked, and removed, after the backup. */
  revoked: IssuedToken;
};

const installationOf = ({ addresses, tokens }: Stand): Installation => ({
  url: addresses.apiBehindAccess,
  portal: addresses.portal,
  team: {
    issuer: addresses.team,
    assertion: (email) => tokens.mint({ email, sub: email }),
    cookie: COOKIES.api,
    close: async () => {},
  },
});

/** One after another, so that each spool and each seed is its own. */
async function work(stand: Stand, { ground, seed }: Run, tenant: Tenant, ledger: Ledger): Promise<string[]> {
  const engines = new Engines({
    origin: stand.addresses.api,
    tokens: tenant.tokens.slice(0, 1),
    fingerprint: tenant.fingerprint,
    count: ENGINES,
    seed,
    folder: ground.folder(`drill-${randomUUID()}`),
    ledger,
    gate: new Gate(),
    speed: 20,
    pauseMs: 50,
    runs: 3,
  });
  await engines.finished();
  return engines.faults;
}

async function backedUp(installation: Installation, { id, admin }: Tenant): Promise<number> {
  const state = () => asPerson<BackupState>(installation, admin, `/v1/tenants/${id}/backup`);
  const before = (await state()).last?.at;
  await asPerson(installation, admin, `/v1/tenants/${id}/backup/run`, {});
  for (;;) {
    const { last } = await state();
    if (last?.head && last.at !== before) return last.head.seq;
    await wait(LOOK_AGAIN_MS);
  }
}

/** Waits until the index was told of the chain's end: it is told a few seconds later. */
async function indexTold(installation: Installation, { id, auditor }: Tenant): Promise<void> {
  for (;;) {
    const { chain, index } = await asPerson<AuditHeads>(installation, auditor, `/v1/tenants/${id}/audit/head`);
    if (index?.seq === chain.seq) return;
    await wait(LOOK_AGAIN_MS);
  }
}

/** Filled, backed up, and changed after that: a token revoked, a person removed, secrets that no backup has. */
async function prepared(run: Run, stand: Stand, number: number, faults: string[]): Promise<Drilled> {
  const installation = installationOf(stand);
  const tenant = await newTenant(installation, { domain: `drill-${number}.example`, tokens: 2 });
  const as = <T>(route: string, body?: unknown) =>
    asPerson<T>(installation, tenant.admin, `/v1/tenants/${tenant.id}/${route}`, body);
  await as('people', { email: LEAVER, role: 'engineer' });
  const ledger = new Ledger();
  faults.push(...(await work(stand, run, tenant, ledger)));
  const before = ledger.secrets;
  const backupHead = await backedUp(installation, tenant);
  const revoked = tenant.tokens[1] as IssuedToken;
  await as(`tokens/${revoked.id}/revoke`, {});
  const { people } = await as<PeopleList>('people');
  await as(`people/${people.find(({ email }) => email === LEAVER)?.id}/remove`, {});
  faults.push(...(await work(stand, { ...run, seed: run.seed + 1 }, tenant, ledger)), ...ledger.faults);
  await indexTold(installation, tenant);
  return { tenant, ledger, before, backupHead, revoked };
}

type Loss = { what: string; folders: readonly string[]; vouched: boolean };
const LOSSES: readonly Loss[] = [
  { what: 'the objects', folders: ['v3/do'], vouched: true },
  { what: 'the objects and the index', folders: ['v3/do', 'v3/d1'], vouched: false },
];

/** The index's row of each tenant is there and says suspended, as the runbook has it, before anybody asks for the tenant. */
const suspendAll = (stateDir: string, drilled: readonly Drilled[]) =>
  withLocalIndex(root, stateDir, async (index) => {
    for (const { tenant } of drilled)
      await index
        .prepare(
          `INSERT INTO tenants (id, name, status, version) VALUES (?, ?, 'suspended', 1)
           ON CONFLICT (id) DO UPDATE SET status = 'suspended', version = version + 1`,
        )
        .bind(tenant.id, `Torture of ${tenant.admin}`)
        .run();
  });

/** The operator's command, as the runbook types it. */
const restore = (stateDir: string, port: number, ...args: string[]) =>
  capture('node', ['dev/restore.ts', '--local', '--port', String(port), '--state-dir', stateDir, ...args]);

/** Puts one back. Where nobody is known to be an admin it is aborted first, since an operator may need to. */
async function putBack(stateDir: string, port: number, { tenant }: Drilled, { vouched }: Loss): Promise<string[]> {
  const named = ['--tenant', tenant.id];
  const first = await restore(stateDir, port, ...named);
  if (vouched) return first.ok ? [] : [`the restore failed: ${first.stderr}`];
  const faults: string[] = [];
  if (first.ok || !first.stderr.includes('first_admin_needed'))
    faults.push('a restore that nobody vouches for let somebody in');
  const aborted = await restore(stateDir, port, ...named, '--abort');
  if (!aborted.ok) faults.push(`the abort failed: ${aborted.stderr}`);
  const twice = await restore(stateDir, port, ...named, '--abort');
  if (twice.ok || !twice.stderr.includes('not_restoring')) faults.push('a second abort found something to end');
  const second = await restore(stateDir, port, ...named, '--first-admin', tenant.admin);
  return second.ok ? faults : [...faults, `the restore after the abort failed: ${second.stderr}`];
}

/** What must be true of a tenant that was put back. */
async function verified(stand: Stand, one: Drilled, { vouched }: Loss): Promise<string[]> {
  const { tenant, before, backupHead, revoked, ledger } = one;
  const installation = installationOf(stand);
  await asPerson(installation, OPERATOR_EMAIL, `/v1/operator/tenants/${tenant.id}/resume`, {});
  if (!vouched)
    for (const [email, role] of [
      [tenant.engineer, 'engineer'],
      [tenant.auditor, 'auditor'],
    ])
      await asPerson(installation, tenant.admin, `/v1/tenants/${tenant.id}/people`, { email, role });
  const looker = new Looker(tenant);
  const seen = await looker.look(installation, []);
  await looker.close();
  const faults = broken({ events: new Map(), receipts: before, acts: [] }, seen);
  if (seen.versions.length < before.length) faults.push('fewer secrets than had receipts before the backup');
  faults.push(...tail(seen.audit, one, vouched));
  const headers = { authorization: `Bearer ${revoked.token}` };
  const { status } = await fetch(`${stand.addresses.api}/v1/tenant/pubkey`, { headers });
  if (status !== 401) faults.push(`a token that was revoked after the backup is answered ${status}`);
  const token = await stand.tokens.mint({ email: LEAVER, sub: LEAVER });
  const left = await fetch(`${installation.url}/v1/tenants/${tenant.id}/overview`, {
    headers: { cookie: `${COOKIES.api}=${token}` },
  });
  if (left.status !== 403) faults.push(`a person who was removed after the backup is answered ${left.status}`);
  const lost = ledger.secrets.filter(({ receipt }) => receipt.auditSeq > backupHead);
  if (lost.length === 0) faults.push('the drill has nothing that came after the backup: it proves less than it says');
  return faults.map((fault) => `${tenant.admin}: ${fault}`);
}

/** Whether the chain says what is missing from it: by the index's word where there is an index, by receipts in any case. */
function tail(audit: readonly AuditEntry[], { backupHead, ledger }: Drilled, vouched: boolean): string[] {
  const imported = audit.find(({ action }) => action === 'tenant.imported');
  if (imported === undefined) return ['the restore is not on record'];
  const faults: string[] = [];
  const { headSeq, indexSeq } = imported.detail as { headSeq: number; indexSeq: number | null };
  if (headSeq !== backupHead) faults.push(`the record names head ${headSeq} and not the backup’s ${backupHead}`);
  if (vouched && (indexSeq ?? 0) <= headSeq)
    faults.push('the index knew of later entries, and the record does not name them');
  const last = Math.max(...ledger.secrets.map(({ receipt }) => receipt.auditSeq));
  const contradicted = broken(
    { events: new Map(), receipts: ledger.secrets, acts: [] },
    { tenant: '', events: new Map(), versions: [], audit },
  );
  if (last > headSeq && contradicted.length === 0) faults.push('receipts from after the backup contradict nothing');
  return faults;
}

async function run(torture: Run): Promise<Outcome> {
  const { ground, isFull, say } = torture;
  const stateDir = ground.folder('drill');
  const port = await freePorts(4);
  let stand = await startStand({ port, stateDir, fleet: 0 });
  const faults: string[] = [];
  const drilled: Drilled[] = [];
  const did: string[] = [];
  try {
    for (let number = 0; number < (isFull ? FULL_TENANTS : TENANTS); number++)
      drilled.push(await prepared(torture, stand, number, faults));
    for (const loss of LOSSES) {
      await stand.close();
      for (const folder of loss.folders) rmSync(path.join(stateDir, folder), { recursive: true });
      await suspendAll(stateDir, drilled);
      stand = await startStand({ port, stateDir, fleet: 0 });
      for (const one of drilled) {
        faults.push(...(await putBack(stateDir, port, one, loss)));
        faults.push(...(await verified(stand, one, loss)));
      }
      const { tenants } = await asPerson<TenantPage>(installationOf(stand), OPERATOR_EMAIL, '/v1/operator/tenants');
      const secrets = drilled.reduce((sum, { before }) => sum + before.length, 0);
      did.push(
        `${loss.what} lost: ${drilled.length} of ${tenants.length} tenants put back from their backups, ${secrets} secrets with receipts from before open`,
      );
      say(did.at(-1) ?? '');
    }
  } finally {
    await stand.close();
  }
  return { did, faults };
}

export const drill: Part = { name: 'drill', title: 'Restore drill', run };
