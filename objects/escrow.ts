// Secrets in escrow: accepted only sealed, versioned, never overwritten. This file stores ciphertext; nothing here opens it.
import { base64 } from '@scure/base';
import { RSA_BLOCK_BYTES, readSealed } from '../schema/jwe.ts';
import { type Refusal, refuse } from '../schema/refusal.ts';
import {
  type EscrowRequest,
  type Receipt,
  refKey,
  type Secret,
  type SecretKind,
  type SecretVersion,
} from '../schema/secret.ts';
import { all, first, type Row, sha256 } from './rows.ts';

export type VersionRow = Row & {
  secret_id: string;
  version: number;
  eid: string;
  run_id: string | null;
  format: SecretVersion['format'];
  bound: number;
  kid: string;
  sealed: string;
  sha256: string;
  first_kid: string;
  first_sha256: string;
  escrowed_at: number;
  audit_seq: number;
  audit_hash: string;
};

/** What the keyring says of a kid that a ciphertext names. */
export type KidState = 'active' | 'retiring' | 'retired' | 'destroyed' | 'unknown';

export type EscrowFacts = {
  tenant: string;
  hasKey: boolean;
  allowRaw: boolean;
  /** The version first received under this eid, if any. */
  earlier: VersionRow | null;
  kidState: (kid: string) => KidState;
};

/** `receipt`: a resend, answered as the first time. `store`: a new version under this kid. */
export type EscrowDecision =
  | Refusal
  | { receipt: Receipt }
  | { store: { kid: string; bound: boolean; sha256: string } };

/**
 * Decides on one escrow. Pure. A resend is recognized before anything else, so that it gets its original receipt also
 * after its key was destroyed; then structure, then the header against the body, then the key.
 */
export function decideEscrow(request: EscrowRequest, facts: EscrowFacts): EscrowDecision {
  const hash = sha256(request.sealed);
  if (facts.earlier) {
    if (facts.earlier.first_sha256 === hash) return { receipt: receiptOf(facts.earlier) };
    return refuse('eid_conflict', 'The eid was used before, for another ciphertext; a new secret needs a new eid.');
  }
  if (!facts.hasKey) return refuse('no_tenant_key', 'An admin of the tenant has to do the first-time set-up.');
  const opened = request.format === 'jwe' ? checkJwe(request, facts.tenant) : checkRaw(request, facts.allowRaw);
  if ('refused' in opened) return opened;
  const state = facts.kidState(opened.kid);
  if (state === 'unknown')
    return refuse('unknown_kid', 'The kid names no escrow key of this tenant; fetch the key again.');
  if (state === 'destroyed')
    return refuse('kid_destroyed', 'The escrow key was destroyed: make a new secret and seal it to the active key.');
  return { store: { ...opened, sha256: hash } };
}

type Checked = Refusal | { kid: string; bound: boolean };

function checkJwe(request: EscrowRequest, tenant: string): Checked {
  const sealed = readSealed(request.sealed);
  if (!sealed.ok) return refuse('not_sealed', `${sealed.field}: ${sealed.message}.`, [sealed]);
  const { header } = sealed;
  const same: [string, boolean][] = [
    ['tenant', header.tenant === tenant],
    ['machine', header.machine === request.machine],
    ['run', header.run === request.run],
    ['kind', header.kind === request.kind],
    ['eid', header.eid === request.eid],
    ['ref', refKey(header.ref) === refKey(request.ref)],
    ['kid', request.kid === undefined || header.kid === request.kid],
    // These three belong to what a person sealed or re-sealed; an engine has no use for them.
    ['by', header.by === undefined],
    ['src', header.src === undefined],
    ['bound', header.bound === undefined],
  ];
  const errors = same
    .filter(([, equal]) => !equal)
    .map(([field]) => ({ field: `sealed.header.${field}`, message: `differs from the body's ${field}` }));
  if (errors.length > 0) {
    const fields = errors.map((error) => error.field).join(', ');
    return refuse('header_mismatch', `The protected header must repeat the body: ${fields}.`, errors);
  }
  return { kid: header.kid, bound: true };
}

