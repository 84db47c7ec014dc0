// The portal asks as its row says. Code that must not compile is marked; where it compiles all the same, the type check
// fails here.
import { afterEach, expect, it, vi } from 'vitest';
import { call, download, urlOf } from './call.ts';

afterEach(() => vi.unstubAllGlobals());

it('spells an id as one part of the path, because it may be anything that a server has said', () => {
  const { pathname, search } = urlOf('GET /v1/tenants/:tenant/machines/:machine/history', {
    params: { tenant: 'acme', machine: '../x?y' },
    query: { after: '1/serial/a b', limit: undefined },
  });
  expect(pathname).toBe('/v1/tenants/acme/machines/..%2Fx%3Fy/history');
  expect(search).toBe('?after=1%2Fserial%2Fa+b');
});

it('does not compile with a route that there is not, without an id, or with a body or query that is another’s', () => {
  const params = { tenant: 'acme' };
  const wrong = () => [
    // @ts-expect-error No such route.
    call('GET /v1/nothing'),
    // @ts-expect-error Whose tenant?
    call('GET /v1/tenants/:tenant/overview'),
    // @ts-expect-error Which person?
    call('POST /v1/tenants/:tenant/people/:person/remove', { params }),
    // @ts-expect-error A role that there is not.
    call('POST /v1/tenants/:tenant/people', { params, body: { email: 'a@example.com', role: 'owner' } }),
    // @ts-expect-error It takes no body.
    call('POST /v1/tenants/:tenant/backup/run', { params, body: { now: true } }),
    // @ts-expect-error What is searched for has to be said.
    call('GET /v1/tenants/:tenant/search', { params }),
    // @ts-expect-error No file.
    download('POST /v1/tenants/:tenant/people', { params, body: {}, signal: new AbortController().signal }),
  ];
  const right = async () => (await call('GET /v1/tenants/:tenant/overview', { params })).keyState;
  expect([typeof wrong, typeof right]).toEqual(['function', 'function']);
});

it('asks for a file without a name, because one that broke off is asked for again and not done already', async () => {
  const asked: URL[] = [];
  vi.stubGlobal('fetch', async (url: URL) => {
    asked.push(url);
    return Response.json({});
  });
  const params = { tenant: 'acme' };
  const { signal } = new AbortController();
  await download('POST /v1/tenants/:tenant/audit/export', { params, body: { format: 'csv' }, signal });
  await call('POST /v1/tenants/:tenant/backup/run', { params });
  expect(asked.map(({ searchParams }) => searchParams.has('act'))).toEqual([false, true]);
});
