// A row binds its handler. Code that must not compile is marked; where it compiles all the same, the type check fails
// here.
import { describe, expect, it } from 'vitest';
import type { RevealedReport } from '../../schema/person.ts';
import { audit } from '../../schema/routes/audit.ts';
import { people } from '../../schema/routes/people.ts';
import { json, type Rows, SMALL_BODY_BYTES } from '../../schema/routes/row.ts';
import { SettingsChange } from '../../schema/settings.ts';
import { handled } from './route.ts';

const REVEALED = 'GET /v1/tenants/:tenant/people/:person/revealed';
const rows = { [REVEALED]: people[REVEALED] } as const;
const report: RevealedReport = { email: 'a@example.com', revealed: [], next: null, bulkReads: 0 };

describe('a handler', () => {
  it('answers what its row says, and gets the ids of its path', () => {
    const [route] = handled(rows, {
      [REVEALED]: async ({ params, query }) => ({ ...report, email: params.person, next: query.after ?? null }),
    });
    expect(route).toMatchObject({ method: 'GET', path: '/v1/tenants/:tenant/people/:person/revealed', who: 'member' });
  });

  it('does not compile with another answer, an id that its path does not have, or none for a row', () => {
    // @ts-expect-error An answer without `next` is not the row's.
    handled(rows, { [REVEALED]: async () => ({ email: 'a@example.com', revealed: [], bulkReads: 0 }) });
    // @ts-expect-error `more` is not the row's: a member that nobody meant to send is not sent.
    handled(rows, { [REVEALED]: async () => ({ ...report, more: 1 }) });
    // @ts-expect-error There is no `:machine` in the path.
    handled(rows, { [REVEALED]: async ({ params }) => ({ ...report, email: params.machine }) });
    // @ts-expect-error Each row needs its handler.
    handled(rows, {});
    // @ts-expect-error A file is streamed, and is not JSON.
    handled(audit, { ...handlersOfAudit, 'POST /v1/tenants/:tenant/audit/export': async () => report });
  });
});

const handlersOfAudit = {
  'GET /v1/tenants/:tenant/audit': async () => ({ entries: [], next: null }),
  'GET /v1/tenants/:tenant/audit/head': async () => ({ chain: { seq: 1, hash: '' }, index: null }),
};

const said = { who: 'member', summary: 'A row', roles: ['admin'], answer: SettingsChange } as const;

describe('a row', () => {
  it('takes an empty object where it names no body, because what has an effect has its content type checked', () => {
    const POST = 'POST /v1/tenants/:tenant/people/:person/remove';
    const [route] = handled({ [POST]: people[POST] } as const, {
      [POST]: async ({ params }) => ({ person: params.person, removedAt: 0 }),
    });
    expect(route?.method === 'POST' && route.body.schema.safeParse({}).success).toBe(true);
    expect(route?.method === 'POST' && route.body.schema.safeParse({ more: 1 }).success).toBe(false);
  });

  it('does not compile with an effect that is not on record, nor with one where it only reads', () => {
    // @ts-expect-error A POST without an audit action.
    const silent = { 'POST /v1/tenants/:tenant/x': { ...said, audit: [] } } as const satisfies Rows;
    // @ts-expect-error A GET with one.
    const loud = { 'GET /v1/tenants/:tenant/x': { ...said, audit: ['settings.changed'] } } as const satisfies Rows;
    // @ts-expect-error A GET with a body, which no browser sends.
    const full = { 'GET /v1/x': { ...said, audit: null, body: json(SettingsChange, SMALL_BODY_BYTES) } } satisfies Rows;
    expect([silent, loud, full]).toHaveLength(3);
  });
});
