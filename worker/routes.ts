// The whole public surface as one table: who may ask, what goes in, what comes out, what it puts on record.
import { z } from 'zod';
import { AuditExportRequest, AuditHeads, AuditPage, AuditQuery } from '../schema/audit.ts';
import { BulkPage, BulkPageRequest, VerifiedAnswer, VerifiedRequest } from '../schema/bulk.ts';
import { GrantList, GrantRequest } from '../schema/grant.ts';
import {
  Keyring,
  KeyringWrite,
  KeyringWritten,
  PublicKeyAnswer,
  UnlockerActed,
  UnlockerChanged,
} from '../schema/keyring.ts';
import {
  Machine,
  MachinePage,
  MachinesQuery,
  Overview,
  Run,
  RunList,
  Settings,
  SettingsWrite,
} from '../schema/machine.ts';
import {
  TenantCreate,
  TenantCreated,
  TenantPage,
  TenantStanding,
  TenantSuspend,
  TenantsQuery,
} from '../schema/operator.ts';
import { Me, Member, PeopleList, PersonAdd, PersonRemoved, RevealedReport, RoleChange } from '../schema/person.ts';
import { isRefusal } from '../schema/refusal.ts';
import { EventPage, REPORT_MAX_BYTES, Report, ReportAnswer } from '../schema/report.ts';
import {
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
import { EscrowRequest, Receipt, Revealed, RevealRequest, SECRET_MAX_BYTES, SecretList } from '../schema/secret.ts';
import { IssuedToken, TokenList, TokenRevoked, TokenRotate, TokenWrite } from '../schema/token.ts';
import { CSV, exportFile } from './audit-export.ts';
import { parseJson, parseWith } from './body.ts';
import { checkHealth, Health } from './health.ts';
import { openapi } from './openapi.ts';
import { createTenant, listTenants, setStanding } from './operator.ts';
import { NDJSON, parseReport } from './report-body.ts';
import { type BodyRule, machineRoute, memberRoute, operatorRoute, type Route } from './route.ts';

const ADMINS = ['admin'] as const;
const ENGINEERS = ['admin', 'engineer'] as const;
const AUDITORS = ['admin', 'auditor'] as const;
/** Reading ciphertexts in bulk is a permission of its own: today it is the admins'. */
const BULK_READERS = ADMINS;
const EVERYBODY = ['admin', 'engineer', 'auditor'] as const;

const KEYRING_MAX_BYTES = 2 * 1024 * 1024;
/** Fifty sealed secrets of the largest size, with what names them. */
const RESEAL_MAX_BYTES = 1024 * 1024;
/** An unlocker’s public half and its sealed private half. */
const GRANT_MAX_BYTES = 16 * 1024;
const FINDINGS_MAX_BYTES = 32 * 1024;
const SMALL_BODY_BYTES = 4 * 1024;

/** A plain JSON body, parsed whole by its schema. */
const json = <T>(schema: z.ZodType<T>, maxBytes: number): BodyRule<T> => ({
  schema,
  maxBytes,
  parse: (text) => {
    const parsed = parseJson(text);
    if (isRefusal(parsed)) return parsed;
    const result = parseWith(schema, parsed.json, 'invalid_body', 'body');
    return isRefusal(result) ? result : result.value;
  },
});

const EventsQuery = z.strictObject({
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(500).default(200),
});
const RevealedQuery = z.strictObject({
  after: z
    .string()
    .regex(/^[0-9a-f-]{36}\/\d{1,9}$/, { error: 'must be a cursor from an earlier answer' })
    .optional(),
});

/** Made at the first ask, then the same for the isolate's life. */
let document: ReturnType<typeof openapi> | null = null;

export const routes: readonly Route[] = [
  {
    method: 'GET',
    path: '/health',
    who: 'anyone',
    summary: 'Whether the Worker, D1 and a Durable Object answer',
    audit: null,
    answer: Health,
    handle: async ({ env }) => checkHealth(env, Date.now()),
  },
  {
    method: 'GET',
    path: '/openapi.json',
    who: 'anyone',
    summary: 'This API as OpenAPI 3.1',
    audit: null,
    answer: z.record(z.string(), z.unknown()),
    handle: async () => {
      document ??= openapi(routes);
      return document;
    },
  },
  machineRoute({
    method: 'GET',
    path: '/v1/tenant/pubkey',
    summary: 'The active escrow key and the root’s statement about it',
    audit: null,
    answer: PublicKeyAnswer,
    refuses: ['no_tenant_key'],
    handle: ({ object, caller }) => object.publicKey(caller),
  }),
  machineRoute({
    method: 'POST',
    path: '/v1/report',
    summary: 'Submit a report: one machine, one run, 1 to 500 events',
    audit: ['machine.enrolled'],
    body: { schema: Report, maxBytes: REPORT_MAX_BYTES, also: NDJSON, parse: parseReport },
    answer: ReportAnswer,
    refuses: ['run_conflict', 'too_many_events'],
    handle: ({ object, caller, body }) => object.report(caller, body),
  }),
  machineRoute({
    method: 'POST',
    path: '/v1/secret',
    summary: 'Take one sealed secret into escrow',
    audit: ['secret.escrowed'],
    body: json(EscrowRequest, SECRET_MAX_BYTES),
    answer: Receipt,
    status: 201,
    refuses: [
      'no_tenant_key',
      'eid_conflict',
      'run_conflict',
      'not_sealed',
      'header_mismatch',
      'unknown_kid',
      'kid_destroyed',
      'raw_not_allowed',
    ],
    handle: async ({ object, caller, body }) => {
      const result = await object.escrow(caller, body);
      return isRefusal(result) ? result : { status: result.created ? 201 : 200, json: result.receipt };
    },
  }),
  {
    method: 'GET',
    path: '/v1/me',
    who: 'person',
    summary: 'Who is signed in, and where they are a member',
    audit: null,
    answer: Me,
    handle: async ({ env, email, memberships }) => ({
      email,
      operator: env.operatorEmails.has(email),
      memberships: memberships.map((row) => ({
        tenant: row.tenant,
        name: row.tenantName,
        role: row.role,
        status: row.tenantStatus,
      })),
      // Whoever is a member nowhere has no admin to ask.
      ...(memberships.length === 0 ? { ask: [...env.operatorEmails] } : {}),
    }),
  },
  memberRoute({
    method: 'GET',
    path: '/v1/tenants/:tenant/overview',
    summary: 'Counts of the fleet and the state of the keyring',
    roles: EVERYBODY,
    audit: null,
    answer: Overview,
    handle: ({ object, caller, member }) => object.overview(caller, member.tenantName),
  }),
  memberRoute({
    method: 'GET',
    path: '/v1/tenants/:tenant/keyring',
    summary: 'The keyring: signed manifest, and the sealed parts that the person may fetch',
    roles: EVERYBODY,
    audit: null,
    answer: Keyring,
    refuses: ['no_tenant_key'],
    handle: ({ object, caller }) => object.keyring(caller),
  }),
  memberRoute({
    method: 'POST',
    path: '/v1/tenants/:tenant/keyring',
    summary: 'Write the keyring: the first set-up, and every change after it',
    roles: ADMINS,
    audit: [
      ...(['keyring.created', 'keyring.updated', 'root.replaced', 'unlocker.added', 'unlocker.removed'] as const),
      ...(['key.rotated', 'key.retired', 'key.destroyed'] as const),
    ],
    body: json(KeyringWrite, KEYRING_MAX_BYTES),
    answer: KeyringWritten,
    refuses: [
      'keyring_conflict',
      'keyring_invalid',
      'keyring_incomplete',
      'rotation_unfinished',
      'too_early',
      'not_proven',
    ],
    handle: ({ object, caller, body }) => object.writeKeyring(caller, body),
  }),
  memberRoute({
    method: 'GET',
    path: '/v1/tenants/:tenant/rotation',
    summary: 'Every escrow key there ever was, and what is left to re-seal',
    roles: EVERYBODY,
    audit: null,
    answer: Rotation,
    refuses: ['no_tenant_key'],
    handle: ({ object, caller }) => object.rotation(caller),
  }),
  memberRoute({
    method: 'POST',
    path: '/v1/tenants/:tenant/rotation/page',
    summary: 'Read ciphertexts under older keys in bulk, to re-seal them; on record, within a budget',
    roles: BULK_READERS,
    audit: ['secrets.read_in_bulk'],
    body: json(RotationPageRequest, SMALL_BODY_BYTES),
    answer: RotationPage,
    refuses: ['no_tenant_key', 'bulk_budget_exceeded'],
    handle: ({ object, caller, body }) => object.rotationPage(caller, body),
  }),
  memberRoute({
    method: 'POST',
    path: '/v1/tenants/:tenant/rotation/reseal',
    summary: 'Put re-sealed ciphertexts in the place of those they were made from',
    roles: ADMINS,
    audit: ['secrets.resealed'],
    body: json(ResealRequest, RESEAL_MAX_BYTES),
    answer: ResealAnswer,
    refuses: ['no_tenant_key', 'unknown_secret', 'not_sealed', 'header_mismatch'],
    handle: ({ object, caller, body }) => object.reseal(caller, body),
  }),
  memberRoute({
    method: 'POST',
    path: '/v1/tenants/:tenant/rotation/unopenable',
    summary: 'Mark a version that no held key opens; its ciphertext is kept for ever',
    roles: ADMINS,
    audit: ['secret.marked_unopenable'],
    body: json(MarkUnopenable, SMALL_BODY_BYTES),
    answer: Marked,
    refuses: ['unknown_secret', 'not_left_behind'],
    handle: ({ object, caller, body }) => object.markUnopenable(caller, body),
  }),
  memberRoute({
    method: 'POST',
    path: '/v1/tenants/:tenant/rotation/restore',
    summary: 'Put back what a version was before it was re-sealed',
    roles: ADMINS,
    audit: ['secret.restored'],
    body: json(RestoreReplaced, SMALL_BODY_BYTES),
    answer: Restored,
    refuses: ['unknown_secret', 'nothing_replaced'],
    handle: ({ object, caller, body }) => object.restoreReplaced(caller, body),
  }),
  memberRoute({
    method: 'GET',
    path: '/v1/tenants/:tenant/grants',
    summary: 'Requests for access that wait for an admin’s signature; one’s own, or all for an admin',
    roles: ENGINEERS,
    audit: null,
    answer: GrantList,
    handle: ({ object, caller }) => object.grants(caller),
  }),
  memberRoute({
    method: 'POST',
    path: '/v1/tenants/:tenant/grants',
    summary: 'Ask for access with an unlocker made in one’s own browser',
    roles: ENGINEERS,
    audit: ['grant.requested'],
    body: json(GrantRequest, GRANT_MAX_BYTES),
    answer: UnlockerActed,
    handle: ({ object, caller, body }) => object.requestGrant(caller, body),
  }),
  memberRoute({
    method: 'POST',
    path: '/v1/tenants/:tenant/grants/:grant/decline',
    summary: 'Decline a request for access, or take one’s own back',
    roles: ENGINEERS,
    audit: ['grant.declined'],
    body: json(z.strictObject({}), SMALL_BODY_BYTES),
    answer: UnlockerActed,
    refuses: ['unknown_grant'],
    handle: ({ object, caller, params }) => object.declineGrant(caller, params.grant ?? ''),
  }),
  memberRoute({
    method: 'POST',
    path: '/v1/tenants/:tenant/unlockers/:unlocker/change',
    summary: 'Put another sealed half in the place of one’s own, signed by the unlocker itself',
    roles: ENGINEERS,
    audit: ['unlocker.changed'],
    body: json(UnlockerChanged, GRANT_MAX_BYTES),
    answer: UnlockerActed,
    refuses: ['unknown_unlocker', 'unlocker_conflict'],
    handle: ({ object, caller, params, body }) => object.changeUnlocker(caller, params.unlocker ?? '', body),
  }),
  memberRoute({
    method: 'POST',
    path: '/v1/tenants/:tenant/recovery/:recovery/drilled',
    summary: 'Note that a recovery set was proven by a drill',
    roles: ADMINS,
    audit: ['recovery.drilled'],
    body: json(z.strictObject({}), SMALL_BODY_BYTES),
    answer: UnlockerActed,
    refuses: ['unknown_unlocker'],
    handle: ({ object, caller, params }) => object.noteDrill(caller, params.recovery ?? ''),
  }),
  memberRoute({
    method: 'POST',
    path: '/v1/tenants/:tenant/ciphertexts/page',
    summary: 'Read every ciphertext in bulk, to check or to export it; on record, within a budget',
    roles: BULK_READERS,
    audit: ['secrets.read_in_bulk'],
    body: json(BulkPageRequest, SMALL_BODY_BYTES),
    answer: BulkPage,
    refuses: ['bulk_budget_exceeded'],
    handle: ({ object, caller, body }) => object.bulkPage(caller, body),
  }),
  memberRoute({
    method: 'POST',
    path: '/v1/tenants/:tenant/ciphertexts/findings',
    summary: 'Keep what a browser found when it opened each version',
    roles: ADMINS,
    audit: ['secrets.verified', 'secret.marked_openable'],
    body: json(VerifiedRequest, FINDINGS_MAX_BYTES),
    answer: VerifiedAnswer,
    handle: ({ object, caller, body }) => object.takeFindings(caller, body),
  }),
  memberRoute({
    method: 'GET',
    path: '/v1/tenants/:tenant/people',
    summary: 'The tenant’s people, and how far each leaver’s act has come',
    roles: AUDITORS,
    audit: null,
    answer: PeopleList,
    handle: ({ object, caller }) => object.people(caller),
  }),
  memberRoute({
    method: 'POST',
    path: '/v1/tenants/:tenant/people',
    summary: 'Add a person by address; one who was removed comes back',
    roles: ADMINS,
    audit: ['person.added'],
    body: json(PersonAdd, SMALL_BODY_BYTES),
    answer: Member,
    status: 201,
    refuses: ['already_member', 'index_unreachable'],
    handle: ({ object, caller, body }) => object.addPerson(caller, body),
  }),
  memberRoute({
    method: 'POST',
    path: '/v1/tenants/:tenant/people/:person/role',
    summary: 'Change a person’s role at once; a lower one begins the leaver’s act',
    roles: ADMINS,
    audit: ['person.role_changed'],
    body: json(RoleChange, SMALL_BODY_BYTES),
    answer: Member,
    refuses: ['unknown_person', 'not_yourself', 'last_admin'],
    handle: ({ object, caller, params, body }) => object.changeRole(caller, params.person ?? '', body.role),
  }),
  memberRoute({
    method: 'POST',
    path: '/v1/tenants/:tenant/people/:person/remove',
    summary: 'Remove a person at once; what they could open is closed to them by the leaver’s act',
    roles: ADMINS,
    audit: ['person.removed'],
    body: json(z.strictObject({}), SMALL_BODY_BYTES),
    answer: PersonRemoved,
    refuses: ['unknown_person', 'not_yourself', 'last_admin'],
    handle: ({ object, caller, params }) => object.removePerson(caller, params.person ?? ''),
  }),
  memberRoute({
    method: 'GET',
    path: '/v1/tenants/:tenant/people/:person/revealed',
    summary: 'What a person has revealed, and which of it has no newer version since',
    roles: AUDITORS,
    audit: null,
    query: RevealedQuery,
    answer: RevealedReport,
    refuses: ['unknown_person'],
    handle: ({ object, caller, params, query }) => object.revealedBy(caller, params.person ?? '', query.after),
  }),
  memberRoute({
    method: 'GET',
    path: '/v1/tenants/:tenant/machines',
    summary: 'The fleet, a page at a time',
    roles: EVERYBODY,
    audit: null,
    query: MachinesQuery,
    answer: MachinePage,
    handle: ({ object, caller, query }) => object.machines(caller, query),
  }),
  memberRoute({
    method: 'GET',
    path: '/v1/tenants/:tenant/machines/:machine',
    summary: 'One machine with the history of its attributes',
    roles: EVERYBODY,
    audit: null,
    answer: Machine,
    refuses: ['unknown_machine'],
    handle: ({ object, caller, params }) => object.machine(caller, params.machine ?? ''),
  }),
  memberRoute({
    method: 'GET',
    path: '/v1/tenants/:tenant/machines/:machine/runs',
    summary: 'A machine’s runs, latest first',
    roles: EVERYBODY,
    audit: null,
    answer: RunList,
    refuses: ['unknown_machine'],
    handle: ({ object, caller, params }) => object.runs(caller, params.machine ?? ''),
  }),
  memberRoute({
    method: 'GET',
    path: '/v1/tenants/:tenant/machines/:machine/secrets',
    summary: 'A machine’s secrets: metadata, never ciphertext',
    roles: EVERYBODY,
    audit: null,
    answer: SecretList,
    refuses: ['unknown_machine'],
    handle: ({ object, caller, params }) => object.secrets(caller, params.machine ?? ''),
  }),
  memberRoute({
    method: 'GET',
    path: '/v1/tenants/:tenant/runs/:run',
    summary: 'One run with its phases',
    roles: EVERYBODY,
    audit: null,
    answer: Run,
    refuses: ['unknown_run'],
    handle: ({ object, caller, params }) => object.run(caller, params.run ?? ''),
  }),
  memberRoute({
    method: 'GET',
    path: '/v1/tenants/:tenant/runs/:run/events',
    summary: 'A run’s events by seq, a page at a time',
    roles: EVERYBODY,
    audit: null,
    query: EventsQuery,
    answer: EventPage,
    refuses: ['unknown_run'],
    handle: ({ object, caller, params, query }) => object.events(caller, params.run ?? '', query.after, query.limit),
  }),
  memberRoute({
    method: 'POST',
    path: '/v1/tenants/:tenant/secrets/:secret/reveal',
    summary: 'Reveal one ciphertext, with a reason, on record',
    roles: ENGINEERS,
    audit: ['secret.revealed'],
    body: json(RevealRequest, SMALL_BODY_BYTES),
    answer: Revealed,
    refuses: ['unknown_secret'],
    handle: ({ object, caller, params, body }) => object.reveal(caller, params.secret ?? '', body),
  }),
  memberRoute({
    method: 'GET',
    path: '/v1/tenants/:tenant/settings',
    summary: 'The tenant’s settings',
    roles: EVERYBODY,
    audit: null,
    answer: Settings,
    handle: ({ object, caller }) => object.settings(caller),
  }),
  memberRoute({
    method: 'POST',
    path: '/v1/tenants/:tenant/settings',
    summary: 'Change the tenant’s settings',
    roles: ADMINS,
    audit: ['settings.changed'],
    body: json(SettingsWrite, SMALL_BODY_BYTES),
    answer: Settings,
    handle: ({ object, caller, body }) => object.writeSettings(caller, body),
  }),
  memberRoute({
    method: 'GET',
    path: '/v1/tenants/:tenant/tokens',
    summary: 'The tenant’s machine tokens: whose, until when, last used, pinned to which root',
    roles: ADMINS,
    audit: null,
    answer: TokenList,
    handle: ({ object, caller }) => object.tokens(caller),
  }),
  memberRoute({
    method: 'POST',
    path: '/v1/tenants/:tenant/tokens',
    summary: 'Issue a machine token; it is in this answer only',
    roles: ADMINS,
    audit: ['token.issued'],
    body: json(TokenWrite, SMALL_BODY_BYTES),
    answer: IssuedToken,
    status: 201,
    refuses: ['unknown_fingerprint', 'index_unreachable'],
    handle: ({ object, caller, body }) => object.issueToken(caller, body),
  }),
  memberRoute({
    method: 'POST',
    path: '/v1/tenants/:tenant/tokens/:token/rotate',
    summary: 'Issue a token’s successor; the earlier one works on for the overlap',
    roles: ADMINS,
    audit: ['token.issued', 'token.rotated'],
    body: json(TokenRotate, SMALL_BODY_BYTES),
    answer: IssuedToken,
    status: 201,
    refuses: ['unknown_token', 'token_not_live', 'unknown_fingerprint', 'index_unreachable'],
    handle: ({ object, caller, params, body }) => object.rotateToken(caller, params.token ?? '', body),
  }),
  memberRoute({
    method: 'POST',
    path: '/v1/tenants/:tenant/tokens/:token/revoke',
    summary: 'Revoke a machine token at once',
    roles: ADMINS,
    audit: ['token.revoked'],
    body: json(z.strictObject({}), SMALL_BODY_BYTES),
    answer: TokenRevoked,
    refuses: ['unknown_token'],
    handle: ({ object, caller, params }) => object.revokeToken(caller, params.token ?? ''),
  }),
  memberRoute({
    method: 'GET',
    path: '/v1/tenants/:tenant/audit',
    summary: 'The audit chain in either order, filtered, a page at a time',
    roles: AUDITORS,
    audit: null,
    query: AuditQuery,
    answer: AuditPage,
    handle: ({ object, caller, query }) => object.auditPage(caller, query),
  }),
  memberRoute({
    method: 'GET',
    path: '/v1/tenants/:tenant/audit/head',
    summary: 'The chain’s head as the object has it, and as the index was told',
    roles: AUDITORS,
    audit: null,
    answer: AuditHeads,
    handle: async ({ object, caller, member }) => {
      const chain = await object.auditHead(caller);
      const index = member.auditSeq > 0 ? { seq: member.auditSeq, hash: member.auditHash } : null;
      return isRefusal(chain) ? chain : { chain, index };
    },
  }),
  memberRoute({
    method: 'POST',
    path: '/v1/tenants/:tenant/audit/export',
    summary: 'Export the audit, whole or filtered, as a file; on record',
    roles: AUDITORS,
    audit: ['audit.exported'],
    body: json(AuditExportRequest, SMALL_BODY_BYTES),
    answer: { streams: [NDJSON, CSV] },
    handle: async ({ object, caller, body }) => {
      const head = await object.exportAudit(caller, body);
      return isRefusal(head) ? head : exportFile(object, caller, body, head.seq);
    },
  }),
  operatorRoute({
    method: 'GET',
    path: '/v1/operator/tenants',
    summary: 'Tenants by name, with counts of each and nothing of its data',
    audit: null,
    query: TenantsQuery,
    answer: TenantPage,
    handle: ({ env, from, query }) => listTenants(env, from, query),
  }),
  operatorRoute({
    method: 'POST',
    path: '/v1/operator/tenants',
    summary: 'Create a tenant with its first admin',
    audit: ['tenant.created'],
    body: json(TenantCreate, SMALL_BODY_BYTES),
    answer: TenantCreated,
    status: 201,
    refuses: ['tenant_conflict'],
    handle: ({ body, ...c }) => createTenant(c, body),
  }),
  operatorRoute({
    method: 'POST',
    path: '/v1/operator/tenants/:tenant/suspend',
    summary: 'Suspend a tenant at once: nobody but operators is answered, engines keep their spool',
    audit: ['tenant.suspended'],
    body: json(TenantSuspend, SMALL_BODY_BYTES),
    answer: TenantStanding,
    refuses: ['unknown_tenant'],
    handle: ({ body, ...c }) => setStanding(c, { status: 'suspended', reason: body.reason }),
  }),
  operatorRoute({
    method: 'POST',
    path: '/v1/operator/tenants/:tenant/resume',
    summary: 'Resume a suspended tenant',
    audit: ['tenant.resumed'],
    body: json(z.strictObject({}), SMALL_BODY_BYTES),
    answer: TenantStanding,
    refuses: ['unknown_tenant'],
    handle: (c) => setStanding(c, { status: 'active', reason: '' }),
  }),
];
