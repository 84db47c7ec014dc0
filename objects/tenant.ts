// A tenant's object: the single writer of all that belongs to one tenant. It reads like a table of contents; the rules and
// the SQL stand in the modules beside it. It keeps sealed secrets and has no code that opens one.
import { DurableObject } from 'cloudflare:workers';
import type { AuditPage } from '../schema/audit.ts';
import type { Keyring, KeyringWrite, KeyringWritten, PublicKeyAnswer } from '../schema/keyring.ts';
import type { Machine, MachinePage, MachinesQuery, Overview, Run, RunList, Settings } from '../schema/machine.ts';
import { isRefusal, type Refusal, type RefusalCode, refuse } from '../schema/refusal.ts';
import type { EventPage, ReportAnswer } from '../schema/report.ts';
import type {
  Marked,
  MarkUnopenable,
  ResealAnswer,
  ResealRequest,
  Rotation,
  RotationPage,
  RotationPageRequest,
} from '../schema/rotation.ts';
import type { EscrowRequest, Receipt, Revealed, RevealRequest, SecretList } from '../schema/secret.ts';
import type { TokenRevoked } from '../schema/token.ts';
import { done, schedule, takeDue } from './alarms.ts';
import * as audit from './audit.ts';
import type { Caller, Machine as MachinePrincipal, Person } from './caller.ts';
import { roleForbids, SYSTEM } from './caller.ts';
import * as counters from './counters.ts';
import { takeSecret } from './escrow.ts';
import * as events from './events.ts';
import * as keyring from './keyring.ts';
import * as machines from './machines.ts';
import { migrate } from './migrations.ts';
import { type Submission, submitReport } from './reports.ts';
import * as reveals from './reveals.ts';
import * as rotation from './rotation.ts';
import { first } from './rows.ts';
import * as runs from './runs.ts';
import { secretsOf } from './secrets.ts';
import * as settings from './settings.ts';
import * as tokens from './tokens.ts';

/** How many runs of one machine a list shows; a PC is provisioned a handful of times in its life. */
const RUNS_SHOWN = 100;
/** What a key's new state is called on record; one that becomes `retiring` is told by the new active one. */
const KEY_ACTIONS = {
  active: 'key.rotated',
  retiring: null,
  retired: 'key.retired',
  destroyed: 'key.destroyed',
} as const;
const ENGINEERS = ['admin', 'engineer'] as const;
const EVERYBODY = ['admin', 'engineer', 'auditor'] as const;

/** What of the Worker's bindings an object uses: the index, which only it writes for its tenant. */
type ObjectBindings = { INDEX_DB: D1Database };

export class Tenant extends DurableObject<ObjectBindings> {
  #tenant: string | null = null;

  /** Answers without touching storage: for `/health`, on a fixed probe object that never becomes a tenant. */
  ping(): 'pong' {
    return 'pong';
  }

  // --- What an engine asks ---

  publicKey(caller: Caller<MachinePrincipal>): PublicKeyAnswer | Refusal {
    return this.#serve(caller, 'pubkey', () => keyring.publicKey(this.#sql) ?? noTenantKey());
  }

