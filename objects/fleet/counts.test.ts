// Counters, clients, hours, summaries and the search agree with the rows, whatever happens to a fleet and in whatever
// order.
import { runInDurableObject } from 'cloudflare:test';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventType, RunEvent } from '../../schema/report.ts';
import { searchFold } from '../../schema/typed-text.ts';
import { asPerson, bindings, emailOf, seedTenant } from '../../test/workerd-fixtures.ts';
import { bringBackAside, goOnAside, setAside } from '../aside/set-aside.ts';
import { dueAt } from '../core/alarms.ts';
import type { Caller, Person } from '../core/caller.ts';
import { MIGRATIONS, migrate } from '../core/migrations.ts';
import { all } from '../core/rows.ts';
import { walkAt } from '../core/walks.ts';
import { NOTHING_SAID } from '../secrets/dating.ts';
import { keep } from '../secrets/escrow.ts';
import { refusalOf } from '../tokens/tokens.ts';
import { withAliases } from './aliases.ts';
import { archive, bringBack, merge, restore, unmerge } from './archive.ts';
import { goOnWithClocks } from './clocks.ts';
import { read } from './counters.ts';
import { factsOf } from './id-facts.ts';
import type { MachineRow } from './machine-row.ts';
import { findRow } from './machine-rows.ts';
import { enrolIfNew, findMachine } from './machines.ts';
import { decode } from './pack-body.ts';
import { submitReport } from './reports.ts';
import { currentPhase, newRun, phasesDone, runError } from './run-state.ts';
import { findRun, putRun, runsOf } from './runs.ts';
import { fillSearch } from './search-lines.ts';
import { summariesOf } from './shown.ts';
import { noteStalled } from './stalled.ts';
import { summaryRow } from './summaries.ts';

const HOUR_MS = 3_600_000;
const MACHINES = 4;
const machineId = (base: number, index: number) =>
  `${base.toString(16).padStart(8, '0')}-0000-4000-8000-00000000000${index}`;

const which = fc.nat({ max: MACHINES - 1 });
/** Who hands something over: an engine with one of two tokens, or a person. */
const tokens = fc.constantFrom('a' as const, 'b' as const);
const bringer = fc.option(tokens);
const types = fc.constantFrom<EventType>('phase_started', 'phase_succeeded', 'reboot', 'run_failed', 'run_succeeded');
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      act: fc.constant('report' as const),
      by: bringer,
      machine: which,
      run: fc.nat({ max: 1 }),
      seq: fc.integer({ min: 1, max: 6 }),
      type: types,
      client: fc.constantFrom('Acme', 'acme', undefined),
      hostname: fc.constantFrom('PC-A', 'PC-B'),
      serial: fc.constantFrom('S1', 'S2', undefined),
      startedAgo: fc.nat({ max: 3 }),
    }),
  },
  fc.record({ act: fc.constant('escrow' as const), by: bringer, machine: which, protector: fc.nat({ max: 1 }) }),
  fc.record({ act: fc.constantFrom('set_aside' as const, 'bring_back' as const), token: tokens, works: fc.boolean() }),
  fc.record({ act: fc.constantFrom('archive' as const, 'restore' as const, 'unmerge' as const), machine: which }),
  fc.record({ act: fc.constant('merge' as const), machine: which, into: which }),
  fc.record({ act: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 4 }) }),
);
const MOVES = { archive, restore, unmerge };
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** All slices of one look, as the alarm does them one after the other. */
function lookAtAll(storage: DurableObjectStorage, tenant: string, now: number): void {
  do storage.transactionSync(() => noteStalled(storage.sql, tenant, now));
  while (walkAt(storage.sql, 'stalled') !== null);
}

/** All that is to be set aside or brought back, slice by slice. */
function workOff(storage: DurableObjectStorage, now: number): void {
  const underWay = () => all(storage.sql, 'SELECT 1 FROM asides WHERE place IS NOT NULL').length > 0;
  while (underWay()) storage.transactionSync(() => goOnAside(storage, now));
}

const tokenId = (base: number, token: string) => `${base}${token}`;

/** Who hands it over; null where the token is revoked, so that nobody can. */
function bringerOf(sql: SqlStorage, caller: Caller<Person>, base: number, by: string | null): Caller | null {
  if (by === null) return caller;
  const id = tokenId(base, by);
  const facts = { prefix: id, salt: '', createdAt: 0, expiresAt: null, version: 1 };
  const principal = { kind: 'machine', id, name: 'engine', tokenHash: id, facts } as const;
  return refusalOf(sql, principal, 0) ? null : { ...caller, principal };
}

