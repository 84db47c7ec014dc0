// Ten thousand PCs in eight hours on one token, under the defaults: the measure for the limits. Time is compressed:
// every decision is the object's own, with the instant it would have had.

import { runInDurableObject } from 'cloudflare:test';
import { base64urlnopad } from '@scure/base';
import { expect, it } from 'vitest';
import { DAY_MS } from '../../schema/facts/days.ts';
import { DEFAULT_LIMITS } from '../../schema/limit-table.ts';
import { isRefusal } from '../../schema/refusal.ts';
import type { RunEvent } from '../../schema/report.ts';
import type { EscrowRequest } from '../../schema/secret.ts';
import { asMachine, bindings, sealedSecret, seedReadyTenant } from '../../test/workerd-fixtures.ts';
import type { Caller, Machine } from '../core/caller.ts';
import { submitReport } from '../fleet/reports.ts';
import { decideCount } from '../limits/limits.ts';
import { Pace } from '../limits/pace.ts';
import { usesOf } from '../limits/token-uses.ts';
import { takeSecret } from '../secrets/escrow.ts';

const PCS = 10_000;
const HOURS = 8;
/** What one PC sends, as the simulated fleet does: 12 reports of some forty events in all, its key twice, two secrets. */
const REPORTS = 12;
const REPORT_BYTES = 3_500;
const SECRET_BYTES = 2_500;
const PC_BYTES = REPORTS * REPORT_BYTES + 2 * SECRET_BYTES;
/**
 * One PC in this many of the whole day goes through the object's tables, report by report and secret by secret; with `WHOLE_DAY=1` all of them,
 * which takes minutes.
 */
const { WHOLE_DAY } = bindings as unknown as { WHOLE_DAY?: string };
const WHOLE_EVERY = WHOLE_DAY === '1' ? 1 : 20;
/** What hangs is ended later than elsewhere: the whole day is measured in minutes. */
const DAY_TEST_MS = 15 * 60_000;
/** A UTC day's beginning, so that all of it counts as one day. */
const START = 20_800 * DAY_MS;

const callerOf = (tenant: string, bodyBytes: number): Caller<Machine> => ({
  tenant,
  principal: {
    kind: 'machine',
    id: 't1',
    name: 'engine',
    tokenHash: '',
    facts: { prefix: '', salt: '', createdAt: 0, expiresAt: null, version: 0 },
  },
  requestId: 'r',
  ip: null,
  userAgent: null,
  bodyBytes,
});

type Sealed = Awaited<ReturnType<typeof sealedSecret>>;

/** A sealed secret with another header: nobody here could tell, and sealing twenty thousand would be the test's time and not the object's. */
function sealedAs({ sealed }: Sealed, of: Pick<EscrowRequest, 'machine' | 'run' | 'kind' | 'ref'>): EscrowRequest {
  const [head = '', ...rest] = sealed.split('.');
  const eid = crypto.randomUUID();
  const header = { ...JSON.parse(new TextDecoder().decode(base64urlnopad.decode(head))), ...of, eid };
  const text = base64urlnopad.encode(new TextEncoder().encode(JSON.stringify(header)));
  return { ...of, eid, format: 'jwe', sealed: [text, ...rest].join('.') };
}

it(
  'refuses nothing of ten thousand PCs in eight hours on one token, while five hundred of them or all go through the tables',
  async () => {
    const { id, token, keyring } = await seedReadyTenant();
    await asMachine(token, '/v1/tenant/pubkey');
    const sample = await sealedSecret(id, keyring, crypto.randomUUID());
    const startedAt = Date.now();
    const { refused, use, kept } = await runInDurableObject(bindings.TENANT.getByName(id), (_object, { storage }) => {
      const uses = usesOf(storage.sql);
      const pace = new Pace();
      const refused: string[] = [];
      const gap = (HOURS * 3_600_000) / PCS;
      for (let pc = 0; pc < PCS; pc++) {
        const at = Math.floor(START + pc * gap);
        const machine = { id: crypto.randomUUID(), hostname: `PC-${pc}`, serial: `SN-${pc}` };
        const run = { id: crypto.randomUUID(), startedAt: at, phases: ['preflight', 'bitlocker'] };
        /** As the gate does with every request of a machine. */
        const ask = (bytes: number, act: () => object | string): void => {
          uses.note('t1', '192.0.2.1', at, bytes);
          const refusal = pace.spend('tokenRequests', 't1', DEFAULT_LIMITS.tokenRequests, at);
          const answer = refusal ?? act();
          if (isRefusal(answer)) refused.push(answer.refused);
        };
        if (pc % WHOLE_EVERY !== 0) {
          const { bytes, machines } = uses.today('t1', at);
          uses.enrolled('t1', at);
          // It is decided on as if it went through the tables.
          for (const decision of [
            decideCount('tokenBytes', DEFAULT_LIMITS.tokenBytes, bytes, 0, at),
            decideCount('tokenMachines', DEFAULT_LIMITS.tokenMachines, machines, 1, at),
            decideCount('machineBytes', DEFAULT_LIMITS.machineBytes, 0, PC_BYTES, at),
          ])
            if (typeof decision !== 'string') refused.push(String(decision.refused));
          for (let report = 0; report < REPORTS; report++) ask(REPORT_BYTES, () => 'taken');
          for (let secret = 0; secret < 2; secret++) {
            ask(0, () => 'the key');
            ask(SECRET_BYTES, () => 'taken');
          }
          continue;
        }
        for (let report = 0; report < REPORTS; report++) {
          const events = [0, 1, 2].map((n): RunEvent => {
            const seq = report * 3 + n + 1;
            return { seq, at, level: 'info', type: 'message', message: 'a line of the run' };
          });
          const submission = { machine, run, events: events.map((event, index) => ({ index, event })), rejected: [] };
          ask(REPORT_BYTES, () => {
            const answer = submitReport(storage, callerOf(id, REPORT_BYTES), submission, at);
            if (!isRefusal(answer)) refused.push(...answer.rejected.map(({ code }) => code));
            return answer;
          });
        }
        const of = { machine: machine.id, run: run.id };
        for (const secret of [
          sealedAs(sample, { ...of, kind: 'local_admin_password', ref: { account: 'Administrator' } }),
          sealedAs(sample, {
            ...of,
            kind: 'bitlocker_recovery_key' as const,
            ref: { protectorId: crypto.randomUUID(), volume: 'C:' },
          }),
        ]) {
          ask(0, () => 'the key');
          ask(SECRET_BYTES, () => takeSecret(storage, callerOf(id, SECRET_BYTES), secret, at));
        }
      }
      const [kept] = storage.sql
        .exec('SELECT (SELECT count(*) FROM machines) AS machines, (SELECT count(*) FROM secret_versions) AS secrets')
        .toArray();
      return { refused, use: uses.today('t1', START + HOURS * 3_600_000 - 1), kept };
    });
    console.info(`${PCS} PCs: ${use.bytes} bytes, ${Date.now() - startedAt} ms`);
    expect(refused).toEqual([]);
    expect(kept).toEqual({ machines: PCS / WHOLE_EVERY, secrets: (2 * PCS) / WHOLE_EVERY });
    expect(use).toEqual({ bytes: PCS * PC_BYTES, machines: PCS });
  },
  DAY_TEST_MS,
);
