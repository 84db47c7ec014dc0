// A tenant with 100,000 rows of each kind: every route's reads and answers, and every alarm duty's reads, are bounded
// by one page or one slice, whatever lies beside it. A new route, or a new duty, fails here until it has its row. Times
// are printed.
import { runInDurableObject } from 'cloudflare:test';
import { beforeEach, describe, expect, it } from 'vitest';
import { DUTIES, type Due } from '../../objects/core/alarms.ts';
import { all } from '../../objects/core/rows.ts';
import { encode } from '../../objects/fleet/pack-body.ts';
import { PEOPLE_MAX } from '../../objects/people/people.ts';
import type { Keyring } from '../../schema/keyring.ts';
import { LogLine } from '../../schema/log.ts';
import type { Receipt, Revealed, SecretList, VersionPage } from '../../schema/secret.ts';
import { type LogWatch, watchLog } from '../support/log-watch.ts';
import { routes } from '../workerd/routes.ts';
import {
  asMachine,
  asPerson,
  bindings,
  changedUnlocker,
  drillProof,
  emailOf,
  event,
  grantRequest,
  handSecret,
  mustListen,
  newMachine,
  newRun,
  openedWord,
  resealedItem,
  sealedSecret,
  seedReadyTenant,
  type TestKeyring,
  type TestTenant,
  writeNext,
} from '../workerd-fixtures.ts';

const MANY = 100_000;
/** An answer that a browser reads at once. */
const MIB = 1024 * 1024;
/** Whose object it is, who asks, what is due, the counters. */
const BESIDE = 60;

const machine = { ...newMachine(), hostname: 'ACM-LT-0142' };
const run = newRun();
const PROTECTOR = 'ffffffff-5e6f-4a7b-8c9d-0e1f2a3b4c5d';
/** Of the many keys, and of the many other rows, one by its number. */
const nth = (i: number): string => `${hex(i, 8)}-0000-4000-8000-${hex(i, 12)}`;
const hex = (i: number, width: number): string => i.toString(16).padStart(width, '0');
/** A person has brought it. */
const BY_HAND = nth(2);
/** One that was re-sealed a great many times. */
const RESTORED = nth(3);
const TRUE_KEY = { kind: 'bitlocker_recovery_key', ref: { protectorId: PROTECTOR, volume: 'C:' } } as const;

type World = TestTenant & { keyring: TestKeyring; secret: string; sealed: string };
let world: World;
/** Its keyring as it was set up. */
let first: TestKeyring;

const inObject = <T>(
  use: (storage: DurableObjectStorage, object: { alarm(): unknown }) => T | Promise<T>,
): Promise<T> =>
  runInDurableObject(bindings.TENANT.getByName(world.id), (object, state) =>
    use(state.storage, object as never),
  ) as Promise<T>;

/** Numbers from 1 on, and an id made of one. */
const HASH = '0'.repeat(64);
const OLD_KID = 'o'.repeat(43);
/** Sealed to a key from a change that was taken back. */
const GONE_KID = 'w'.repeat(43);
const DESTROYED = 900;
const DESTROYED_KID = `${'g'.repeat(36)}000001A`;
/** One that names no unlocker. */
const MANIFEST = `e30.${btoa('{"unlockers":[]}').replaceAll('=', '')}.x`;
/** As many people as there are of each kind; a tenant may have fewer. */
const PEOPLE = "INSERT OR IGNORE INTO people @n SELECT @id, printf('p%06d@example.com', i), 'engineer', NULL, 1 FROM n";
const N = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)';
const ID = "printf('%08x-0000-4000-8000-%012x', i, i)";

/** Runs a statement that makes so many rows. */
const fillBy = (sql: SqlStorage, statement: string, count = MANY) =>
  sql.exec(statement.replace('@n', N).replaceAll('@id', ID), count);

