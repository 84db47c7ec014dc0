// A tenant's object: the single writer of all that belongs to one tenant. It reads like a table of contents; the rules and
// the SQL stand in the modules beside it. It keeps sealed secrets and has no code that opens one.
import { DurableObject } from 'cloudflare:workers';
import type { AuditExportRequest, AuditPage, AuditQuery, ChainHead } from '../schema/audit.ts';
import type { BulkPage, BulkPageRequest, VerifiedAnswer, VerifiedRequest } from '../schema/bulk.ts';
import type { GrantList, GrantRequest } from '../schema/grant.ts';
import type {
  Keyring,
  KeyringWrite,
  KeyringWritten,
  PublicKeyAnswer,
  UnlockerActed,
  UnlockerChanged,
} from '../schema/keyring.ts';
import type { Machine, MachinePage, MachinesQuery, Overview, Run, RunList, Settings } from '../schema/machine.ts';
import type { TenantCounts, TenantCreated, TenantStanding, TenantStatus } from '../schema/operator.ts';
import type { PeopleList, PersonRemoved, RevealedReport } from '../schema/person.ts';
import { isRefusal, type Refusal, type RefusalCode, refuse } from '../schema/refusal.ts';
import type { EventPage, ReportAnswer } from '../schema/report.ts';
import type {
  Marked,
  MarkUnopenable,
  ResealAnswer,
  ResealRequest,
  Restored,
  RestoreReplaced,
  Rotation,
  RotationPage,
  RotationPageRequest,
} from '../schema/rotation.ts';
import type { EscrowRequest, Receipt, Revealed, RevealRequest, SecretList } from '../schema/secret.ts';
import type { TokenRevoked } from '../schema/token.ts';
import { done, INDEX_RETRY_MS, schedule, takeDue } from './alarms.ts';
import * as audit from './audit.ts';
import * as auditPages from './audit-pages.ts';
import * as bulk from './bulk.ts';
import type { Caller, Machine as MachinePrincipal, Operator, Person } from './caller.ts';
import { census } from './census.ts';
import * as counters from './counters.ts';
import * as creation from './creation.ts';
import { takeSecret } from './escrow.ts';
import * as events from './events.ts';
import { Gate } from './gate.ts';
import * as grants from './grants.ts';
import { tellHead } from './head.ts';
import * as keyring from './keyring.ts';
import { verifyWrite } from './keyring-rules.ts';
import { writeKeyring } from './keyring-store.ts';
import * as machines from './machines.ts';
import * as people from './people.ts';
import { type Submission, submitReport } from './reports.ts';
import * as reveals from './reveals.ts';
import * as rotation from './rotation.ts';
import * as runs from './runs.ts';
import { secretsOf } from './secrets.ts';
import * as settings from './settings.ts';
import * as standing from './standing.ts';
import * as tokens from './tokens.ts';
import * as unlockers from './unlockers.ts';

/** How many runs of one machine a list shows; a PC is provisioned a handful of times in its life. */
const RUNS_SHOWN = 100;

/** What the index has to follow; each is written until it has answered. */
const INDEXED = ['revocations', 'people', 'head', 'creation', 'standing'] as const;

/** What of the Worker's bindings an object uses: the index, which only it writes for its tenant. */
type ObjectBindings = { INDEX_DB: D1Database };

export class Tenant extends DurableObject<ObjectBindings> {
  readonly #gate = new Gate(this.ctx.storage);

  /** Answers without touching storage: for `/health`, on a fixed probe object that never becomes a tenant. */
  ping(): 'pong' {
    return 'pong';
  }

  // --- What an engine asks ---

  publicKey(caller: Caller<MachinePrincipal>): PublicKeyAnswer | Refusal {
    return this.#gate.anybody(caller, 'pubkey', () => keyring.publicKey(this.#sql) ?? keyring.noTenantKey());
  }

