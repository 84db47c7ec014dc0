// A tenant's object: the single writer of all that belongs to one tenant. It reads like a table of contents; the rules and
// the SQL stand in the modules beside it. It keeps sealed secrets and has no code that opens one.
import { DurableObject } from 'cloudflare:workers';
import type { AsideActed, Brought, BroughtQuery, SetAside } from '../schema/aside.ts';
import type { AuditExportRequest, AuditPage, AuditQuery, ChainHead } from '../schema/audit.ts';
import type { BackupRequested, BackupState, RestoreAborted, RestoreAnswer, RestoreRequest } from '../schema/backup.ts';
import type { BulkPage, BulkPageRequest, VerifiedAnswer, VerifiedRequest } from '../schema/bulk.ts';
import type { GrantList, GrantRequest, GrantsQuery } from '../schema/grant.ts';
import type { Inspection } from '../schema/inspection.ts';
import type {
  DrillProven,
  Keyring,
  KeyringWrite,
  KeyringWritten,
  LineTaken,
  ManifestPage,
  OpenedWord,
  PublicKeyAnswer,
  SuccessionPage,
  UndoChange,
  UnlockerActed,
  UnlockerChanged,
} from '../schema/keyring.ts';
import type { LimitsAnswer, LimitsChange, OperatedLimits } from '../schema/limits.ts';
import type {
  Acknowledged,
  Activity,
  ClientList,
  ClientsQuery,
  HistoryPage,
  HistoryQuery,
  Machine,
  MachineMoved,
  MachinePage,
  MachinesQuery,
  MarkSeen,
  Overview,
  Run,
  RunList,
  RunsQuery,
  SearchResult,
  SplitRequest,
} from '../schema/machine.ts';
import type { TenantStatus, TenantSuspension } from '../schema/operator.ts';
import type {
  Member,
  PeopleList,
  PeopleQuery,
  PersonAdd,
  PersonRemoved,
  RevealedReport,
  Role,
} from '../schema/person.ts';
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
import type {
  Confirmed,
  ConfirmRequest,
  EscrowRequest,
  HandSecret,
  MarkCleared,
  Revealed,
  RevealRequest,
  RotatedRequest,
  SecretList,
  SecretsQuery,
  VersionPage,
  VersionsQuery,
} from '../schema/secret.ts';
import type { Settings, SettingsChange } from '../schema/settings.ts';
import type { IssuedToken, TokenList, TokenRevoked, TokenRotate, TokensQuery, TokenWrite } from '../schema/token.ts';
import type {
  DeliveryList,
  TestQueued,
  Webhook,
  WebhookActed,
  WebhookChange,
  WebhookList,
  WebhookMade,
  WebhookWrite,
} from '../schema/webhook.ts';
import { Administration } from './administration.ts';
import { broughtBy } from './aside/brought.ts';
import { bringBackAside } from './aside/set-aside.ts';
import * as audit from './audit/audit.ts';
import * as auditPages from './audit/pages.ts';
import { RunningExports } from './audit/running-exports.ts';
import * as backup from './backup/backup.ts';
import * as restore from './backup/restore.ts';
import type { Caller, Machine as MachinePrincipal, Operator, Person } from './core/caller.ts';
import { wasFull, watchFull } from './core/full.ts';
import { type AlarmNotes, logCalls, loggedAlarm, loggedCall } from './core/log.ts';
import { countRows } from './core/meter.ts';
import { isRestoring } from './core/restore-progress.ts';
import { arm, type DutyBindings, doDuties, makeRoom, takeTurn } from './duties.ts';
import { activityOf } from './fleet/activity.ts';
import { withAliases } from './fleet/aliases.ts';
import * as archive from './fleet/archive.ts';
import { listClients } from './fleet/clients.ts';
import * as events from './fleet/events.ts';
import { historyOf } from './fleet/histories.ts';
import { listMachines } from './fleet/list.ts';
import * as machines from './fleet/machines.ts';
import { acknowledge } from './fleet/marks.ts';
import { type Submission, submitReport } from './fleet/reports.ts';
import * as runs from './fleet/runs.ts';
import { search } from './fleet/search.ts';
import { split } from './fleet/splitting.ts';
import { Gate } from './gate.ts';
import * as grants from './keyring/grants.ts';
import * as keyring from './keyring/keyring.ts';
import { verifyWrite } from './keyring/rules.ts';
import { writeKeyring } from './keyring/store.ts';
import { lookAt } from './keyring/sweeps.ts';
import * as unlockers from './keyring/unlockers.ts';
import { readLimits } from './limits/limits.ts';
import { TokenUses } from './limits/token-uses.ts';
import { Live } from './live/live.ts';
import { readUpgrade } from './live/upgrade.ts';
import * as webhooks from './notices/webhooks.ts';
import { Operation } from './operation.ts';
import type { TenantWanted } from './operator/creation.ts';
import { inspect } from './operator/inspection.ts';
import { limitsAnswer, operatedLimits } from './operator/limit-uses.ts';
import { type IndexedTenant, indexedHead } from './outbox/index-rows.ts';
import * as outbox from './outbox/outbox.ts';
import { overviewOf } from './overview.ts';
import * as bulk from './secrets/bulk.ts';
import { takeByHand } from './secrets/by-hand.ts';
import { confirm } from './secrets/confirming.ts';
import { type Taken, takeSecret } from './secrets/escrow.ts';
import { undoChange } from './secrets/keyring-undo.ts';
import * as reveals from './secrets/reveals.ts';
import { sayRotated } from './secrets/rotated.ts';
import * as rotation from './secrets/rotation.ts';
import * as secrets from './secrets/secrets.ts';
import * as settings from './settings/settings.ts';
import { unknownToken } from './tokens/tokens.ts';