/** Every kind of row, as many as allowed; kinds that a rule limits to a few are left to that rule. */
function fill(sql: SqlStorage, { secret, keyring }: World, now: number): void {
  const many = (statement: string, count = MANY) => fillBy(sql, statement, count);
  many(`INSERT INTO machines (id, hostname, serial, client, enrolled_at, started_at, run_id, run_status, phases_done,
      phases_total, secrets, attention, serial_changed, seq_conflict, place, to_rotate)
    @n SELECT @id, printf('PC-%06d', i), printf('SN%06x', i), 'Client ' || (i % 40), i, i, @id, 'running', 0, 1, 1,
      '["run_failed"]', 0, 0, 1000 + i, i % 2 FROM n`);
  many(
    `INSERT INTO machines (id, hostname, enrolled_at, started_at, phases_done, phases_total, secrets, attention,
      serial_changed, seq_conflict, shelf, merged_into, merged_at, merged_by, own_secrets)
    @n SELECT 'a' || substr(@id, 2), 'ALIAS', i, i, 0, 0, 1, '[]', 0, 0, 'merged', '${machine.id}', i, 'x', 1 FROM n`,
    MANY / 10,
  );
  many(`INSERT INTO runs (id, machine_id, status, status_seq, started_at, last_event_at, phases, reboots, warnings, errors,
      events, next_seq) @n SELECT @id, '${machine.id}', 'running', 0, i, i, '[]', 0, 0, 0, 1, 2 FROM n`);
  many(
    `INSERT INTO events @n SELECT '${run.id}', 10 + i, i, i, 'info', 'message', NULL, printf('%200d', i), NULL, NULL, NULL FROM n`,
  );
  const body = encode([
    {
      ...event(1),
      level: 'info',
      type: 'message',
      receivedAt: 1,
      phase: null,
      data: null,
      mended: null,
      takenAt: null,
    },
  ]);
  sql.exec(`INSERT INTO packs ${N} SELECT ?2, 1000000 + i, 1000000 + i, i, NULL, ?3 FROM n`, MANY, run.id, body);
  // Of each of the many runs the server has heard nothing for longer than events are kept.
  sql.exec(`INSERT INTO packs ${N} SELECT ${ID}, 1, 1, i, NULL, ?2 FROM n`, MANY, body);
  many(`INSERT INTO tombstones @n SELECT '${run.id}', ${MANY + 10} + i, 'invalid_event', i FROM n`);
  many(
    `INSERT INTO machine_attributes (machine_id, attribute, since_at, value) @n SELECT '${machine.id}', 'client', i, 'Client ' || i FROM n`,
  );
  many(`INSERT INTO clients @n SELECT 'A client ' || i, 1 FROM n`);
  many(`INSERT OR IGNORE INTO hours @n SELECT ${now - (now % 900_000)} - i * 900000, 1, 1, 1 FROM n`);
  many(`INSERT INTO search (rowid, machine, keys) @n SELECT 1000000 + i, '${machine.id}', @id FROM n`);
  // One machine's secrets, all of them revealed and come due; one secret's versions, none of which a sweep could open.
  many(`INSERT INTO secrets (id, machine_id, kind, ref, same, latest_version, rotate_due_at) @n
    SELECT @id, '${machine.id}', 'bitlocker_recovery_key', json_object('protectorId', @id, 'volume', 'D:'),
      json_array('protector', @id, 'D:'), 2, i FROM n`);
  // All of them came with the one token.
  const brought = `(SELECT audit_seq FROM secret_versions WHERE secret_id = '${secret}' AND version = 1)`;
  const version = (
    secretId: string,
    number: string,
    kid: string,
    eid: string,
    by = 'NULL',
  ) => `INSERT INTO secret_versions
    (secret_id, version, eid, format, bound, kid, sealed, sha256, first_kid, first_sha256, escrowed_at, audit_seq, audit_hash,
     finding, uploaded_by) @n SELECT ${secretId}, ${number}, ${eid}, 'jwe', 1, '${kid}', 'x', '${HASH}', '${kid}', '${HASH}', i, ${brought}, '${HASH}',
     'does_not_open', ${by} FROM n`;
  many(version('@id', '1', OLD_KID, "'e' || i"));
  many(version('@id', '2', GONE_KID, "'g' || i"));
  // Those of the one secret a person has brought, and nobody has confirmed: the first counts.
  many(version(`'${secret}'`, 'i + 1', keyring.kid, "'f' || i", "'engineer@example.com'"));
  sql.exec("UPDATE secret_versions SET sealed_by = 'engineer@example.com' WHERE secret_id = ?", BY_HAND);
  sql.exec('UPDATE secrets SET latest_version = ? WHERE id = ?', MANY + 1, secret);
  sql.exec('UPDATE machines SET own_secrets = ?, own_keys = ? WHERE id = ?', MANY + 1, MANY + 1, machine.id);
  for (const kid of [OLD_KID, GONE_KID]) sql.exec('INSERT INTO held VALUES (?, ?, 0)', kid, MANY);
  sql.exec('UPDATE held SET openable = openable + ? WHERE kid = ?', MANY, keyring.kid);
  const key = (kid: string, epoch: string, state: string) =>
    `INSERT INTO escrow_keys (kid, key_epoch, state, jwk, statement, made_at, made_by) @n
     SELECT ${kid}, ${epoch}, '${state}', '{}', '', i, 'x' FROM n`;
  many(key(`'${'g'.repeat(36)}' || printf('%06d', i) || 'A'`, 'i', 'destroyed'), DESTROYED);
  many(key(`'${OLD_KID}'`, String(DESTROYED + 1), 'retiring'), 1);
  // Its halves are as those of the active one.
  sql.exec(
    `UPDATE escrow_keys SET (jwk, statement, vault_epoch, sealed) =
       (SELECT jwk, statement, vault_epoch, sealed FROM escrow_keys WHERE kid = ?) WHERE kid = ?`,
    keyring.kid,
    OLD_KID,
  );
  sql.exec('UPDATE escrow_keys SET key_epoch = ? WHERE kid = ?', DESTROYED + 2, keyring.kid);
  many(`INSERT INTO replaced @n SELECT '${DESTROYED_KID}', @id, 1, '${HASH}', 'jwe', 'x', i, 0 FROM n`);
  many(`INSERT INTO replaced @n SELECT '${OLD_KID}', '${RESTORED}', 1, printf('%064x', i), 'jwe', 'x', i, 0 FROM n`);
  many(`INSERT INTO replaced @n SELECT '${OLD_KID}', @id, 2, '${HASH}', 'jwe', 'x', i, 0 FROM n`);
  many(`INSERT INTO audit @n SELECT (SELECT max(seq) FROM audit) + i, ${now}, 'person', 'u1', 'engineer@example.com',
    'secret.revealed', '${secret}', 'done', '{"machine":"${machine.id}","reason":"a reason"}', NULL, NULL, '${HASH}', '${HASH}' FROM n`);
  many(`INSERT INTO manifests @n SELECT -i, '${MANIFEST}', 'x', i, 'x' FROM n`);
  many(`INSERT INTO successions @n SELECT i, 'from' || i, 'to' || i, printf('%600d', i), i, 'x' FROM n`);
  many(`INSERT INTO keyring_changes @n SELECT i, 1, 1, 'u1', 'engineer@example.com', i, 1, 1, NULL, 50000 FROM n`);
  many(`INSERT INTO kept_rows @n SELECT i, 'wraps', '["wraps","' || i || '","reveal",1]', NULL FROM n`);
  many(`INSERT INTO volumes @n SELECT '${machine.id}', 'M' || i, '[]', i, @id FROM n`, 26);
  many(`INSERT INTO run_keys @n SELECT @id, @id, 1 FROM n`);
  many(`INSERT INTO sweeps @n SELECT 'p' || i, @id, 1, i FROM n`);
  many(`INSERT INTO tokens @n SELECT @id, 'engine', 'tok_0000', 'h' || i, 's', i, NULL, ${now} + 3600000 + i, NULL, NULL, NULL,
    NULL, 1 FROM n`);
  many(`INSERT INTO token_uses (token, last_at, last_ip, count) @n SELECT @id, i, NULL, 1 FROM n`);
  many(PEOPLE);
  many(`INSERT INTO leavers (person, email, role, started_at, by, manifest_version, had) @n SELECT @id, 'p@example.com',
    'engineer', i, 'x', 1, '{"ids":[],"until":0,"could":{"team":true,"recovery":false}}' FROM n`);
  // Nobody has yet looked at what the last ones had.
  sql.exec('UPDATE leavers SET had = NULL, look_on_at = 1 WHERE place > ?', MANY - 100);
  many(`INSERT INTO grants @n SELECT @id, 'p' || i, 'p@example.com', 'engineer', 'passphrase', 'label', jwk, half, i, 'reveal'
    FROM n, (SELECT '{"kty":"EC","crv":"P-256","x":"${'A'.repeat(43)}","y":"${'A'.repeat(43)}"}' AS jwk, '{}' AS half)`);
  many(`INSERT INTO outbox @n SELECT 'token', @id, 1,
    json_object('label', '', 'prefix', 'tok_0000', 'hash', 'h', 'salt', 's', 'createdAt', 0, 'expiresAt', NULL, 'revokedAt', NULL), 0 FROM n`);
  many(
    `INSERT INTO refusals (principal_kind, principal_id, principal_name, code, minute, further) @n SELECT 'person', 'p' || i, 'p', 'unknown_machine', 1, 2 FROM n`,
  );
  many(`INSERT INTO reveals @n SELECT 'engineer@example.com', @id, 1, i FROM n`);
  many(`INSERT INTO reveal_log @n SELECT 'p' || i, ${now}, i FROM n`);
  many(`INSERT INTO budget_hits (email, at) @n SELECT 'p' || i, ${now} - i FROM n`);
  many(`INSERT INTO bulk_reads @n SELECT 'p' || i, 1, 1 FROM n`);
  many(
    `INSERT INTO webhooks (id, url, label, kinds, secret, made_at, made_by, paused_at, failures, next_at) @n SELECT 'w' || i, 'https://example.com', 'l', '["token_expiring","machine_stalled"]', 's', 0, 'x', 1, 0, 0 FROM n`,
    5,
  );
  const delivery = (
    webhook: string,
    from: number,
    state: string,
    at = 'i',
  ) => `INSERT INTO deliveries (webhook, place, notice, kind, subject,
    body, queued_at, state, tries, rank) @n SELECT '${webhook}', ${from} + i, 'n', 'run_failed', '', '{}', ${at}, '${state}', 0, i % 2 FROM n`;
  many(delivery('w1', 0, 'delivered'));
  many(delivery('w1', MANY, 'waiting', String(now)));
  many(delivery('removed', 0, 'waiting'), MANY / 10);
  many(`INSERT INTO silences @n SELECT 'gone' || i, i FROM n`);
  many(`INSERT INTO expiries_told @n SELECT 'gone' || @id, i, 1 FROM n`);
}

