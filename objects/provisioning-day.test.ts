// Ten thousand PCs in eight hours on one token, under the defaults: what the limits are measured by. Time is compressed: every decision is
// the object's own, with the instant it would have had.
import { runInDurableObject } from 'cloudflare:test';
import { expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../schema/limits.ts';
import { isRefusal } from '../schema/refusal.ts';
import type { RunEvent } from '../schema/report.ts';
import { asMachine, bindings, seedTenant } from '../test/workerd-fixtures.ts';
import type { Caller, Machine } from './caller.ts';
import { DAY_MS, decideCount } from './limits.ts';
import { Pace } from './pace.ts';
import { submitReport } from './reports.ts';
import { usesOf } from './token-uses.ts';

const PCS = 10_000;
const HOURS = 8;
/** What one PC sends, as the simulated fleet does: 12 reports of some forty events in all, its key twice, two secrets. */
const REPORTS = 12;
const REQUESTS = REPORTS + 4;
const REPORT_BYTES = 3_500;
const SECRET_BYTES = 2_500;
const PC_BYTES = REPORTS * REPORT_BYTES + 2 * SECRET_BYTES;
/** Of the whole day one PC in so many goes through the object's tables, report by report. */
const WHOLE_EVERY = 50;
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

it('refuses nothing of ten thousand PCs in eight hours on one token, while two hundred of them go through the tables', async () => {
  const { id, token } = await seedTenant();
  await asMachine(token, '/v1/tenant/pubkey');
  const startedAt = Date.now();
  const { refused, use, written } = await runInDurableObject(bindings.TENANT.getByName(id), (_object, { storage }) => {
    const uses = usesOf(storage.sql);
    const pace = new Pace();
    const refused: string[] = [];
    const note = (what: string | undefined) => what !== undefined && refused.push(what);
    const gap = (HOURS * 3_600_000) / PCS;
    for (let pc = 0; pc < PCS; pc++) {
      const at = Math.floor(START + pc * gap);
      const machine = { id: crypto.randomUUID(), hostname: `PC-${pc}`, serial: `SN-${pc}` };
      const run = { id: crypto.randomUUID(), startedAt: at, phases: ['preflight', 'bitlocker'] };
      for (let request = 0; request < REQUESTS; request++) {
        const bytes = request < REPORTS ? REPORT_BYTES : request < REPORTS + 2 ? SECRET_BYTES : 0;
        // As the gate does with every request of a machine.
        uses.note('t1', '192.0.2.1', at, bytes);
        note(pace.spend('tokenRequests', 't1', DEFAULT_LIMITS.tokenRequests, at)?.refused);
        if (pc % WHOLE_EVERY !== 0 || request >= REPORTS) continue;
        const events: RunEvent[] = [0, 1, 2].map((n) => ({
          seq: request * 3 + n + 1,
          at,
          level: 'info',
          type: 'message',
          message: 'a line of the run',
        }));
        const submission = { machine, run, events: events.map((event, index) => ({ index, event })), rejected: [] };
        const answer = submitReport(storage, callerOf(id, bytes), submission, at);
        if (isRefusal(answer)) note(answer.refused);
        else note(answer.rejected[0]?.code);
      }
      // A PC that does not go through the tables is decided on as if it did.
      if (pc % WHOLE_EVERY !== 0) {
        const { bytes, machines } = uses.today('t1', at);
        uses.enrolled('t1', at);
        for (const decision of [
          decideCount('tokenBytes', DEFAULT_LIMITS.tokenBytes, bytes, 0, at),
          decideCount('tokenMachines', DEFAULT_LIMITS.tokenMachines, machines, 1, at),
          decideCount('machineBytes', DEFAULT_LIMITS.machineBytes, 0, PC_BYTES, at),
        ])
          if (typeof decision !== 'string') note(decision.refused ?? undefined);
      }
    }
    const [{ written } = { written: 0 }] = storage.sql
      .exec<{ written: number }>('SELECT count(*) AS written FROM machines')
      .toArray();
    return { refused, use: uses.today('t1', START + HOURS * 3_600_000 - 1), written };
  });
  console.info(`${PCS} PCs, ${written} of them in the tables: ${use.bytes} bytes, ${Date.now() - startedAt} ms`);
  expect(refused).toEqual([]);
  expect(written).toBe(PCS / WHOLE_EVERY);
  expect(use).toEqual({ bytes: PCS * PC_BYTES, machines: PCS });
});
