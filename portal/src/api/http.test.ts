// What a person is told when an answer does not come. Nobody here is an API: whatever answers answers in its place.
import { expect, it } from 'vitest';
import { call } from './call.ts';

const params = { tenant: 'acme' };

it('says of a reading that the page tries again, because it does', async () => {
  const reading = call('GET /v1/tenants/:tenant/overview', { params });
  await expect(reading).rejects.toThrow(/This page tries again\.$/);
});

it('says of an act that it may have been done, because only its answer may be lost and nothing repeats it', async () => {
  const act = call('POST /v1/tenants/:tenant/people', { params, body: { email: 'a@example.com', role: 'auditor' } });
  await expect(act).rejects.toThrow(/Whether it has done what you asked is not known: look before you do it again\.$/);
});

it('says so of an act that takes no body, too', async () => {
  const act = call('POST /v1/tenants/:tenant/backup/run', { params });
  await expect(act).rejects.toThrow(/look before you do it again\.$/);
});