type Bound = { rows: number; bytes?: number; ask?: () => Promise<{ status: number; text: string }>; says?: number };
const as = (role: 'admin' | 'engineer' | 'auditor') => (path: string, body?: unknown) =>
  asPerson(emailOf(role), `/v1/tenants/${world.id}/${path}`, body);
const admin = as('admin');
const engineer = as('engineer');
const operator = (path: string, body?: unknown) => asPerson('operator@example.com', `/v1/operator/${path}`, body);

/** As if several PCs had been noticed under the id. */
const markCloned = () =>
  inObject(({ sql }) =>
    sql.exec(
      `UPDATE machines SET cloned_at = 1, cloned_by = 'serial', split_at = NULL, attention = '["cloned"]',
         occurrences = '{"cloned":"1"}' WHERE id = ?`,
      machine.id,
    ),
  );

/** Asks while there are fewer rows of a kind than there were, where a rule would refuse more of them; then all are back. */
async function whileFewer<T>(before: string, ask: () => Promise<T>, after: (sql: SqlStorage) => unknown): Promise<T> {
  await inObject(({ sql }) => void sql.exec(before));
  const answer = await ask();
  await inObject(({ sql }) => void after(sql));
  return answer;
}
/** All but four hundred are revoked. */
const whileFewTokens = <T>(ask: () => Promise<T>): Promise<T> =>
  whileFewer(
    `UPDATE tokens SET revoked_at = 7 WHERE id > '${nth(400)}' AND id <> 't1' AND revoked_at IS NULL`,
    ask,
    (sql) => sql.exec('UPDATE tokens SET revoked_at = NULL WHERE revoked_at = 7'),
  );

