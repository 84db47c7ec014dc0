// A live socket through the whole Worker, with real tokens: who may open one, what it is sent, and when it ends.
import { expect, it, vi } from 'vitest';
import { asMachine, emailOf, event, mustListen, newMachine, newRun, seedTenant } from '../test/workerd-fixtures.ts';

it('tells of a report once it is kept, and another tenant of nothing', async () => {
  const [tenant, other] = [await seedTenant(), await seedTenant('Other')];
  const mine = await mustListen(emailOf('engineer'), tenant.id);
  const theirs = await mustListen(emailOf('engineer'), other.id);
  const machine = newMachine();
  await asMachine(tenant.token, '/v1/report', { machine, run: newRun(), events: [event(1)] });
  await vi.waitFor(() => expect(mine.heard).toHaveLength(2));
  expect(theirs.heard).toHaveLength(1);
});
