import { afterEach, expect, it, vi } from 'vitest';
import { asMachine, asPerson, emailOf, sealedSecret, seedReadyTenant } from '../test/workerd-fixtures.ts';

const spy = vi.spyOn(console, 'log');
afterEach(() => spy.mockClear());

it('writes one JSON line a request, with ids and the route’s pattern, and nothing that must stay out of it', async () => {
  const { id, token, keyring } = await seedReadyTenant();
  const body = await sealedSecret(id, keyring, crypto.randomUUID());
  const { json } = await asMachine<{ secretId: string }>(token, '/v1/secret', body);
  spy.mockClear();
  await asPerson(emailOf('engineer'), `/v1/tenants/${id}/secrets/${json.secretId}/reveal`, { reason: 'ticket 4711' });
  await asMachine(token, '/v1/secret', { ...body, eid: crypto.randomUUID() });
  const lines = spy.mock.calls.map(([line]) => String(line));
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    {
      ...{ event: 'request', tenant: id, principal: 'person', principalId: 'u1', method: 'POST' },
      ...{ route: '/v1/tenants/:tenant/secrets/:secret/reveal', status: 200, code: null },
      durationMs: expect.any(Number),
    },
    { tenant: id, principal: 'machine', principalId: 't1', route: '/v1/secret', status: 422, code: 'header_mismatch' },
  ]);
  for (const secret of [token, body.sealed, 'ticket', emailOf('engineer'), 'eyJ'])
    expect(lines.join('\n')).not.toContain(secret);
});