/** How many rows are compared with the index at once, for each of several questions (objects/outbox/outbox.ts). */
const HELD_AGAINST = 6 * PEOPLE_MAX;

/** Every escrow key there ever was: a manifest names a thousand at most. */
const KEYS = 1_100;

/**
 * The most that each route may read in its object, and answer. If `ask` is absent: the path with the world's ids in it,
 * as an admin.
 */
const BOUNDS: Record<string, Bound> = {
  'GET /health': { rows: 0, ask: () => admin('../../../health') },
  'GET /openapi.json': { rows: 0, bytes: MIB, ask: () => admin('../../../openapi.json') },
  'GET /v1/tenant/pubkey': { rows: KEYS, ask: () => asMachine(world.token, '/v1/tenant/pubkey') },
  'GET /v1/me': { rows: 0, ask: () => admin('../../me') },
  'GET /v1/sign-in': { rows: 0, ask: () => admin('../../sign-in'), says: 303 },
  'GET /v1/tenants/:tenant/overview': { rows: 3 * KEYS },
  'GET /v1/tenants/:tenant/keyring': { rows: 4 * KEYS },
  'GET /v1/tenants/:tenant/keyring/successions': { rows: 800, ask: () => admin('keyring/successions?before=50000') },
  'GET /v1/tenants/:tenant/live': {
    rows: 300,
    ask: async () => {
      const listener = await mustListen(emailOf('engineer'), world.id);
      listener.leave();
      return { status: 200, text: JSON.stringify(listener.heard) };
    },
  },
  'GET /v1/tenants/:tenant/keyring/manifests': { rows: 300, ask: () => admin('keyring/manifests?from=1') },
  'GET /v1/tenants/:tenant/rotation': { rows: 3 * KEYS },
  'POST /v1/tenants/:tenant/rotation/page': { rows: KEYS + 500, ask: () => admin('rotation/page', {}) },
  'POST /v1/tenants/:tenant/ciphertexts/page': {
    rows: 500,
    ask: () => admin('ciphertexts/page', { purpose: 'health' }),
  },
  'GET /v1/tenants/:tenant/grants': { rows: 300 },
  'GET /v1/tenants/:tenant/people': { rows: HELD_AGAINST },
  // Each of the two hundred is looked for under all hundred ids of its PC.
  'GET /v1/tenants/:tenant/people/:person/revealed': { rows: HELD_AGAINST + 45_000 },
  'GET /v1/tenants/:tenant/machines': { rows: 300, ask: () => admin('machines?toRotate=yes&sort=hostname') },
  'GET /v1/tenants/:tenant/search': { rows: 4_000, ask: () => admin('search?q=000') },
  // Thirty days of quarters of an hour.
  'GET /v1/tenants/:tenant/activity': { rows: 3_000 },
  'GET /v1/tenants/:tenant/clients': { rows: 1_100 },
  'GET /v1/tenants/:tenant/machines/:machine': { rows: 600 },
  'GET /v1/tenants/:tenant/machines/:machine/history': { rows: 500 },
  'GET /v1/tenants/:tenant/machines/:machine/runs': { rows: 700 },
  // Each secret of the page is looked for under all hundred ids of the PC.
  'GET /v1/tenants/:tenant/machines/:machine/secrets': { rows: 25_000 },
  'GET /v1/tenants/:tenant/secrets/:secret/versions': { rows: 300 },
  'GET /v1/tenants/:tenant/runs/:run': { rows: BESIDE },
  'GET /v1/tenants/:tenant/runs/:run/events': { rows: 300 },
  'GET /v1/tenants/:tenant/settings': { rows: BESIDE },
  'GET /v1/tenants/:tenant/tokens': { rows: HELD_AGAINST },
  'GET /v1/tenants/:tenant/audit': { rows: 600 },
  // The newest 5,000 entries, each with its PC and its secret.
  'GET /v1/tenants/:tenant/audit/counts': { rows: 20_100 },
  'GET /v1/tenants/:tenant/audit/head': { rows: BESIDE },
  'GET /v1/tenants/:tenant/webhooks': { rows: 5_200 },
  'GET /v1/tenants/:tenant/webhooks/:webhook/deliveries': { rows: 1_500 },
  'GET /v1/tenants/:tenant/backup': { rows: 200 },
  'GET /v1/operator/tenants': {
    rows: 3 * HELD_AGAINST,
    ask: () => asPerson('operator@example.com', '/v1/operator/tenants'),
  },
  'GET /v1/tenants/:tenant/limits': { rows: 2_500 },
  'GET /v1/operator/tenants/:tenant/limits': {
    rows: 2_500,
    ask: () => asPerson('operator@example.com', `/v1/operator/tenants/${world.id}/limits`),
  },
  'GET /v1/operator/tenants/:tenant/inspect': {
    rows: HELD_AGAINST,
    ask: () => asPerson('operator@example.com', `/v1/operator/tenants/${world.id}/inspect`),
  },
  'POST /v1/report': {
    rows: 3_000,
    ask: () => asMachine(world.token, '/v1/report', { machine, run: newRun(), events: [event(1)] }),
  },
  'POST /v1/secret': {
    rows: 4_000,
    ask: async () =>
      asMachine(
        world.token,
        '/v1/secret',
        await sealedSecret(world.id, world.keyring, machine.id, {
          ...TRUE_KEY,
          ref: { protectorId: crypto.randomUUID(), volume: 'D:' },
        }),
      ),
    says: 201,
  },
  'POST /v1/tenants/:tenant/spool/report': {
    rows: 5_000,
    ask: () => engineer('spool/report', { machine, run, events: [event(1)] }),
  },
  'POST /v1/tenants/:tenant/secrets/:secret/reveal': {
    rows: 2_000,
    ask: () => engineer(`secrets/${world.secret}/reveal`, { reason: 'the walk', version: 1 }),
  },
  'POST /v1/tenants/:tenant/secrets/:secret/confirm': {
    rows: 3_000,
    ask: () => admin(`secrets/${BY_HAND}/confirm`, { version: 1 }),
  },
  'POST /v1/tenants/:tenant/secrets/:secret/rotated': {
    rows: 2_000,
    ask: () => admin(`secrets/${BY_HAND}/rotated`, { reason: 'the walk' }),
  },
  'POST /v1/tenants/:tenant/machines/:machine/archive': {
    rows: 500,
    ask: () => engineer(`machines/${machine.id}/archive`, {}),
  },
  'POST /v1/tenants/:tenant/machines/:machine/restore': {
    rows: 500,
    ask: () => engineer(`machines/${machine.id}/restore`, {}),
  },
  'POST /v1/tenants/:tenant/settings': { rows: 300, ask: () => admin('settings', { allowRawRsaOaep: true }) },
  'POST /v1/tenants/:tenant/people': {
    rows: HELD_AGAINST,
    ask: () =>
      whileFewer(
        `DELETE FROM people WHERE email > 'p004000' AND email LIKE 'p%@example.com'`,
        () => admin('people', { email: 'new@example.com', role: 'auditor' }),
        (sql) => fillBy(sql, PEOPLE),
      ),
    says: 201,
  },
  'POST /v1/tenants/:tenant/tokens': {
    rows: 1_000,
    ask: () => whileFewTokens(() => admin('tokens', { label: 'walk', expiresAt: null, fingerprint: null })),
    says: 201,
  },
  'POST /v1/tenants/:tenant/tokens/:token/revoke': { rows: HELD_AGAINST, ask: () => admin('tokens/t1/revoke', {}) },
  'GET /v1/tenants/:tenant/tokens/:token/brought': {
    // Two thousand machines, and the first entry about each.
    rows: 6_500,
    ask: () => admin('tokens/t1/brought?after=machines//0'),
  },
  'POST /v1/tenants/:tenant/tokens/:token/set-aside': {
    rows: HELD_AGAINST,
    ask: () => admin('tokens/t1/set-aside', { since: null }),
  },
  'POST /v1/tenants/:tenant/tokens/:token/bring-back': { rows: 200, ask: () => admin('tokens/t1/bring-back', {}) },
  'POST /v1/tenants/:tenant/webhooks/:webhook/pause': {
    rows: 4_000,
    ask: () => admin('webhooks/w2/pause', { paused: true }),
  },
  'POST /v1/tenants/:tenant/webhooks/:webhook/change': {
    rows: 4_000,
    ask: () => admin('webhooks/w3/change', { url: 'https://example.com/', label: 'l', kinds: ['token_expiring'] }),
  },
  'POST /v1/tenants/:tenant/webhooks/:webhook/remove': { rows: 4_000, ask: () => admin('webhooks/w5/remove', {}) },
  'POST /v1/tenants/:tenant/keyring': {
    // Twice the parts of the keyring, and every key there ever was.
    rows: 14 * KEYS,
    ask: () =>
      writeNext(world.id, world.keyring, (next) => {
        for (const key of next.keys) key.keyEpoch = DESTROYED + 2;
        for (let i = 1; i <= DESTROYED; i++)
          next.keys.push({ kid: `${'g'.repeat(36)}${String(i).padStart(6, '0')}A`, keyEpoch: i, state: 'destroyed' });
        next.keys.push({ kid: OLD_KID, keyEpoch: DESTROYED + 1, state: 'retiring' });
      }),
  },
  'POST /v1/tenants/:tenant/keyring/line': {
    rows: KEYS + 300,
    ask: () =>
      admin('keyring/line', { version: 1, signed: 'a'.repeat(64), insteadVersion: 2, instead: 'b'.repeat(64) }),
  },
  'POST /v1/tenants/:tenant/keyring/undo': {
    // Also two hundred versions sealed to a key that is gone.
    rows: 8 * KEYS + 6_000,
    ask: async () => {
      const { changes, version } = (await admin('keyring')).json as unknown as Keyring;
      const answer = await admin('keyring/undo', { change: changes?.at(-1)?.change, version, reason: 'the walk' });
      world.keyring = { ...first };
      return answer;
    },
  },
  'POST /v1/tenants/:tenant/unlockers/:unlocker/opened': {
    rows: 500,
    ask: async () => {
      const { ids, write } = world.keyring;
      const own = write.unlockers.find((half) => half.id === ids.own);
      return admin(`unlockers/${ids.own}/opened`, {
        opened: own && (await openedWord(world.id, world.keyring, own)),
      });
    },
  },
  'POST /v1/tenants/:tenant/rotation/reseal': {
    rows: KEYS + 500,
    ask: async () =>
      admin('rotation/reseal', { items: [await resealedItem(world.id, world.keyring, world.secret, 1)] }),
  },
  'POST /v1/tenants/:tenant/rotation/unopenable': {
    rows: KEYS + 300,
    ask: () => admin('rotation/unopenable', { secret: nth(4), version: 1, reason: 'the walk' }),
  },
  'POST /v1/tenants/:tenant/rotation/restore': {
    rows: 300,
    ask: () => admin('rotation/restore', { secret: RESTORED, version: 1, reason: 'the walk' }),
  },
  'POST /v1/tenants/:tenant/ciphertexts/findings': {
    rows: 1_000,
    ask: () => {
      const found = { version: 1, kid: OLD_KID, sha256: HASH, finding: 'does_not_open' };
      return admin('ciphertexts/findings', {
        items: Array.from({ length: 50 }, (_, i) => ({ ...found, secret: nth(100 + i) })),
      });
    },
  },
  'POST /v1/tenants/:tenant/grants': {
    rows: 300,
    ask: async () =>
      engineer('grants', await grantRequest(world.id, emailOf('engineer'), world.keyring.root.fingerprint)),
  },
  'POST /v1/tenants/:tenant/grants/:grant/decline': { rows: 300, ask: () => admin(`grants/${nth(7)}/decline`, {}) },
  'POST /v1/tenants/:tenant/unlockers/:unlocker/change': {
    rows: 300,
    ask: async () => admin(`unlockers/${world.keyring.ids.own}/change`, await changedUnlocker(world.id, world.keyring)),
  },
  'POST /v1/tenants/:tenant/recovery/:recovery/drilled': {
    rows: 300,
    ask: async () => admin(`recovery/${world.keyring.ids.recovery}/drilled`, await drillProof(world.id, world.keyring)),
  },
  'POST /v1/tenants/:tenant/people/:person/role': {
    rows: HELD_AGAINST + 500,
    ask: () => admin('people/demoted/role', { role: 'auditor' }),
  },
  'POST /v1/tenants/:tenant/people/:person/remove': {
    rows: HELD_AGAINST + 500,
    ask: () => admin('people/leaver/remove', {}),
  },
  'POST /v1/tenants/:tenant/machines/:machine/secrets': {
    rows: 8_000,
    ask: async () =>
      admin(`machines/${machine.id}/secrets`, await handSecret(world.id, world.keyring, machine.id, emailOf('admin'))),
    says: 201,
  },
  // As many marks are settled again, and two hundred that were revealed.
  'POST /v1/tenants/:tenant/machines/:machine/acknowledge': {
    rows: 100_000,
    ask: async () => {
      await markCloned();
      return engineer(`machines/${machine.id}/acknowledge`, { mark: 'cloned', of: '1' });
    },
  },
  'POST /v1/tenants/:tenant/machines/:machine/split': {
    rows: 3_000,
    ask: async () => {
      await markCloned();
      return admin(`machines/${machine.id}/split`, { of: '1' });
    },
  },
  'POST /v1/tenants/:tenant/machines/:machine/merge': {
    rows: 3_000,
    ask: () => engineer(`machines/${nth(5)}/merge`, { into: nth(6) }),
  },
  // Two hundred marks are settled again, each looked for under all hundred ids of the PC.
  'POST /v1/tenants/:tenant/machines/:machine/unmerge': {
    rows: 50_000,
    ask: () => engineer(`machines/a${nth(7).slice(1)}/unmerge`, {}),
  },
  'POST /v1/tenants/:tenant/spool/secret': {
    rows: 8_000,
    ask: async () =>
      engineer('spool/secret', await sealedSecret(world.id, world.keyring, machine.id, { ref: { account: 'walk' } })),
    says: 201,
  },
  'POST /v1/tenants/:tenant/tokens/:token/rotate': {
    rows: HELD_AGAINST,
    ask: () => whileFewTokens(() => admin('tokens/t1/rotate', { overlapMs: 3_600_000 })),
    says: 201,
  },
  'POST /v1/tenants/:tenant/audit/export': {
    rows: 500,
    // Pages of the audit, pulled one by one: the whole of it is as long as it is.
    ask: () => admin('audit/export', { format: 'ndjson', action: 'keyring.created' }),
  },
  'POST /v1/tenants/:tenant/webhooks': {
    rows: 5_500,
    ask: () =>
      whileFewer(
        "DELETE FROM webhooks WHERE id = 'w5'",
        () => admin('webhooks', { url: 'https://hooks.example.com/x', label: 'walk', kinds: ['run_failed'] }),
        (sql) => sql.exec("UPDATE webhooks SET id = 'w5' WHERE id NOT IN ('w1', 'w2', 'w3', 'w4')"),
      ),
    says: 201,
  },
  'POST /v1/tenants/:tenant/webhooks/:webhook/test': { rows: 5_500, ask: () => admin('webhooks/w1/test', {}) },
  'POST /v1/tenants/:tenant/backup/run': { rows: 300, ask: () => admin('backup/run', {}) },
  'POST /v1/operator/tenants': {
    // Its tables are made, and SQLite reads its schema for each.
    rows: 30_000,
    ask: () => operator('tenants', { id: crypto.randomUUID(), name: 'The walk', firstAdmin: 'first@walk.example' }),
    says: 201,
  },
  'POST /v1/operator/tenants/:tenant/limits': {
    rows: 1_500,
    ask: () => operator(`tenants/${world.id}/limits`, { family: 20 }),
  },
  'POST /v1/operator/tenants/:tenant/suspend': {
    // Two hundred rows are out for the index.
    rows: 2_000,
    ask: () => operator(`tenants/${world.id}/suspend`, { reason: 'the walk' }),
  },
  'POST /v1/operator/tenants/:tenant/resume': { rows: 2_000, ask: () => operator(`tenants/${world.id}/resume`, {}) },
  'POST /v1/operator/tenants/:tenant/restore': {
    rows: 300,
    ask: () => operator(`tenants/${world.id}/restore`, {}),
    // The bucket is empty; what goes in is 400 chunks, or 20,000 entries of the chain, a call (objects/backup/restore.ts).
    says: 404,
  },
  'POST /v1/operator/tenants/:tenant/restore/abort': {
    rows: 300,
    ask: () => operator(`tenants/${world.id}/restore/abort`, {}),
    says: 409,
  },
};