  report(caller: Caller<MachinePrincipal>, submission: Submission): ReportAnswer | Refusal {
    return this.#gate.anybody(caller, submission.machine.id, (now) =>
      submitReport(this.ctx.storage, caller, submission, now),
    );
  }

  escrow(caller: Caller<MachinePrincipal>, request: EscrowRequest): { created: boolean; receipt: Receipt } | Refusal {
    return this.#gate.anybody(caller, request.machine, (now) => takeSecret(this.ctx.storage, caller, request, now));
  }

  // --- What a person asks ---

  overview(caller: Caller<Person>, name: string): Overview | Refusal {
    return this.#gate.anybody(caller, 'overview', () => {
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
        custody: keyring.custody(this.#sql),
        rollbackNoticed: auditPages.rollbackNotice(this.#sql)?.at ?? null,
      };
    });
  }

  machines(caller: Caller<Person>, query: MachinesQuery): MachinePage | Refusal {
    return this.#gate.anybody(
      caller,
      'machines',
      () =>
        machines.listMachines(this.#sql, query) ??
        refuse('invalid_query', 'after: must be a cursor from an earlier answer with the same sort.'),
    );
  }

  machine(caller: Caller<Person>, id: string): Machine | Refusal {
    return this.#gate.anybody(caller, id, () => machines.findMachine(this.#sql, id) ?? unknownMachine());
  }

  runs(caller: Caller<Person>, machine: string): RunList | Refusal {
    return this.#gate.anybody(caller, machine, () =>
      machines.machineExists(this.#sql, machine)
        ? { runs: runs.runsOf(this.#sql, machine, RUNS_SHOWN).map(runs.publicRun) }
        : unknownMachine(),
    );
  }

  run(caller: Caller<Person>, id: string): Run | Refusal {
    return this.#gate.anybody(caller, id, () => {
      const run = runs.findRun(this.#sql, id);
      return run ? runs.publicRun(run) : unknownRun();
    });
  }

  events(caller: Caller<Person>, run: string, after: number, limit: number): EventPage | Refusal {
    return this.#gate.anybody(caller, run, () =>
      runs.findRun(this.#sql, run) ? events.page(this.#sql, run, after, limit) : unknownRun(),
    );
  }

  secrets(caller: Caller<Person>, machine: string): SecretList | Refusal {
    return this.#gate.anybody(caller, machine, () =>
      machines.machineExists(this.#sql, machine) ? { secrets: secretsOf(this.#sql, machine) } : unknownMachine(),
    );
  }

  /** Hands out one ciphertext, with its audit entry or not at all. */
  reveal(caller: Caller<Person>, id: string, request: RevealRequest): Revealed | Refusal {
    return this.#gate.engineers(caller, id, (now) => reveals.reveal(this.ctx.storage, caller, id, request, now));
  }

  keyring(caller: Caller<Person>): Keyring | Refusal {
    return this.#gate.anybody(
      caller,
      'keyring',
      () =>
        keyring.readKeyring(this.#sql, { email: caller.principal.name, role: caller.principal.role }) ??
        keyring.noTenantKey(),
    );
  }

  /** Writes the keyring: signatures are verified first, without state; then it is decided and kept in one turn. */
  async writeKeyring(caller: Caller<Person>, write: KeyringWrite): Promise<KeyringWritten | Refusal> {
    const verified = await verifyWrite(caller.tenant, write);
    return this.#gate.admins(caller, 'keyring', (now) =>
      isRefusal(verified) ? verified : writeKeyring(this.ctx.storage, caller, verified, now),
    );
  }

  /** What waits for an admin's signature: all of it for an admin, their own for anybody else. */
  grants(caller: Caller<Person>): GrantList | Refusal {
    const { role, name } = caller.principal;
    return this.#gate.engineers(caller, 'grants', () => ({
      grants: grants.allGrants(this.#sql).filter((one) => role === 'admin' || one.email === name),
    }));
  }

  requestGrant(caller: Caller<Person>, request: GrantRequest): UnlockerActed | Refusal {
    return this.#gate.engineers(caller, request.unlocker.id, (now) =>
      grants.requestGrant(this.ctx.storage, caller, request, now),
    );
  }

  declineGrant(caller: Caller<Person>, id: string): UnlockerActed | Refusal {
    return this.#gate.engineers(caller, id, (now) => grants.declineGrant(this.ctx.storage, caller, id, now));
  }

  /** Another sealed half for an unlocker, by its owner: a new passphrase, or a new pin in it. */
  async changeUnlocker(caller: Caller<Person>, id: string, changed: UnlockerChanged): Promise<UnlockerActed | Refusal> {
    const verified = await unlockers.verifyChange(caller.tenant, id, changed);
    return this.#gate.engineers(caller, id, (now) =>
      isRefusal(verified) ? verified : unlockers.changeUnlocker(this.ctx.storage, caller, verified, now),
    );
  }

  noteDrill(caller: Caller<Person>, id: string): UnlockerActed | Refusal {
    return this.#gate.admins(caller, id, (now) => unlockers.noteDrill(this.ctx.storage, caller, id, now));
  }

  rotation(caller: Caller<Person>): Rotation | Refusal {
    return this.#gate.anybody(caller, 'rotation', () => {
      const keys = keyring.outline(this.#sql);
      if (!keys) return keyring.noTenantKey();
      return { keys: keyring.keyHistory(this.#sql), ...rotation.progress(this.#sql, keys.activeKid) };
    });
  }

  rotationPage(caller: Caller<Person>, request: RotationPageRequest): RotationPage | Refusal {
    return this.#gate.bulkReaders(caller, 'rotation', (now) =>
      rotation.readPage(this.ctx.storage, caller, request, now),
    );
  }

  reseal(caller: Caller<Person>, request: ResealRequest): ResealAnswer | Refusal {
    return this.#gate.admins(caller, 'rotation', (now) => rotation.takePage(this.ctx.storage, caller, request, now));
  }

  markUnopenable(caller: Caller<Person>, request: MarkUnopenable): Marked | Refusal {
    return this.#gate.admins(caller, request.secret, (now) => rotation.giveUp(this.ctx.storage, caller, request, now));
  }

  restoreReplaced(caller: Caller<Person>, request: RestoreReplaced): Restored | Refusal {
    return this.#gate.admins(caller, request.secret, (now) => rotation.restore(this.ctx.storage, caller, request, now));
  }

  /** A page of every ciphertext, for a health sweep or an export. */
  bulkPage(caller: Caller<Person>, request: BulkPageRequest): BulkPage | Refusal {
    return this.#gate.bulkReaders(caller, request.purpose, (now) =>
      bulk.readPage(this.ctx.storage, caller, request, now),
    );
  }

  takeFindings(caller: Caller<Person>, request: VerifiedRequest): VerifiedAnswer | Refusal {
    return this.#gate.admins(caller, 'health', (now) => bulk.takeFindings(this.ctx.storage, caller, request, now));
  }

  /** The tenant's people, and how far each leaver's act has come. */
  async people(caller: Caller<Person>): Promise<PeopleList | Refusal> {
    const indexed = await people.activePeople(this.env.INDEX_DB, caller.tenant);
    return this.#gate.auditors(caller, 'people', () => {
      this.ctx.storage.transactionSync(() => people.adopt(this.#sql, indexed));
      return { people: people.members(this.#sql), leavers: people.leavers(this.#sql) };
    });
  }

  /** Begins a leaver's act: out here at once, in the index as soon as it answers. */
  async removePerson(caller: Caller<Person>, id: string): Promise<PersonRemoved | Refusal> {
    const indexed = await people.activePeople(this.env.INDEX_DB, caller.tenant);
    const result = this.#gate.admins(caller, id, (now) =>
      people.removePerson(this.ctx.storage, caller, indexed, id, now),
    );
    if (!isRefusal(result)) await this.#index('people');
    return result;
  }

  /** What a person has revealed, and which of it has no newer version since. */
  async revealedBy(caller: Caller<Person>, id: string, after: string | undefined): Promise<RevealedReport | Refusal> {
    const indexed = await people.activePeople(this.env.INDEX_DB, caller.tenant);
    return this.#gate.auditors(caller, id, () => {
      this.ctx.storage.transactionSync(() => people.adopt(this.#sql, indexed));
      return reveals.report(this.#sql, id, after);
    });
  }

  settings(caller: Caller<Person>): Settings | Refusal {
    return this.#gate.anybody(caller, 'settings', () => settings.readSettings(this.#sql));
  }

  writeSettings(caller: Caller<Person>, next: Settings): Settings | Refusal {
    return this.#gate.admins(caller, 'settings', (now) =>
      this.ctx.storage.transactionSync(() => {
        settings.writeSettings(this.#sql, next);
        audit.record(this.#sql, caller.tenant, caller, now, {
          action: 'settings.changed',
          subject: caller.tenant,
          detail: { allowRawRsaOaep: next.allowRawRsaOaep },
        });
        return next;
      }),
    );
  }

  /** Takes a machine token out of use: here at once, in the index as soon as it answers. */
  async revokeToken(caller: Caller<Person>, id: string): Promise<TokenRevoked | Refusal> {
    const token = await tokens.findToken(this.env.INDEX_DB, caller.tenant, id);
    const result = this.#gate.admins(caller, id, (now) => {
      if (!token) return refuse('unknown_token', 'The tenant has no token with this id.');
      const before = tokens.revokedAt(this.#sql, token.hash);
      if (before !== null) return { id, revokedAt: before };
      return this.ctx.storage.transactionSync(() => {
        tokens.revoke(this.#sql, token, now);
        audit.record(this.#sql, caller.tenant, caller, now, { action: 'token.revoked', subject: id });
        schedule(this.ctx.storage, 'revocations', now + INDEX_RETRY_MS);
        return { id, revokedAt: now };
      });
    });
    if (!isRefusal(result)) await this.#index('revocations');
    return result;
  }

  // --- What an operator asks ---

  /** Counts for the operators' list, and the status that holds; `indexed` is the tenant's row as the Worker read it. */
  async census(
    caller: Caller<Operator>,
    indexed: standing.IndexedStanding,
  ): Promise<{ status: TenantStatus; counts: TenantCounts } | Refusal> {
    const [indexedPeople, indexedTokens] = await Promise.all([
      people.activePeople(this.env.INDEX_DB, caller.tenant),
      tokens.liveTokens(this.env.INDEX_DB, caller.tenant, Date.now()),
    ]);
    return this.#gate.operators(caller, caller.tenant, (now) =>
      this.ctx.storage.transactionSync(() => {
        standing.adopt(this.#sql, caller.tenant, indexed, now);
        const counts = census(this.#sql, indexedPeople, indexedTokens);
        return { status: standing.statusOf(this.#sql), counts };
      }),
    );
  }

  /** The creation of this tenant with its first admin; the tenant's row stands in the index already. */
  async create(
    caller: Caller<Operator>,
    wanted: creation.TenantWanted,
  ): Promise<{ created: boolean; tenant: TenantCreated } | Refusal> {
    const inUse = await creation.isInUse(this.env.INDEX_DB, caller.tenant);
    const result = this.#gate.operators(caller, caller.tenant, (now) =>
      creation.createTenant(this.ctx.storage, caller, wanted, inUse, now),
    );
    if (!isRefusal(result)) await this.#index('creation');
    return result;
  }

  /** Suspends or resumes the tenant: here at once, in the index as soon as it answers. */
  async setStanding(
    caller: Caller<Operator>,
    indexed: standing.IndexedStanding,
    wanted: { status: TenantStatus; reason: string },
  ): Promise<TenantStanding | Refusal> {
    const result = this.#gate.operators(caller, caller.tenant, (now) =>
      standing.setStanding(this.ctx.storage, caller, indexed, wanted, now),
    );
    if (!isRefusal(result)) await this.#index('standing');
    return result;
  }

  /** Puts on record that the Worker turned a member away before the object was asked. */
  recordRefusal(caller: Caller<MachinePrincipal | Person>, code: RefusalCode, subject: string): void {
    this.#gate.anybody(caller, subject, () => refuse(code, ''));
  }

  auditPage(caller: Caller<Person>, query: AuditQuery): AuditPage | Refusal {
    return this.#gate.auditors(caller, 'audit', () => auditPages.page(this.#sql, caller.tenant, query));
  }

  auditHead(caller: Caller<Person>): ChainHead | Refusal {
    return this.#gate.auditors(caller, 'audit', () => audit.requireHead(this.#sql));
  }

  /** Puts an export on record; its pages follow by `auditPage`. Answers the last entry it may hold. */
  exportAudit(caller: Caller<Person>, request: AuditExportRequest): ChainHead | Refusal {
    return this.#gate.auditors(caller, 'audit', (now) =>
      this.ctx.storage.transactionSync(() => auditPages.recordExport(this.#sql, caller, request, now)),
    );
  }

  override async alarm(): Promise<void> {
    const tenant = this.#gate.requireTenant();
    const now = Date.now();
    const due = this.ctx.storage.transactionSync(() => {
      const taken = takeDue(this.ctx.storage, now);
      if (taken.includes('refusals')) audit.settleRefusals(this.#sql, tenant, now);
      // Asked for again before it is tried: were the object gone in the middle, the alarm would still come.
      for (const what of INDEXED) if (taken.includes(what)) schedule(this.ctx.storage, what, now + INDEX_RETRY_MS);
      return taken;
    });
    for (const what of INDEXED) if (due.includes(what)) await this.#index(what);
    this.#gate.follow(now);
  }

  // --- Inside ---

  get #sql(): SqlStorage {
    return this.ctx.storage.sql;
  }

  /** The index follows; where it does not answer now, what is scheduled tries again. */
  async #index(what: (typeof INDEXED)[number]): Promise<void> {
    const tenant = this.#gate.requireTenant();
    try {
      await this.#written(what, tenant);
      done(this.ctx.storage, what);
    } catch {
      console.error(JSON.stringify({ event: 'index-unreachable', tenant }));
    }
  }

  #written(what: (typeof INDEXED)[number], tenant: string): Promise<void> {
    const { INDEX_DB } = this.env;
    switch (what) {
      case 'people':
        return people.indexRemovals(this.#sql, INDEX_DB, tenant);
      case 'revocations':
        return tokens.indexRevocations(this.#sql, INDEX_DB, tenant);
      case 'head':
        return tellHead(this.ctx.storage, INDEX_DB, tenant, Date.now()).then((seq) => this.#gate.told(seq));
      case 'creation':
        return creation.indexFirstAdmin(this.#sql, INDEX_DB, tenant);
      case 'standing':
        return standing.indexStanding(this.ctx.storage, INDEX_DB, tenant);
      default:
        return what satisfies never;
    }
  }
}

const unknownMachine = () => refuse('unknown_machine', 'The tenant has no machine with this id.');
const unknownRun = () => refuse('unknown_run', 'The tenant has no run with this id.');
