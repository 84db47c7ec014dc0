// Bodies of an engine made from the OpenAPI document and sent to the server: one that fits is kept as it is; one that
// breaks it in one step is refused or, for a report, mended as docs/protocol.md says.
import fc from 'fast-check';
import { beforeEach, expect, it } from 'vitest';
import { seal } from '../../engine/seal.ts';
import type { Problem } from '../../schema/problem.ts';
import { EVENT_MAX_BYTES, type EventPage, type ReportAnswer } from '../../schema/report.ts';
import type { SecretKind, SecretRef } from '../../schema/secret.ts';
import { oneStepWrong, type Schema, valuesOf } from '../support/json-schema.ts';
import {
  type Answer,
  asMachine,
  asPerson,
  emailOf,
  request,
  seedReadyTenant,
  type TestKeyring,
  type TestTenant,
} from '../workerd-fixtures.ts';

type Operation = { requestBody: { content: Record<string, { schema: Schema }> } };
type Report = { machine: object; run: { id: string }; events: { seq: number; mended?: string[] }[] };
type Secret = {
  machine: string;
  run: string;
  kind: SecretKind;
  eid: string;
  ref: SecretRef;
  format?: string;
  kid?: string;
};

let tenant: TestTenant & { keyring: TestKeyring };
let schemaOf: (path: string) => Schema;

beforeEach(async () => {
  tenant = await seedReadyTenant();
  await asPerson(emailOf('admin'), `/v1/tenants/${tenant.id}/settings`, { allowRawRsaOaep: true });
  const { json } = await request<{ paths: Record<string, { post: Operation }> }>('GET', '/openapi.json');
  schemaOf = (path) => json.paths[path]?.post.requestBody.content['application/json']?.schema ?? {};
});

/** Of a PC and run of its own: what was sent before, as where a failure is made smaller, is no matter of the schema. */
function ofItsOwn(value: unknown): unknown {
  const report = structuredClone(value) as Partial<Record<'machine' | 'run', { id?: unknown } | null>> | null;
  for (const one of [report?.machine, report?.run])
    if (typeof one?.id === 'string' && one.id.length === 36) one.id = crypto.randomUUID();
  return report;
}

/** A number names one event, and how long an event is in bytes the document says beside the schema. */
const sendable = (report: Report): Report => ({
  ...report,
  events: report.events
    .filter((event) => new TextEncoder().encode(JSON.stringify(event)).length <= EVENT_MAX_BYTES)
    .map((event, index) => ({ ...event, seq: index + 1 })),
});

it('a report that fits the document is kept to the last event, and nothing of it is mended', async () => {
  await fc.assert(
    fc.asyncProperty(valuesOf(schemaOf('/v1/report')), async (value) => {
      const report = sendable(ofItsOwn(value) as Report);
      fc.pre(report.events.length > 0);
      const { status, json } = await asMachine<ReportAnswer>(tenant.token, '/v1/report', report);
      expect([status, json.rejected, json.accepted]).toEqual([200, [], report.events.length]);
      const path = `/v1/tenants/${tenant.id}/runs/${report.run.id}/events`;
      const kept = (await asPerson<EventPage>(emailOf('admin'), path)).json.events;
      expect(kept.map(({ mended = [] }) => mended)).toEqual(report.events.map(({ mended = [] }) => mended));
    }),
    { numRuns: 50 },
  );
});

/** The outcome of a report with this place made wrong, as the page says: see *What does not fit is mended*. */
function fateOf(path: string, thing: unknown): 'refused' | 'rejected' | 'mended' | 'either' {
  if (/^(|machine|machine\.id|run|run\.id)$/.test(path)) return 'refused';
  // One value in place of a list is a list of it; none is none.
  if (path === 'events') return 'either';
  if (/^events\.\d+(\.seq)?$/.test(path)) return 'rejected';
  const isAbsent = thing === null || thing === '';
  return /^events\.\d+\.type$/.test(path) && !isAbsent ? 'rejected' : 'mended';
}

it('a report that breaks the document in one step is refused without its identity, and otherwise mended: nothing else of it is lost', async () => {
  await fc.assert(
    fc.asyncProperty(oneStepWrong(schemaOf('/v1/report')), async ({ value, path, thing }) => {
      const { status, json } = (await asMachine(tenant.token, '/v1/report', JSON.stringify(ofItsOwn(value)))) as Answer<
        ReportAnswer & Problem
      >;
      const fate = fateOf(path, thing);
      if (fate === 'refused' || status === 422) {
        expect([fate, status, json.code], path).toEqual([
          expect.stringMatching(/^(refused|either)$/),
          422,
          'invalid_body',
        ]);
        return;
      }
      expect([status, json.code], path).toEqual([200, undefined]);
      // Events that were drawn with one number are no matter of the schema.
      const rejected = json.rejected.filter(({ code }) => code !== 'seq_conflict' && code !== 'seq_rejected');
      if (fate !== 'either') expect(rejected.length, path).toBe(fate === 'rejected' ? 1 : 0);
    }),
    { numRuns: 120 },
  );
});

/** Sealed for what the body says, as an engine would. */
async function sealed({ kid: _, format, ...body }: Secret) {
  const { kid, write } = tenant.keyring;
  const jwk = write.escrowKeys[0]?.jwk ?? expect.fail('a keyring has a key');
  if (format === 'rsa-oaep-256') {
    const raw = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(384))));
    return { ...body, format, kid, sealed: raw };
  }
  const { machine, run, kind, eid, ref } = body;
  const bound = { kid, jwk, tenant: tenant.id, machine, run, kind, eid, ref, iat: 1_790_000_000 };
  return { ...body, ...(format === undefined ? {} : { format }), sealed: await seal({ ...bound, plaintext: 'p' }) };
}

it('a secret that fits the document and is sealed for what it says is kept', async () => {
  await fc.assert(
    fc.asyncProperty(valuesOf(schemaOf('/v1/secret')), async (value) => {
      const { status, text } = await asMachine(tenant.token, '/v1/secret', await sealed(value as Secret));
      expect(status, text).toBe(201);
    }),
    { numRuns: 60 },
  );
});

it('a secret that breaks the document in one step is refused, because an engine that sends another thing than it means must hear it', async () => {
  await fc.assert(
    fc.asyncProperty(oneStepWrong(schemaOf('/v1/secret')), async ({ value, path }) => {
      const { status, json } = await asMachine(tenant.token, '/v1/secret', JSON.stringify(value));
      expect([status, json.code], path).toEqual([422, 'invalid_body']);
    }),
    { numRuns: 120 },
  );
});