/** The most that one alarm may read for each duty. */
const DUTY_ROWS: Record<Due, number> = {
  refusals: 6_000,
  index: 3_000,
  head: 500,
  standing: 500,
  to_rotate: 3_000,
  kept_keys: 1_000,
  notices: 6_000,
  // Two hundred machines that fell silent are told to five webhooks, and each notice looks at the twenty of its kind that wait there.
  stalled: 24_000,
  tokens_expiring: 4_000,
  search: 6_000,
  // Two hundred machines, or as many secrets.
  names: 3_000,
  put_out: 4_000,
  replaced: 6_000,
  // Two hundred machines are summed up, or two hundred versions dated.
  dating: 10_000,
  // A hundred runs, each read twice, and a thousand events of those of a wrong clock.
  clocks: 4_000,
  // A thousand events that are kept by themselves, looked up and taken out.
  packing: 4_000,
  // A thousand runs are looked at; of those of age, some rows each are looked for and taken out.
  retention: 6_000,
  // Two hundred versions, each of a secret of its own, which is looked for under all hundred ids of its PC.
  aside: 60_000,
  // Some rows are read again by the next; the first makes triggers, and SQLite reads its schema for each.
  backup: 26_000,
  gone_keys: 4_000,
  leavers: 300,
};
/** The log of deliveries is put away with every alarm that finds some waiting. */
const WITH_EVERY_ALARM = 8_000;