function take(storage: DurableObjectStorage, person: Caller<Person>, base: number, now: number, done: Step): void {
  const { sql } = storage;
  const id = (index: number) => machineId(base, index);
  const caller = 'by' in done ? bringerOf(sql, person, base, done.by) : person;
  if (!caller) return;
  switch (done.act) {
    case 'report': {
      const { seq, type, hostname, client, serial } = done;
      const phase = type.startsWith('phase_') ? 'bitlocker' : undefined;
      const event: RunEvent = { seq, at: now, level: 'info', type, phase, message: 'm' };
      submitReport(
        storage,
        caller,
        {
          machine: { id: id(done.machine), hostname, client, serial },
          run: {
            id: `${id(done.machine)}/${done.run}`,
            startedAt: now - done.startedAgo * HOUR_MS,
            phases: ['bitlocker'],
          },
          events: [{ index: 0, event }],
          rejected: [],
        },
        now,
      );
      return;
    }
    case 'escrow': {
      const machine = id(done.machine);
      const ref = { protectorId: `${done.protector}${machine.slice(1)}`, volume: 'C:' };
      const kind = 'bitlocker_recovery_key' as const;
      storage.transactionSync(() => {
        enrolIfNew(sql, caller, machine, null, now);
        const secret = { machine, kind, ref, eid: crypto.randomUUID(), format: 'jwe', sealed: 'x' } as const;
        keep(
          storage,
          caller,
          { ...secret, run: null, by: null, uploadedBy: null, token: done.by && tokenId(base, done.by), skewMs: null },
          { kid: 'k', bound: true, sha256: '', said: NOTHING_SAID },
          now,
        );
        bringBack(sql, caller, machine, 'escrow', now);
      });
      return;
    }
    case 'set_aside':
    case 'bring_back': {
      const token = tokenId(base, done.token);
      bringerOf(sql, person, base, done.token);
      sql.exec('UPDATE tokens SET revoked_at = coalesce(revoked_at, ?) WHERE id = ?', now, token);
      if (done.act === 'set_aside') setAside(storage, person, token, { since: null }, now);
      else bringBackAside(storage, person, token, now);
      // Or the next act comes first, which is allowed.
      if (done.works) workOff(storage, now);
      return;
    }
    case 'merge':
      merge(storage, person, id(done.machine), id(done.into), now);
      return;
    case 'wait':
      lookAtAll(storage, caller.tenant, now);
      return;
    default:
      MOVES[done.act](storage, person, id(done.machine), now);
  }
}

type Line = Record<'machine' | 'hostname' | 'serial' | 'client' | 'keys', string | null>;
const folded = (text: string | null) => text && searchFold(text);
/** Everything searched is folded, except the ids. */
const foldedLine = ({ hostname, serial, client, ...ids }: Line): Line => ({
  ...ids,
  hostname: folded(hostname),
  serial: folded(serial),
  client: folded(client),
});

/** The rows' own word, read the long way. */
function recomputed(sql: SqlStorage, now: number) {
  const rows = all<MachineRow>(sql, 'SELECT * FROM machines ORDER BY id');
  const fleet = rows.filter((row) => row.shelf === 'fleet');
  const of = (status: string) => fleet.filter((row) => row.run_status === status).length;
  return {
    rows: rows.filter((row) => row.shelf !== 'merged').map((row) => summaryRow(sql, row, now)),
    owned: all(
      sql,
      `SELECT machine_id AS id, count(*) AS secrets, sum(kind = 'bitlocker_recovery_key') AS keys FROM secrets
       WHERE coalesce((SELECT max(aside IS NULL) FROM secret_versions WHERE secret_id = secrets.id), 1) = 1
       GROUP BY machine_id ORDER BY machine_id`,
    ),
    counters: {
      machines: fleet.length,
      archived: rows.filter((row) => row.shelf === 'archived').length,
      aside: rows.filter((row) => row.shelf === 'aside').length,
      secrets: rows.filter((row) => row.shelf !== 'merged').reduce((sum, row) => sum + row.secrets, 0),
      attention: fleet.filter((row) => row.attention !== '[]').length,
      stalled: fleet.filter((row) => row.silent_since !== null).length,
      'status:running': of('running'),
      'status:succeeded': of('succeeded'),
      'status:failed': of('failed'),
      'status:abandoned': of('abandoned'),
    },
    clients: all(
      sql,
      `SELECT client AS name, count(*) AS machines FROM machines WHERE shelf = 'fleet' AND client IS NOT NULL
       GROUP BY client ORDER BY client`,
    ),
    hours: all(
      sql,
      `SELECT at, sum(kind = 'started') AS started, sum(kind = 'succeeded') AS succeeded, sum(kind = 'failed') AS failed FROM (
         SELECT started_at / 900000 * 900000 AS at, 'started' AS kind FROM runs WHERE aside IS NULL
         UNION ALL SELECT finished_at / 900000 * 900000, status FROM runs
           WHERE status IN ('succeeded', 'failed') AND aside IS NULL
       ) GROUP BY at ORDER BY at`,
    ),
    search: all<Line>(
      sql,
      `SELECT id AS machine, hostname, serial, client, NULL AS keys FROM machines WHERE place IS NOT NULL
       UNION ALL SELECT machine_id, NULL, NULL, NULL, ref->>'$.protectorId' FROM secrets
       WHERE kind = 'bitlocker_recovery_key' ORDER BY machine, keys`,
    ).map(foldedLine),
    places: all(sql, 'SELECT place, id AS machine FROM machines WHERE place IS NOT NULL ORDER BY place'),
    ...recomputedAside(sql, rows),
  };
}