export class Tenant extends DurableObject<DutyBindings> {
  readonly #uses = new TokenUses(this.ctx.storage.sql);
  readonly #gate = new Gate(this.ctx.storage, this.#uses, (now) => arm(this.ctx.storage, this.env, now));
  readonly #administration = new Administration(this.ctx.storage, this.#gate, this.#uses, () => this.env.INDEX_DB);
  readonly #operation = new Operation(this.ctx.storage, this.#gate, () => this.env.INDEX_DB);
  readonly #live = new Live(this.ctx);
  readonly #exports = new RunningExports();

  constructor(ctx: DurableObjectState, env: DutyBindings) {
    super(ctx, env);
    countRows(ctx.storage.sql);
    watchFull(ctx.storage.sql, ctx.id.toString());
  }

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

  escrow(caller: Caller<MachinePrincipal>, request: EscrowRequest): Taken | Refusal {
    return this.#gate.anybody(caller, request.machine, (now) => takeSecret(this.ctx.storage, caller, request, now));
  }

  // --- What a person asks ---

  overview(caller: Caller<Person>, name: string): Overview | Refusal {
    return this.#gate.anybody(caller, 'overview', (now) => overviewOf(this.#sql, caller, name, now));
  }

  machines(caller: Caller<Person>, query: MachinesQuery): MachinePage | Refusal {
    return this.#gate.anybody(
      caller,
      'machines',
      () =>
        listMachines(this.#sql, query) ??
        refuse('invalid_query', 'after: must be a cursor from an earlier answer with the same sort.'),
    );
  }

  search(caller: Caller<Person>, q: string): SearchResult | Refusal {
    return this.#gate.anybody(caller, 'search', () => search(this.#sql, q));
  }

  /** Runs that began and ended, by the quarter of an hour. */
  activity(caller: Caller<Person>, days: number): Activity | Refusal {
    return this.#gate.anybody(caller, 'activity', (now) => activityOf(this.#sql, days, now));
  }

