// Calls of an engine, with its tenant’s machine token.
import { PublicKeyAnswer } from '../keyring.ts';
import { NDJSON, REPORT_MAX_BYTES, ReportAnswer, ReportAsSent } from '../report.ts';
import { EscrowRequest, Receipt, SECRET_MAX_BYTES } from '../secret.ts';
import { type Body, json, type Rows } from './row.ts';

/** A report that fits the schema is kept as it is; of any other as much as possible is kept. */
export const REPORT = {
  ...json(ReportAsSent, REPORT_MAX_BYTES),
  also: {
    type: NDJSON,
    description:
      'The first line is the same object without `events`; each line after it is one event. At most 500 events.',
  },
  note: 'An event is at most 16 KiB as JSON in UTF-8. What does not fit the schema is mended and kept where it has an identity: `machine.id`, `run.id`, and of an event `seq` and a known `type`. Members that are not listed are ignored.',
} satisfies Body;

export const SECRET = {
  ...json(EscrowRequest, SECRET_MAX_BYTES),
  note: '`sealed` is a compact JWE whose protected header repeats `machine`, `run`, `kind`, `eid` and `ref`, or, with `format` `rsa-oaep-256`, standard base64 of 384 bytes. A member that is not listed is refused.',
};

export const engine = {
  'GET /v1/tenant/pubkey': {
    who: 'machine',
    summary: 'The active escrow key and the root’s statement about it',
    audit: null,
    answer: PublicKeyAnswer,
    refuses: ['no_tenant_key'],
  },
  'POST /v1/report': {
    who: 'machine',
    summary: 'Submit a report: one machine, one run, 1 to 500 events',
    audit: ['machine.enrolled', 'machine.restored'],
    // Windows PowerShell sends Latin-1 unless it is told otherwise: a letter is lost, the event is not.
    body: { ...REPORT, brokenLetters: true },
    answer: ReportAnswer,
    refuses: ['run_conflict', 'shared_machine_id', 'too_many_events', 'token_quota_exceeded', 'machine_quota_exceeded'],
  },
  'POST /v1/secret': {
    who: 'machine',
    summary: 'Take one sealed secret into escrow',
    audit: ['secret.escrowed', 'secret.receipted', 'machine.enrolled', 'machine.restored'],
    body: SECRET,
    answer: Receipt,
    status: 201,
    refuses: [
      'no_tenant_key',
      'eid_conflict',
      'shared_machine_id',
      'not_sealed',
      'header_mismatch',
      'unknown_kid',
      'kid_destroyed',
      'raw_not_allowed',
      'token_quota_exceeded',
      'secret_quota_exceeded',
    ],
  },
} as const satisfies Rows;