beforeEach(async () => {
  print = console.log.bind(console);
  log = watchLog();
  const tenant = await seedReadyTenant();
  world = { ...tenant, secret: '', sealed: '' };
  await asMachine(tenant.token, '/v1/report', { machine, run, events: [event(1)] });
  const body = await sealedSecret(tenant.id, tenant.keyring, machine.id, TRUE_KEY);
  const { json } = await asMachine<Receipt>(tenant.token, '/v1/secret', body);
  await asPerson(emailOf('admin'), `/v1/tenants/${tenant.id}/people`);
  world = { ...tenant, secret: json.secretId, sealed: body.sealed };
  first = { ...tenant.keyring };
  for (const id of ['demoted', 'leaver'])
    await bindings.INDEX_DB.prepare("INSERT INTO users (id,tenant_id,email,role) VALUES (?, ?, ?, 'engineer')")
      .bind(id, tenant.id, `a.${id}@example.com`)
      .run();
  const startedAt = Date.now();
  await inObject(({ sql }) => fill(sql, world, startedAt));
  print(`filled in ${Date.now() - startedAt} ms`);
});

const pathOf = (path: string): string =>
  path
    .replace('/v1/tenants/:tenant/', '')
    .replace(':machine', machine.id)
    .replace(':run', run.id)
    .replace(':secret', world.secret)
    .replace(':person', 'u1')
    .replace(':webhook', 'w1');