/** Rows that a token alone brought are aside where an act says so, and nothing else is. */
function recomputedAside(sql: SqlStorage, rows: readonly MachineRow[]) {
  const wanted = '(SELECT token FROM asides WHERE back = 0)';
  return {
    asideRuns: all(sql, `SELECT id, token AS aside FROM runs WHERE token IN ${wanted} ORDER BY id`),
    asideVersions: all(
      sql,
      `SELECT eid, principal_id AS aside FROM secret_versions JOIN audit ON seq = audit_seq
       WHERE principal_kind = 'machine' AND principal_id IN ${wanted} ORDER BY eid`,
    ),
    apart: all(
      sql,
      `SELECT secret_id AS id, sum(aside IS NOT NULL) AS apart, max(aside IS NULL) AS standing FROM secret_versions
       GROUP BY secret_id ORDER BY secret_id`,
    ),
    asideCounts: all(
      sql,
      `SELECT token, (SELECT count(*) FROM runs WHERE aside = asides.token) AS runs,
         (SELECT count(*) FROM secret_versions WHERE aside = asides.token) AS versions FROM asides ORDER BY token`,
    ),
    asideMachines: rows
      .filter((row) => row.shelf !== 'merged' && row.secrets === 0 && row.run_id === null)
      .map((row) => row.id),
  };
}

const keptAside = (sql: SqlStorage): ReturnType<typeof recomputedAside> => ({
  asideRuns: all(sql, 'SELECT id, aside FROM runs WHERE aside IS NOT NULL ORDER BY id'),
  asideVersions: all(sql, 'SELECT eid, aside FROM secret_versions WHERE aside IS NOT NULL ORDER BY eid'),
  apart: all(sql, 'SELECT id, apart, standing FROM secrets ORDER BY id'),
  asideCounts: all(sql, 'SELECT token, runs, versions FROM asides ORDER BY token'),
  asideMachines: all<{ id: string }>(sql, "SELECT id FROM machines WHERE shelf = 'aside' ORDER BY id").map(
    (row) => row.id,
  ),
});

function kept(sql: SqlStorage): ReturnType<typeof recomputed> {
  const count = read(sql);
  const names = ['machines', 'archived', 'aside', 'secrets', 'attention', 'stalled'] as const;
  const statuses = (['running', 'succeeded', 'failed', 'abandoned'] as const).map((name) => `status:${name}` as const);
  return {
    rows: all<MachineRow>(sql, "SELECT * FROM machines WHERE shelf <> 'merged' ORDER BY id"),
    owned: all(
      sql,
      'SELECT id, own_secrets AS secrets, own_keys AS keys FROM machines WHERE own_secrets > 0 ORDER BY id',
    ),
    counters: Object.fromEntries([...names, ...statuses].map((name) => [name, count(name)])) as never,
    clients: all(sql, 'SELECT * FROM clients ORDER BY name'),
    hours: all(sql, 'SELECT * FROM hours WHERE started + succeeded + failed > 0 ORDER BY at'),
    search: all(sql, 'SELECT * FROM search ORDER BY machine, keys'),
    places: all(sql, 'SELECT rowid AS place, machine FROM search WHERE keys IS NULL ORDER BY rowid'),
    ...keptAside(sql),
  };
}

/** How far each machine has got, and what it is shown with: in a list or to a socket, and on its page. */
const toldOf = (sql: SqlStorage, id: string) =>
  [summariesOf(sql, [id])[0], findMachine(sql, id)].map((told) => told && { at: told.lastEventAt, run: told.run });