  clients(caller: Caller<Person>, query: ClientsQuery): ClientList | Refusal {
    return this.#gate.anybody(caller, 'clients', () => listClients(this.#sql, query));
  }

  machine(caller: Caller<Person>, id: string): Machine | Refusal {
    return this.#gate.anybody(caller, id, () => machines.findMachine(this.#sql, id) ?? unknownMachine());
  }

  /** What a machine's attributes were before. */
  history(caller: Caller<Person>, machine: string, query: HistoryQuery): HistoryPage | Refusal {
    return this.#gate.anybody(caller, machine, () =>
      machines.machineExists(this.#sql, machine)
        ? historyOf(this.#sql, withAliases(this.#sql, machine), query)
        : unknownMachine(),
    );
  }

  runs(caller: Caller<Person>, machine: string, query: RunsQuery): RunList | Refusal {
    return this.#gate.anybody(caller, machine, () =>
      machines.machineExists(this.#sql, machine)
        ? runs.runPage(this.#sql, withAliases(this.#sql, machine), query)
        : unknownMachine(),
    );
  }

  run(caller: Caller<Person>, id: string): Run | Refusal {
    return this.#gate.anybody(caller, id, () => {
      const run = runs.findRun(this.#sql, id);
      return run ? runs.publicRun(this.#sql, run) : unknownRun();
    });
  }

  events(caller: Caller<Person>, run: string, after: number, limit: number): EventPage | Refusal {
    return this.#gate.anybody(caller, run, () =>
      runs.findRun(this.#sql, run) ? events.page(this.#sql, run, after, limit) : unknownRun(),
    );
  }

  secrets(caller: Caller<Person>, machine: string, query: SecretsQuery): SecretList | Refusal {
    return this.#gate.anybody(caller, machine, () =>
      machines.machineExists(this.#sql, machine)
        ? (secrets.secretsOf(this.#sql, withAliases(this.#sql, machine), query) ??
          refuse('invalid_query', 'after: must be a cursor from an earlier answer.'))
        : unknownMachine(),
    );
  }

  /** The versions of one secret, those its list leaves out included. */
  versions(caller: Caller<Person>, secret: string, query: VersionsQuery): VersionPage | Refusal {
    return this.#gate.anybody(caller, secret, () =>
      secrets.findSecret(this.#sql, secret)
        ? secrets.versionsOf(this.#sql, secret, query)
        : refuse('unknown_secret', 'The tenant holds no secret with this id.'),
    );
  }

  /** Takes a secret that a person sealed in their browser. */
  addByHand(caller: Caller<Person>, machine: string, request: HandSecret): Taken | Refusal {
    return this.#gate.engineers(
      caller,
      machine,
      this.#gate.paced('personActs', caller, (now) => takeByHand(this.ctx.storage, caller, machine, request, now)),
    );
  }

  /** A report out of a spool file, as the engine would have sent it. */
  uploadReport(caller: Caller<Person>, submission: Submission): ReportAnswer | Refusal {
    return this.#gate.engineers(
      caller,
      submission.machine.id,
      this.#gate.paced('personActs', caller, (now) => submitReport(this.ctx.storage, caller, submission, now)),
    );
  }

  /** A sealed secret out of a spool file. */
  uploadSecret(caller: Caller<Person>, request: EscrowRequest): Taken | Refusal {
    return this.#gate.engineers(
      caller,
      request.machine,
      this.#gate.paced('personActs', caller, (now) => takeSecret(this.ctx.storage, caller, request, now)),
    );
  }

  archive(caller: Caller<Person>, machine: string): MachineMoved | Refusal {
    return this.#gate.engineers(
      caller,
      machine,
      this.#gate.paced('personActs', caller, (now) => archive.archive(this.ctx.storage, caller, machine, now)),
    );
  }