  report(caller: Caller<MachinePrincipal>, submission: Submission): ReportAnswer | Refusal {
    return this.#serve(caller, submission.machine.id, () =>
      submitReport(this.ctx.storage, caller, submission, Date.now()),
    );
  }

  escrow(caller: Caller<MachinePrincipal>, request: EscrowRequest): { created: boolean; receipt: Receipt } | Refusal {
    return this.#serve(caller, request.machine, () => takeSecret(this.ctx.storage, caller, request, Date.now()));
  }

  // --- What a person asks ---

  overview(caller: Caller<Person>, name: string): Overview | Refusal {
    return this.#serve(caller, 'overview', () => {
      const count = counters.read(this.#sql);
      const keys = keyring.outline(this.#sql);
      return {
        tenant: caller.tenant,
        name,
        keyState: keys ? 'ready' : 'none',
        fingerprint: keys?.fingerprint ?? null,
        activeKid: keys?.activeKid ?? null,
        manifestVersion: keys?.version ?? 0,
        machines: count('machines'),
        runs: {
          running: count('status:running'),
          succeeded: count('status:succeeded'),
          failed: count('status:failed'),
          abandoned: count('status:abandoned'),
        },
        secrets: count('secrets'),
        attention: count('attention'),
      };
    });
  }

  machines(caller: Caller<Person>, query: MachinesQuery): MachinePage | Refusal {
    return this.#serve(
      caller,
      'machines',
      () =>
        machines.listMachines(this.#sql, query) ??
        refuse('invalid_query', 'after: must be a cursor from an earlier answer with the same sort.'),
    );
  }

  machine(caller: Caller<Person>, id: string): Machine | Refusal {
    return this.#serve(caller, id, () => machines.findMachine(this.#sql, id) ?? unknownMachine());
  }

  runs(caller: Caller<Person>, machine: string): RunList | Refusal {
    return this.#serve(caller, machine, () =>
      machines.machineExists(this.#sql, machine)
        ? { runs: runs.runsOf(this.#sql, machine, RUNS_SHOWN).map(runs.publicRun) }
        : unknownMachine(),
    );
  }

  run(caller: Caller<Person>, id: string): Run | Refusal {
    return this.#serve(caller, id, () => {
      const run = runs.findRun(this.#sql, id);
      return run ? runs.publicRun(run) : unknownRun();
    });
  }

  events(caller: Caller<Person>, run: string, after: number, limit: number): EventPage | Refusal {
    return this.#serve(caller, run, () =>
      runs.findRun(this.#sql, run) ? events.page(this.#sql, run, after, limit) : unknownRun(),
    );
  }

  secrets(caller: Caller<Person>, machine: string): SecretList | Refusal {
    return this.#serve(caller, machine, () =>
      machines.machineExists(this.#sql, machine) ? { secrets: secretsOf(this.#sql, machine) } : unknownMachine(),
    );
  }

  /** Hands out one ciphertext. The audit entry is written in the same transaction: without it, nothing is returned. */
  reveal(caller: Caller<Person>, id: string, request: RevealRequest): Revealed | Refusal {
    return this.#serve(
      caller,
      id,
      () => {
        const plan = reveals.planReveal(this.#sql, id, request.version);
        if (isRefusal(plan)) return plan;
        const now = Date.now();
        return this.ctx.storage.transactionSync(() => {
          const { seq } = audit.record(this.#sql, caller.tenant, caller, now, {
            action: 'secret.revealed',
            subject: id,
            detail: {
              machine: plan.secret.machine_id,
              kind: plan.secret.kind,
              version: plan.version.version,
              reason: request.reason,
            },
          });
          reveals.markRevealed(this.#sql, id, now);
          return reveals.revealed(plan, seq);
        });
      },
      ENGINEERS,
    );
  }

  keyring(caller: Caller<Person>): Keyring | Refusal {
    return this.#serve(
      caller,
      'keyring',
      () =>
        keyring.readKeyring(this.#sql, { email: caller.principal.name, role: caller.principal.role }) ?? noTenantKey(),
    );
  }

  /** Writes the keyring: signatures are verified first, without state; then it is decided and kept in one turn. */
  async writeKeyring(caller: Caller<Person>, write: KeyringWrite): Promise<KeyringWritten | Refusal> {
    const verified = await keyring.verifyWrite(caller.tenant, write);
    return this.#serve(
      caller,
      'keyring',
      () => {
        if (isRefusal(verified)) return verified;
        const { manifest, root } = verified;
        const now = Date.now();
        const before = new Map(keyring.keyHistory(this.#sql).map(({ kid, state }) => [kid, state]));
        const refusal = keyring.decideWrite(verified, keyring.keyringFacts(this.#sql, now));
        if (refusal) return refusal;
        const activeKid = manifest.keys.find((key) => key.state === 'active')?.kid ?? '';
        return this.ctx.storage.transactionSync(() => {
          keyring.storeWrite(this.#sql, verified, caller.principal.name, now);
          audit.record(this.#sql, caller.tenant, caller, now, {
            action: manifest.version === 1 ? 'keyring.created' : 'keyring.updated',
            subject: root,
            detail: {
              version: manifest.version,
              sha256: verified.manifestSha256,
              activeKid,
              unlockers: manifest.unlockers.length,
            },
          });
          for (const { kid, state } of manifest.keys) {
            const action = KEY_ACTIONS[state];
            if (before.size > 0 && action && before.get(kid) !== state)
              audit.record(this.#sql, caller.tenant, caller, now, { action, subject: kid });
          }
          return { version: manifest.version, fingerprint: root, activeKid };
        });
      },
      ['admin'],
    );
  }

  rotation(caller: Caller<Person>): Rotation | Refusal {
    return this.#serve(caller, 'rotation', () => {
      const keys = keyring.outline(this.#sql);
      if (!keys) return noTenantKey();
      return { keys: keyring.keyHistory(this.#sql), ...rotation.progress(this.#sql, keys.activeKid) };
    });
  }

  /** A bulk read: its ids on record and its count off the budget, or nothing is handed out. */
  rotationPage(caller: Caller<Person>, request: RotationPageRequest): RotationPage | Refusal {
    return this.#serve(
      caller,
      'rotation',
      () => {
        const keys = keyring.outline(this.#sql);
        if (!keys) return noTenantKey();
        const items = rotation.pageToReseal(this.#sql, keys.activeKid, request);
        if (items.length === 0) return { activeKid: keys.activeKid, items: [] };
        const now = Date.now();
        return this.ctx.storage.transactionSync(() => {
          const refusal = rotation.spendBulkReads(this.#sql, caller.principal.id, items.length, now);
          if (refusal) return refusal;
          const ids = items.map((item) => `${item.id}/${item.version.version}`).join(' ');
          const { seq } = audit.record(this.#sql, caller.tenant, caller, now, {
            action: 'secrets.read_in_bulk',
            subject: keys.activeKid,
            detail: { purpose: 'rotation', count: items.length, ids },
          });
          return { activeKid: keys.activeKid, items: items.map((item) => ({ ...item, auditSeq: seq })) };
        });
      },
      ['admin'],
    );
  }

  /** Takes a page back under the active key: all that fits is swapped in one transaction, or the first fault refuses the page. */
  reseal(caller: Caller<Person>, { items }: ResealRequest): ResealAnswer | Refusal {
    return this.#serve(
      caller,
      'rotation',
      () => {
        const keys = keyring.outline(this.#sql);
        if (!keys) return noTenantKey();
        const { activeKid } = keys;
        const swaps: (() => void)[] = [];
        const ids: string[] = [];
        const now = Date.now();
        for (const item of items) {
          const row = rotation.findVersion(this.#sql, item.secret, item.version);
          const decision = rotation.decideReseal(caller.tenant, activeKid, row, item);
          if (isRefusal(decision)) return decision;
          if (decision === 'pass_over' || !row) continue;
          if (ids.includes(`${item.secret}/${item.version}`))
            return refuse('invalid_body', 'items: every version may be sent once.');
          ids.push(`${item.secret}/${item.version}`);
          swaps.push(() => rotation.swap(this.#sql, row, activeKid, item.sealed, now));
        }
        return this.ctx.storage.transactionSync(() => {
          for (const swap of swaps) swap();
          if (ids.length > 0)
            audit.record(this.#sql, caller.tenant, caller, now, {
              action: 'secrets.resealed',
              subject: activeKid,
              detail: { count: ids.length, ids: ids.join(' ') },
            });
          return { resealed: ids.length, passedOver: items.length - ids.length };
        });
      },
      ['admin'],
    );
  }

  markUnopenable(caller: Caller<Person>, { secret, version, reason }: MarkUnopenable): Marked | Refusal {
    return this.#serve(
      caller,
      secret,
      () => {
        const row = rotation.findVersion(this.#sql, secret, version);
        if (!row) return refuse('unknown_secret', 'The tenant holds no such version.');
        if (row.unopenable === 1) return { secret, version };
        // Only what a rotation could not take along: else one slip would leave a good secret behind when its key is destroyed.
        if (row.kid === keyring.outline(this.#sql)?.activeKid)
          return refuse('not_left_behind', 'This version is under the active key; there is nothing to mark.');
        return this.ctx.storage.transactionSync(() => {
          rotation.markUnopenable(this.#sql, row);
          audit.record(this.#sql, caller.tenant, caller, Date.now(), {
            action: 'secret.marked_unopenable',
            subject: secret,
            detail: { version, kid: row.kid, sha256: row.sha256, reason },
          });
          return { secret, version };
        });
      },
      ['admin'],
    );
  }

  settings(caller: Caller<Person>): Settings | Refusal {
    return this.#serve(caller, 'settings', () => settings.readSettings(this.#sql));
  }

  writeSettings(caller: Caller<Person>, next: Settings): Settings | Refusal {
    return this.#serve(
      caller,
      'settings',
      () =>
        this.ctx.storage.transactionSync(() => {
          settings.writeSettings(this.#sql, next);
          audit.record(this.#sql, caller.tenant, caller, Date.now(), {
            action: 'settings.changed',
            subject: caller.tenant,
            detail: { allowRawRsaOaep: next.allowRawRsaOaep },
          });
          return next;
        }),
      ['admin'],
    );
  }

  /** Takes a machine token out of use: here at once, in the index as soon as it answers. */
  async revokeToken(caller: Caller<Person>, id: string): Promise<TokenRevoked | Refusal> {
    const token = await tokens.findToken(this.env.INDEX_DB, caller.tenant, id);
    const result = this.#serve(
      caller,
      id,
      () => {
        if (!token) return refuse('unknown_token', 'The tenant has no token with this id.');
        const before = tokens.revokedAt(this.#sql, token.hash);
        if (before !== null) return { id, revokedAt: before };
        const now = Date.now();
        return this.ctx.storage.transactionSync(() => {
          tokens.revoke(this.#sql, token, now);
          audit.record(this.#sql, caller.tenant, caller, now, { action: 'token.revoked', subject: id });
          schedule(this.ctx.storage, 'revocations', now + tokens.INDEX_RETRY_MS);
          return { id, revokedAt: now };
        });
      },
      ['admin'],
    );
    if (!isRefusal(result)) await this.#indexRevocations(caller.tenant);
    return result;
  }

  /** Puts on record that the Worker turned a member away before the object was asked. */
  recordRefusal(caller: Caller, code: RefusalCode, subject: string): void {
    this.#serve(caller, subject, () => refuse(code, ''), EVERYBODY);
  }

  /** The chain, oldest first. */
  auditPage(caller: Caller<Person>, after: number, limit: number): AuditPage | Refusal {
    return this.#serve(caller, 'audit', () => audit.page(this.#sql, caller.tenant, after, limit), ['admin', 'auditor']);
  }

  override async alarm(): Promise<void> {
    const tenant = this.#requireTenant();
    const now = Date.now();
    const due = this.ctx.storage.transactionSync(() => {
      const taken = takeDue(this.ctx.storage, now);
      if (taken.includes('refusals')) audit.settleRefusals(this.#sql, tenant, now);
      // Asked for again before it is tried: were the object gone in the middle, the alarm would still come.
      if (taken.includes('revocations')) schedule(this.ctx.storage, 'revocations', now + tokens.INDEX_RETRY_MS);
      return taken;
    });
    if (due.includes('revocations')) await this.#indexRevocations(tenant);
  }

  // --- Inside ---

  get #sql(): SqlStorage {
    return this.ctx.storage.sql;
  }

  /** Every call from outside passes here: the object knows whose it is, a person's role or a token's revocation is checked again, a refusal recorded. */
  #serve<T>(
    caller: Caller,
    subject: string,
    act: () => T | Refusal,
    roles: readonly Person['role'][] = EVERYBODY,
  ): T | Refusal {
    this.#enter(caller.tenant);
    const result = this.#forbids(caller, roles) ?? act();
    if (isRefusal(result))
      this.ctx.storage.transactionSync(() =>
        audit.recordRefusal(this.ctx.storage, caller.tenant, caller, Date.now(), result.refused, subject),
      );
    return result;
  }

  /** The index follows; where it does not answer now, what is scheduled tries again. */
  async #indexRevocations(tenant: string): Promise<void> {
    try {
      await tokens.indexRevocations(this.#sql, this.env.INDEX_DB, tenant);
      done(this.ctx.storage, 'revocations');
    } catch {
      console.error(JSON.stringify({ event: 'index-unreachable', tenant }));
    }
  }

  #forbids(caller: Caller, roles: readonly Person['role'][]): Refusal | null {
    const { principal } = caller;
    if (principal.kind === 'person') return roleForbids(principal, roles);
    return tokens.revokedAt(this.#sql, principal.tokenHash) === null
      ? null
      : refuse('token_revoked', 'This machine token was revoked; have a new one issued.');
  }

  /** The first call makes the object its tenant's, for good; it never serves another. */
  #enter(tenant: string): void {
    if (this.#tenant === null) {
      const now = Date.now();
      this.#tenant = this.ctx.storage.transactionSync(() => {
        migrate(this.#sql, now);
        const known = first<{ tenant: string }>(this.#sql, 'SELECT tenant FROM identity');
        if (known) return known.tenant;
        this.#sql.exec('INSERT INTO identity VALUES (?, ?)', tenant, now);
        audit.record(this.#sql, tenant, SYSTEM, now, { action: 'tenant.initialized', subject: tenant });
        return tenant;
      });
    }
    if (this.#tenant !== tenant) throw new Error('a tenant object was asked to serve another tenant');
  }

  #requireTenant(): string {
    const known = this.#tenant ?? first<{ tenant: string }>(this.#sql, 'SELECT tenant FROM identity')?.tenant;
    if (!known) throw new Error('an alarm is set only by an object that knows its tenant');
    return known;
  }
}

const noTenantKey = () => refuse('no_tenant_key', 'An admin of the tenant has to do the first-time set-up.');
const unknownMachine = () => refuse('unknown_machine', 'The tenant has no machine with this id.');
const unknownRun = () => refuse('unknown_run', 'The tenant has no run with this id.');