/** The same, by the run that it shows. */
function foldedOf(sql: SqlStorage, id: string): ReturnType<typeof toldOf> {
  const run = runsOf(sql, withAliases(sql, id), null, 1)[0];
  const folded = {
    at: run?.lastEventAt ?? null,
    run: run
      ? {
          id: run.id,
          status: run.status,
          startedAt: run.startedAt,
          phase: currentPhase(run),
          phasesDone: phasesDone(run),
          phasesTotal: run.phases.length,
          error: runError(run),
        }
      : null,
  };
  return [folded, folded];
}

/** A run, its events left out where somebody has them in hand: those are what its row says. */
function findStored(sql: SqlStorage, id: string) {
  const run = findRun(sql, id);
  if (!run?.tail) return run;
  const { tail } = run;
  if (tail.events) expect(tail.events).toEqual(decode({ first_seq: tail.from, taken_for: null, body: tail.body }));
  return { ...run, tail: { ...tail, events: null } };
}

/** What the object believes of each machine and run. */
function known(sql: SqlStorage) {
  const ids = (table: 'machines' | 'runs') => all<{ id: string }>(sql, `SELECT id FROM ${table} ORDER BY id`);
  return {
    rows: ids('machines').map(({ id }) => findRow(sql, id)),
    facts: ids('machines').map(({ id }) => factsOf(sql, id)),
    runs: ids('runs').map(({ id }) => findStored(sql, id)),
  };
}

/** The same, read again: a statement that may have written these tables has been run. */
function knownAnew(sql: SqlStorage): ReturnType<typeof known> {
  for (const table of ['machines', 'runs']) sql.exec(`DELETE FROM ${table} WHERE FALSE`);
  return known(sql);
}