/** The object's own figures (decision 0058), and the figures printed beside them. */
let log: LogWatch;
let print: (line: string) => void;
const linesFrom = (written: number) => log.written.slice(written).map((line) => LogLine.parse(JSON.parse(line)));

async function walkRoutes(): Promise<void> {
  for (const { method, path } of routes) {
    const route = `${method} ${path}`;
    const bound = BOUNDS[route];
    expect(bound, `${route} needs its bounds`).toBeDefined();
    if (!bound) continue;
    const { rows, bytes = MIB, ask = () => admin(pathOf(path)), says = 200 } = bound;
    const [startedAt, written] = [Date.now(), log.written.length];
    // A deviation from the table's row is a failure of that route, and the walk goes on.
    const answer = await ask().catch((error: Error) => ({ status: 0, text: error.message }));
    const lines = linesFrom(written);
    // The preparation for the call comes before it.
    const asked = lines.findLast((line) => line.event === 'request');
    const read = lines.reduce(
      (sum, line) => (line.event === 'object' && line.requestId === asked?.requestId ? sum + line.rowsRead : sum),
      0,
    );
    const size = new TextEncoder().encode(answer.text).length;
    print(`${route}: ${read} rows, ${size} bytes, ${Date.now() - startedAt} ms`);
    expect.soft(answer.status, `${route} ${answer.text.slice(0, 300)}`).toBe(says);
    expect.soft(read, route).toBeLessThanOrEqual(rows);
    expect.soft(size, route).toBeLessThanOrEqual(bytes);
  }
}