function checkRaw(request: EscrowRequest, allowed: boolean): Checked {
  if (!allowed)
    return refuse('raw_not_allowed', 'format rsa-oaep-256 needs the tenant setting allowRawRsaOaep; send a JWE.');
  let length = -1;
  try {
    length = base64.decode(request.sealed).length;
  } catch {
    // Not base64: refused below, like any other length.
  }
  if (length !== RSA_BLOCK_BYTES) {
    const message = `must be base64 of exactly ${RSA_BLOCK_BYTES} bytes`;
    return refuse('not_sealed', `sealed: ${message}.`, [{ field: 'sealed', message }]);
  }
  if (request.kid === undefined) throw new Error('the schema requires a kid with a raw ciphertext');
  return { kid: request.kid, bound: false };
}

export const findByEid = (sql: SqlStorage, eid: string): VersionRow | null =>
  first<VersionRow>(sql, 'SELECT * FROM secret_versions WHERE eid = ?', eid);

const receiptOf = (row: VersionRow): Receipt => ({
  secretId: row.secret_id,
  version: row.version,
  kid: row.first_kid,
  sha256: row.first_sha256,
  auditSeq: row.audit_seq,
  auditHash: row.audit_hash,
});

/** The secret that (machine, kind, ref) names and its next version; a new id where it is the first. */
export function placeFor(sql: SqlStorage, request: EscrowRequest): { secretId: string; version: number } {
  const row = first<{ id: string; latest_version: number }>(
    sql,
    'SELECT id, latest_version FROM secrets WHERE machine_id = ? AND kind = ? AND ref = ?',
    request.machine,
    request.kind,
    refKey(request.ref),
  );
  return { secretId: row?.id ?? crypto.randomUUID(), version: (row?.latest_version ?? 0) + 1 };
}

/** Stores one version, in the transaction that recorded it. The receipt is kept with it, for every later resend. */
export function storeVersion(
  sql: SqlStorage,
  request: EscrowRequest,
  bound: boolean,
  receipt: Receipt,
  at: number,
): void {
  sql.exec(
    `INSERT INTO secrets VALUES (?, ?, ?, ?, ?, NULL)
     ON CONFLICT (id) DO UPDATE SET latest_version = excluded.latest_version`,
    receipt.secretId,
    request.machine,
    request.kind,
    refKey(request.ref),
    receipt.version,
  );
  sql.exec(
    'INSERT INTO secret_versions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    receipt.secretId,
    receipt.version,
    request.eid,
    request.run,
    request.format,
    bound ? 1 : 0,
    receipt.kid,
    request.sealed,
    receipt.sha256,
    receipt.kid,
    receipt.sha256,
    at,
    receipt.auditSeq,
    receipt.auditHash,
  );
}

export type SecretRow = Row & {
  id: string;
  machine_id: string;
  kind: SecretKind;
  ref: string;
  latest_version: number;
  last_revealed_at: number | null;
};

/** Version metadata without its ciphertext. */
export const publicVersion = (row: Omit<VersionRow, 'sealed'>): SecretVersion => ({
  version: row.version as number,
  kid: row.kid as string,
  format: row.format as SecretVersion['format'],
  bound: row.bound === 1,
  run: row.run_id as string | null,
  eid: row.eid as string,
  escrowedAt: row.escrowed_at as number,
  sha256: row.sha256 as string,
});

/** A machine's secrets, metadata only: the query itself never selects `sealed`. */
export function secretsOf(sql: SqlStorage, machine: string): Secret[] {
  const secrets = all<SecretRow>(sql, 'SELECT * FROM secrets WHERE machine_id = ? ORDER BY kind, ref', machine);
  const versions = all<Omit<VersionRow, 'sealed'>>(
    sql,
    `SELECT secret_id, version, eid, run_id, format, bound, kid, sha256, escrowed_at FROM secret_versions
     WHERE secret_id IN (SELECT value FROM json_each(?)) ORDER BY secret_id, version DESC`,
    JSON.stringify(secrets.map((secret) => secret.id)),
  );
  return secrets.map((secret) => ({
    id: secret.id,
    machine: secret.machine_id,
    kind: secret.kind,
    ref: JSON.parse(secret.ref),
    lastRevealedAt: secret.last_revealed_at,
    versions: versions.filter((version) => version.secret_id === secret.id).map(publicVersion),
  }));
}