describe('what is kept by writes', () => {
  it('is what the rows say, after any sequence of reports, escrows, silences, archiving, merging and setting aside', async () => {
    const { id: tenant } = await seedTenant();
    await asPerson(emailOf('engineer'), `/v1/tenants/${tenant}/machines`);
    const principal = { kind: 'person', id: 'u1', name: emailOf('engineer'), role: 'engineer' } as const;
    const caller: Caller<Person> = { tenant, principal, requestId: 'r', ip: null, userAgent: null };
    await runInDurableObject(bindings.TENANT.getByName(tenant), (_object, { storage }) => {
      let [base, now] = [0, Date.now()];
      fc.assert(
        fc.property(fc.array(step, { minLength: 5, maxLength: 30 }), (steps) => {
          base++;
          for (const done of steps) {
            if (done.act === 'wait') now += done.hours * HOUR_MS;
            take(storage, caller, base, now, done);
            for (let index = 0; index < MACHINES; index++) {
              const id = machineId(base, index);
              if (findRow(storage.sql, id)) expect(toldOf(storage.sql, id)).toEqual(foldedOf(storage.sql, id));
            }
          }
          // The alarm comes when it is due.
          workOff(storage, now);
          lookAtAll(storage, tenant, now);
          const remembered = known(storage.sql);
          expect(remembered).toEqual(knownAnew(storage.sql));
          expect(kept(storage.sql)).toEqual(recomputed(storage.sql, now));
        }),
        { numRuns: 40 },
      );
      storage.sql.exec("INSERT INTO search (search) VALUES ('integrity-check')");
    });
  });

  it('is of a run that is written again the beginning that was written first, remembered and stored', async () => {
    await runInDurableObject(bindings.TENANT.getByName(crypto.randomUUID()), (_object, { storage }) => {
      const { sql } = storage;
      migrate(sql, 0);
      const receipt = { skewMs: null, receivedAt: 50, firstCallAt: 0 };
      const run = newRun('m1', { id: 'r1', startedAt: 5, phases: [] }, receipt);
      for (const inOne of [true, false]) {
        const put = () => {
          putRun(sql, run);
          putRun(sql, { ...run, startedAt: 7, uploadedBy: 'somebody', warnings: 1 });
        };
        if (inOne) storage.transactionSync(put);
        else put();
        const remembered = findRun(sql, 'r1');
        expect(remembered).toMatchObject({ startedAt: 5, uploadedBy: null, warnings: 1 });
        sql.exec('DELETE FROM runs WHERE FALSE');
        expect(findRun(sql, 'r1')).toEqual(remembered);
      }
    });
  });

  it('counts each machine of the fleet once, also one that has no run, when the migration makes the fleet the sum of its states', async () => {
    await runInDurableObject(bindings.TENANT.getByName(crypto.randomUUID()), (_object, { storage: { sql } }) => {
      migrate(
        sql,
        0,
        MIGRATIONS.filter(({ id }) => id < 35),
      );
      sql.exec(
        "INSERT INTO counters VALUES ('machines', 7), ('status:running', 3), ('status:failed', 2), ('attention', 1)",
      );
      migrate(sql, 0);
      expect([read(sql)('machines'), read(sql)('status:none'), read(sql)('attention')]).toEqual([7, 2, 1]);
    });
  });

  it('knows of a fleet that was there before how many of its machines have something to rotate', async () => {
    await runInDurableObject(bindings.TENANT.getByName(crypto.randomUUID()), (_object, { storage: { sql } }) => {
      migrate(
        sql,
        0,
        MIGRATIONS.filter(({ id }) => id < 42),
      );
      for (const [id, shelf, due] of [
        ['a', 'fleet', 2],
        ['b', 'fleet', 1],
        ['c', 'fleet', 0],
        ['d', 'archived', 1],
      ] as const)
        sql.exec(
          `INSERT INTO machines (id, hostname, enrolled_at, started_at, phases_done, phases_total, secrets, attention, serial_changed,
             seq_conflict, shelf, to_rotate) VALUES (?, ?, 0, 0, 0, 0, 2, '["to_be_rotated"]', 0, 0, ?, ?)`,
          id,
          id,
          shelf,
          due,
        );
      migrate(sql, 0);
      expect(read(sql)('rotating')).toBe(2);
    });
  });

  it('is filled by the migration for a fleet that was there before, and its silent runs are looked at with the next alarm', async () => {
    await runInDurableObject(bindings.TENANT.getByName(crypto.randomUUID()), (_object, { storage }) => {
      const { sql } = storage;
      migrate(sql, 0, MIGRATIONS.slice(0, 12));
      sql.exec(`
        INSERT INTO machines (id, hostname, serial, client, enrolled_at, started_at, run_id, run_status, phases_done,
          phases_total, secrets, attention, serial_changed, seq_conflict, shelf) VALUES
          ('m1', 'PC-1', 'S1', 'Acme', 0, 0, 'r1', 'running', 0, 1, 2, '[]', 0, 0, 'fleet'),
          ('m2', 'PC-2', NULL, 'Acme', 0, 0, 'r2', 'failed', 0, 1, 0, '["run_failed"]', 0, 0, 'fleet'),
          ('m3', 'PC-3', NULL, 'Beta', 0, 0, 'r3', 'succeeded', 1, 1, 0, '[]', 0, 0, 'archived');
        INSERT INTO runs (id, machine_id, status, status_seq, started_at, finished_at, last_event_at, phases, reboots, warnings,
          errors, events, next_seq) VALUES
          ('r1', 'm1', 'running', 0, 3600001, NULL, 3600002, '[{"name":"apps","state":"running","startedAt":1,"finishedAt":null,"seq":1}]',
            2, 0, 0, 1, 2),
          ('r2', 'm2', 'failed', 1, 3600003, 7200001, 7200001, '[]', 0, 0, 0, 1, 2),
          ('r3', 'm3', 'succeeded', 1, 3599999, 3600000, 3600000, '[]', 0, 0, 0, 1, 2);
        INSERT INTO events VALUES ('r1', 1, 3600002, 5000000, 'info', 'message', NULL, 'm', NULL);
        INSERT INTO secrets (id, machine_id, kind, ref, latest_version) VALUES
          ('s1', 'm1', 'bitlocker_recovery_key', '{"protectorId":"1a2b","volume":"C:"}', 1),
          ('s2', 'm1', 'bitlocker_recovery_key', '{"protectorId":"3c4d","volume":"D:"}', 1);`);
      migrate(sql, 0);
      expect(dueAt(sql, 'search')).toBe(0);
      while (walkAt(sql, 'search') !== null) fillSearch(storage, 0);
      while (walkAt(sql, 'clocks') !== null) goOnWithClocks(storage, 0);
      const [filled, said] = [kept(sql), recomputed(sql, 0)];
      for (const what of ['clients', 'hours', 'search', 'places', 'owned'] as const)
        expect(filled[what]).toEqual(said[what]);
      expect(filled.search).toContainEqual(expect.objectContaining({ machine: 'm1', keys: '3c4d' }));
      expect(filled.hours).toHaveLength(3);
      expect(findRun(sql, 'r1')).toMatchObject({ heardAt: 5_000_000, rebootsAt: [], phases: [{ tries: 1 }] });
      expect(findRun(sql, 'r2')).toMatchObject({ heardAt: 7_200_001 });
      expect(dueAt(sql, 'stalled')).toBe(0);
      // The object belongs to no tenant: an alarm has nothing to do.
      void storage.deleteAlarm();
    });
  });
});