async function walkDuties(): Promise<void> {
  // Three days later: notices that wait for a paused webhook are given up.
  await inObject(({ sql }) => sql.exec("UPDATE deliveries SET queued_at = 1 WHERE state = 'waiting'").toArray());
  // A backup under way makes the object keep changed rows: it comes last.
  for (const duty of [...DUTIES.filter((one) => one !== 'backup'), 'backup' as const]) {
    const rows = DUTY_ROWS[duty];
    const [startedAt, written] = [Date.now(), log.written.length];
    const left = await inObject(async (storage, object) => {
      storage.sql.exec('DELETE FROM due');
      storage.sql.exec('INSERT INTO due VALUES (?, 0)', duty);
      const place = {
        search: '["keys",""]',
        names: '["machines",""]',
        put_out: '["people",""]',
        dating: '["versions","",0]',
        clocks: '{"id":"","seq":0,"run":null}',
        gone_keys: '{"kid":"","marked":1,"secret":"","version":0}',
      }[duty as string];
      if (duty === 'aside')
        storage.sql.exec(
          `INSERT OR REPLACE INTO asides VALUES ('t1', 0, NULL, 0, 'x', 0, 0, '{"of":"versions","id":"","version":0}')`,
        );
      if (place) storage.sql.exec('INSERT OR REPLACE INTO walks VALUES (?, ?)', duty, place);
      await object.alarm();
      return all<{ what: Due }>(storage.sql, 'SELECT what FROM due WHERE at <= ?', Date.now());
    });
    const done = linesFrom(written).find((line) => line.event === 'alarm' && line.due.includes(duty));
    const read = done?.event === 'alarm' ? done.rowsRead : Number.NaN;
    print(`${duty}: ${read} rows, ${Date.now() - startedAt} ms`);
    expect.soft(read, duty).toBeLessThanOrEqual(rows + WITH_EVERY_ALARM);
    // Work in slices goes on at once.
    if (!['index', 'head', 'standing', 'tokens_expiring'].includes(duty))
      expect
        .soft(
          left.map(({ what }) => what),
          duty,
        )
        .toContain(duty);
  }
}

/** Behind 100,000 forged versions, beside 100,000 forged keys: by the id that a locked PC shows, and by the version it began with. */
async function findTheTrueKey(): Promise<void> {
  const path = `machines/${machine.id}/secrets?kind=bitlocker_recovery_key&starts=FFFFFFFF-5e6f`;
  const { secrets } = (await engineer(path)).json as unknown as SecretList;
  expect(secrets.map(({ id, ref }) => [id, ref])).toEqual([[world.secret, TRUE_KEY.ref]]);
  expect(secrets[0]?.versions[0]?.version).toBe(MANY + 1);
  const oldest = (await engineer(`secrets/${world.secret}/versions?order=oldest&limit=1`))
    .json as unknown as VersionPage;
  expect(oldest).toMatchObject({ versions: [{ version: 1, escrowedBy: 'engine' }], next: 1 });
  const revealed = (await engineer(`secrets/${world.secret}/reveal`, { reason: 'locked out', version: 1 }))
    .json as unknown as Revealed;
  expect(revealed.sealed).toBe(world.sealed);
  const search = await engineer(`search?q=${PROTECTOR.slice(0, 13)}`);
  expect(search.json).toMatchObject({ matches: [{ machine: { id: machine.id }, keyId: PROTECTOR }] });
}

describe('with 100,000 rows of each kind', () => {
  it('every route reads a page, every duty a slice, and the true key is found behind those that are forged', async () => {
    await walkRoutes();
    await findTheTrueKey();
    await walkDuties();
  });
});