  restoreMachine(caller: Caller<Person>, machine: string): MachineMoved | Refusal {
    return this.#gate.engineers(
      caller,
      machine,
      this.#gate.paced('personActs', caller, (now) => archive.restore(this.ctx.storage, caller, machine, now)),
    );
  }

  /** Takes a mark away that a person has looked into. */
  acknowledge(caller: Caller<Person>, machine: string, seen: MarkSeen): Acknowledged | Refusal {
    return this.#gate.engineers(
      caller,
      machine,
      this.#gate.paced('personActs', caller, (now) => acknowledge(this.ctx.storage, caller, machine, seen, now)),
    );
  }

  /** An admin's word that several PCs have this id. */
  split(caller: Caller<Person>, machine: string, seen: SplitRequest): Acknowledged | Refusal {
    return this.#gate.admins(
      caller,
      machine,
      this.#gate.paced('personActs', caller, (now) => split(this.ctx.storage, caller, machine, seen, now)),
    );
  }

  merge(caller: Caller<Person>, machine: string, into: string): MachineMoved | Refusal {
    return this.#gate.engineers(
      caller,
      machine,
      this.#gate.paced('personActs', caller, (now) => archive.merge(this.ctx.storage, caller, machine, into, now)),
    );
  }

  unmerge(caller: Caller<Person>, machine: string): MachineMoved | Refusal {
    return this.#gate.engineers(
      caller,
      machine,
      this.#gate.paced('personActs', caller, (now) => archive.unmerge(this.ctx.storage, caller, machine, now)),
    );
  }

  /** Hands out one ciphertext, with its audit entry or not at all. */
  reveal(caller: Caller<Person>, id: string, request: RevealRequest): Revealed | Refusal {
    return this.#gate.engineers(caller, id, (now) => reveals.reveal(this.ctx.storage, caller, id, request, now));
  }

  /** Has a version that a person brought count, by an admin who has no part in it. */
  confirmSecret(caller: Caller<Person>, id: string, request: ConfirmRequest): Confirmed | Refusal {
    return this.#gate.admins(caller, id, (now) => confirm(this.ctx.storage, caller, id, request, now));
  }

  /** Takes the mark off a secret, on an admin's word that what was revealed of it is on the PC no more. */
  sayRotated(caller: Caller<Person>, id: string, request: RotatedRequest): MarkCleared | Refusal {
    return this.#gate.admins(caller, id, (now) => sayRotated(this.ctx.storage, caller, id, request, now));
  }

  keyring(caller: Caller<Person>): Keyring | Refusal {
    return this.#gate.anybody(
      caller,
      'keyring',
      (now) => keyring.readKeyring(this.#sql, caller, now) ?? keyring.noTenantKey(),
    );
  }

  /**
   * Writes the keyring: signatures are verified first, without state, and what may be lost with a key that it destroys is looked at a slice at
   * a time; then it is decided and kept in one turn.
   */
  async writeKeyring(caller: Caller<Person>, write: KeyringWrite): Promise<KeyringWritten | Refusal> {
    const verified = await verifyWrite(caller.tenant, write);
    const destroys = this.#gate.admins(caller, 'keyring', () =>
      isRefusal(verified) ? verified : keyring.kidsDestroyed(this.#sql, verified.manifest),
    );
    if (isRefusal(verified) || isRefusal(destroys)) return destroys as Refusal;
    const looked = await lookAt(this.#sql, destroys, caller.principal, write.sweep);
    return this.#gate.admins(caller, 'keyring', (now) => writeKeyring(this.ctx.storage, caller, verified, looked, now));
  }

  /** What waits for an admin's signature: all of it for an admin, their own for anybody else. */
  grants(caller: Caller<Person>, query: GrantsQuery): GrantList | Refusal {
    return this.#gate.engineers(caller, 'grants', () => grants.listGrants(this.#sql, caller.principal, query));
  }

  requestGrant(caller: Caller<Person>, request: GrantRequest): UnlockerActed | Refusal {
    return this.#gate.engineers(
      caller,
      request.unlocker.id,
      this.#gate.paced('personActs', caller, (now) => grants.requestGrant(this.ctx.storage, caller, request, now)),
    );
  }

  declineGrant(caller: Caller<Person>, id: string): UnlockerActed | Refusal {
    return this.#gate.engineers(
      caller,
      id,
      this.#gate.paced('personActs', caller, (now) => grants.declineGrant(this.ctx.storage, caller, id, now)),
    );
  }

  /** Another sealed half for an unlocker, by its owner: a new passphrase, or a new pin in it. */
  async changeUnlocker(caller: Caller<Person>, id: string, changed: UnlockerChanged): Promise<UnlockerActed | Refusal> {
    const verified = await unlockers.verifyChange(caller.tenant, id, changed);
    return this.#gate.engineers(
      caller,
      id,
      this.#gate.paced('personActs', caller, (now) =>
        isRefusal(verified) ? verified : unlockers.changeUnlocker(this.ctx.storage, caller, verified, now),
      ),
    );
  }

  /** The manifests from a version on: a browser walks from the one it has seen. */
  manifests(caller: Caller<Person>, from: number): ManifestPage | Refusal {
    return this.#gate.anybody(caller, 'keyring', () => keyring.manifestsFrom(this.#sql, from));
  }

  /** The successions of roots before a place. */
  successions(caller: Caller<Person>, before: number): SuccessionPage | Refusal {
    return this.#gate.anybody(caller, 'keyring', () => keyring.successionsBefore(this.#sql, before));
  }

  /** Somebody's browser took a keyring that does not follow on what it had seen. */
  noteLineTaken(caller: Caller<Person>, line: LineTaken): KeyringWritten | Refusal {
    return this.#gate.engineers(
      caller,
      'keyring',
      this.#gate.paced('personActs', caller, (now) => keyring.noteLineTaken(this.ctx.storage, caller, line, now)),
    );
  }

  /** An unlocker's word that it opened every key: what changes of the keyring replaced, and waited for it, goes. */
  async takeOpened(caller: Caller<Person>, id: string, opened: OpenedWord): Promise<UnlockerActed | Refusal> {
    const verified = await unlockers.verifyOpened(caller.tenant, id, opened);
    return this.#gate.admins(
      caller,
      id,
      this.#gate.paced('personActs', caller, (now) =>
        isRefusal(verified) ? verified : unlockers.takeOpened(this.ctx.storage, caller, verified, now),
      ),
    );
  }

  /** Takes back a change of the keyring, and all after it. */
  undoChange(caller: Caller<Person>, wanted: UndoChange): KeyringWritten | Refusal {
    return this.#gate.admins(caller, 'keyring', (now) => undoChange(this.ctx.storage, caller, wanted, now));
  }

  async noteDrill(caller: Caller<Person>, id: string, proven: DrillProven): Promise<UnlockerActed | Refusal> {
    const verified = await unlockers.verifyProof(caller.tenant, id, proven);
    return this.#gate.admins(
      caller,
      id,
      this.#gate.paced('personActs', caller, (now) =>
        isRefusal(verified) ? verified : unlockers.noteDrill(this.ctx.storage, caller, id, verified, now),
      ),
    );
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
    return this.#gate.admins(
      caller,
      request.secret,
      this.#gate.paced('personActs', caller, (now) => rotation.restore(this.ctx.storage, caller, request, now)),
    );
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
  people(caller: Caller<Person>, query: PeopleQuery): Promise<PeopleList | Refusal> {
    return this.#administration.people(caller, query);
  }

  addPerson(caller: Caller<Person>, wanted: PersonAdd): Promise<Member | Refusal> {
    return this.#administration.addPerson(caller, wanted);
  }

  changeRole(caller: Caller<Person>, id: string, role: Role): Promise<Member | Refusal> {
    return this.#administration.changeRole(caller, id, role);
  }

  /** Begins a leaver's act: out here at once, in the index as soon as it answers. */
  removePerson(caller: Caller<Person>, id: string): Promise<PersonRemoved | Refusal> {
    return this.#administration.removePerson(caller, id);
  }

  /** What a person has revealed, and which of it has no newer version since. */
  revealedBy(caller: Caller<Person>, id: string, after: string | undefined): Promise<RevealedReport | Refusal> {
    return this.#administration.revealedBy(caller, id, after);
  }

  settings(caller: Caller<Person>): Settings | Refusal {
    return this.#gate.anybody(caller, 'settings', () => settings.readSettings(this.#sql));
  }

  changeSettings(caller: Caller<Person>, change: SettingsChange): Settings | Refusal {
    return this.#gate.admins(
      caller,
      'settings',
      this.#gate.paced('personActs', caller, (now) => settings.changeSettings(this.ctx.storage, caller, change, now)),
    );
  }

  /** What counts for the tenant, and what of it is used. */
  limits(caller: Caller<Person>): LimitsAnswer | Refusal {
    return this.#gate.admins(caller, 'limits', (now) => limitsAnswer(this.#sql, this.#uses, now));
  }

  tokens(caller: Caller<Person>, query: TokensQuery): Promise<TokenList | Refusal> {
    return this.#administration.tokens(caller, query);
  }

  issueToken(caller: Caller<Person>, wanted: TokenWrite): Promise<IssuedToken | Refusal> {
    return this.#administration.issueToken(caller, wanted);
  }

  rotateToken(caller: Caller<Person>, id: string, wanted: TokenRotate): Promise<IssuedToken | Refusal> {
    return this.#administration.rotateToken(caller, id, wanted);
  }

  /** Takes a machine token out of use: here at once, in the index as soon as it answers. */
  revokeToken(caller: Caller<Person>, id: string): Promise<TokenRevoked | Refusal> {
    return this.#administration.revokeToken(caller, id);
  }

  /** How much a token brought, counted a page of the rows at a time. */
  brought(caller: Caller<Person>, id: string, query: BroughtQuery): Brought | Refusal {
    return this.#gate.admins(caller, id, () => broughtBy(this.#sql, id, query) ?? unknownToken());
  }

  /** Sets aside what a revoked token brought: kept, listed apart, counted nowhere. The alarm works it off. */
  setAside(caller: Caller<Person>, id: string, wanted: SetAside): Promise<AsideActed | Refusal> {
    return this.#administration.setAside(caller, id, wanted);
  }

  /** Brings back what was set aside with a token. */
  bringBackAside(caller: Caller<Person>, id: string): AsideActed | Refusal {
    return this.#gate.admins(caller, id, (now) => bringBackAside(this.ctx.storage, caller, id, now));
  }

  // --- The live sockets of persons ---

  /** Only for the upgrade of a live socket, which no RPC call can answer. What is refused is answered as a refusal in JSON. */
  override async fetch(request: Request): Promise<Response> {
    const { caller, asked } = readUpgrade(request);
    const accepted = loggedCall('live', caller, () =>
      this.#gate.anybody(
        caller,
        'live',
        this.#gate.paced('personSockets', caller, (now) => this.#live.accept(caller, asked, now)),
      ),
    );
    return isRefusal(accepted) ? Response.json(accepted) : accepted;
  }

  override webSocketMessage(socket: WebSocket, said: string | ArrayBuffer): void {
    this.#live.heard(socket, said, Date.now());
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    this.#live.closed(socket, code, this.#gate.requireTenant());
  }

  // --- What an operator asks ---

  census(caller: Caller<Operator>, row: IndexedTenant): ReturnType<Operation['census']> {
    return this.#operation.census(caller, row);
  }

  /** The creation of this tenant with its first admin; the tenant's row stands in the index already. */
  create(caller: Caller<Operator>, wanted: TenantWanted): ReturnType<Operation['create']> {
    return this.#operation.create(caller, wanted);
  }

  /** Suspends or resumes the tenant: here at once, in the index as soon as it answers. */
  setSuspension(
    caller: Caller<Operator>,
    row: IndexedTenant,
    wanted: { status: TenantStatus; reason: string },
  ): Promise<TenantSuspension | Refusal> {
    return this.#operation.setSuspension(caller, row, wanted);
  }

  operatedLimits(caller: Caller<Operator>): OperatedLimits | Refusal {
    return this.#gate.operators(caller, 'limits', (now) => operatedLimits(this.#sql, this.#uses, now));
  }

  changeLimits(caller: Caller<Operator>, change: LimitsChange): OperatedLimits | Refusal {
    return this.#operation.changeLimits(caller, change);
  }

  /** The object's health: numbers and states, while the tenant is suspended or a backup is on its way in, too. */
  async inspect(caller: Caller<Operator>): Promise<Inspection | Refusal> {
    // What is due is scheduled by the first call of all: this may be it.
    this.#gate.enter(caller.tenant);
    const around = {
      tenant: caller.tenant,
      alarmAt: await this.ctx.storage.getAlarm(),
      liveSockets: this.ctx.getWebSockets().length,
      backupOn: this.env.BACKUP !== undefined,
    };
    return this.#gate.operators(caller, 'inspect', (now) => inspect(this.#sql, around, now));
  }

  /** Puts on record that the Worker turned a member away before the object was asked. */
  recordRefusal(caller: Caller<MachinePrincipal | Person>, code: RefusalCode, subject: string): void {
    this.#gate.anybody(caller, subject, () => refuse(code, ''));
  }

  auditPage(caller: Caller<Person>, query: AuditQuery): AuditPage | Refusal {
    return this.#gate.auditors(caller, 'audit', (now) => {
      const page = auditPages.page(this.#sql, caller.tenant, query);
      this.#exports.asked(caller.requestId, page.next, now);
      return page;
    });
  }

  auditHead(caller: Caller<Person>): ChainHead | Refusal {
    return this.#gate.auditors(caller, 'audit', () => audit.requireHead(this.#sql));
  }

  /** Puts an export on record; its pages follow by `auditPage`. Answers the last entry it may hold. */
  exportAudit(caller: Caller<Person>, request: AuditExportRequest): ChainHead | Refusal {
    const begin = (now: number) => {
      const refusal = this.#exports.refuses(readLimits(this.#sql).exports, now);
      if (refusal) return refusal;
      const head = this.ctx.storage.transactionSync(() => auditPages.recordExport(this.#sql, caller, request, now));
      this.#exports.begin(caller.requestId, head.seq, now);
      return head;
    };
    return this.#gate.auditors(caller, 'audit', this.#gate.paced('personActs', caller, begin));
  }

  // --- Notices, backup, restore ---

  webhooks(caller: Caller<Person>): WebhookList | Refusal {
    return this.#gate.admins(caller, 'webhooks', () => webhooks.listWebhooks(this.#sql));
  }

  addWebhook(caller: Caller<Person>, write: WebhookWrite): WebhookMade | Refusal {
    return this.#gate.admins(
      caller,
      'webhooks',
      this.#gate.paced('personActs', caller, (now) =>
        webhooks.addWebhook(this.ctx.storage, caller, write, this.env, now),
      ),
    );
  }

  changeWebhook(caller: Caller<Person>, id: string, change: WebhookChange): Webhook | Refusal {
    return this.#gate.admins(caller, id, (now) =>
      webhooks.changeWebhook(this.ctx.storage, caller, id, change, this.env, now),
    );
  }

  removeWebhook(caller: Caller<Person>, id: string): WebhookActed | Refusal {
    return this.#gate.admins(caller, id, (now) => webhooks.removeWebhook(this.ctx.storage, caller, id, now));
  }

  pauseWebhook(caller: Caller<Person>, id: string, paused: boolean): Webhook | Refusal {
    return this.#gate.admins(
      caller,
      id,
      this.#gate.paced('personActs', caller, (now) => webhooks.pauseWebhook(this.ctx.storage, caller, id, paused, now)),
    );
  }

  testWebhook(caller: Caller<Person>, id: string): TestQueued | Refusal {
    return this.#gate.admins(
      caller,
      id,
      this.#gate.paced('webhookTests', caller, (now) => webhooks.testWebhook(this.ctx.storage, caller, id, now)),
    );
  }

  deliveries(caller: Caller<Person>, id: string): DeliveryList | Refusal {
    return this.#gate.admins(caller, id, () => webhooks.deliveryLog(this.#sql, id));
  }

  backupState(caller: Caller<Person>): BackupState | Refusal {
    return this.#gate.admins(caller, 'backup', () => backup.backupState(this.#sql, this.env.BACKUP !== undefined));
  }

  requestBackup(caller: Caller<Person>): BackupRequested | Refusal {
    const on = this.env.BACKUP !== undefined;
    return this.#gate.admins(
      caller,
      'backup',
      this.#gate.paced('personActs', caller, (now) => backup.requestBackup(this.ctx.storage, caller, on, now)),
    );
  }

  /** Puts a backup into this object, which must be empty. Asked again, it goes on where it stopped. */
  async restore(caller: Caller<Operator>, { at, firstAdmin }: RestoreRequest): Promise<RestoreAnswer | Refusal> {
    const { BACKUP: bucket, INDEX_DB } = this.env;
    const found = bucket ? await restore.findBackup(bucket, caller.tenant, at) : backup.backupOff();
    const word = isRefusal(found) ? found : await restore.askIndex(INDEX_DB, caller.tenant, found);
    // Where the index does not answer, the notices of this chain still tell.
    const indexed = await outbox.ask(() => indexedHead(INDEX_DB, caller.tenant));
    const begun = this.#gate.operators(caller, 'restore', () =>
      isRefusal(found) ? found : isRefusal(word) ? word : restore.beginRestore(this.ctx.storage, found, indexed),
    );
    if (!bucket || isRefusal(begun) || isRefusal(found) || isRefusal(word)) return begun as Refusal;
    const answer = await restore.goOn(this.ctx.storage, bucket, caller, found, { word, firstAdmin });
    return this.#gate.operators(caller, 'restore', () => answer);
  }

  /** Ends a restore that is on its way; leaves the object empty. */
  abortRestore(caller: Caller<Operator>): RestoreAborted | Refusal {
    return this.#gate.operators(caller, 'restore', (now) => restore.abort(this.ctx.storage, caller, now));
  }

  override alarm(info?: AlarmInvocationInfo): Promise<void> {
    return loggedAlarm(info?.retryCount ?? 0, (notes) => this.#doWhatIsDue(notes));
  }

  // --- Inside ---

  async #doWhatIsDue(notes: AlarmNotes): Promise<void> {
    const tenant = this.#gate.requireTenant();
    notes.tenant = tenant;
    // A backup half in is nobody's state to act on; its last step sets the alarm again.
    if (isRestoring(this.#sql)) return;
    const now = Date.now();
    if (wasFull(this.#sql, now)) return makeRoom(this.ctx.storage, now);
    const due = takeTurn(this.ctx.storage, tenant, now);
    notes.due = due;
    await doDuties(
      {
        storage: this.ctx.storage,
        env: this.env,
        tenant,
        told: (seq) => this.#gate.told(seq),
        lookAtSuspension: () => this.#operation.look(),
      },
      due,
    );
    this.#gate.follow(Date.now());
    arm(this.ctx.storage, this.env, Date.now());
  }

  get #sql(): SqlStorage {
    return this.ctx.storage.sql;
  }
}

logCalls(Tenant);

const unknownMachine = () => refuse('unknown_machine', 'The tenant has no machine with this id.');
const unknownRun = () => refuse('unknown_run', 'The tenant has no run with this id.');
