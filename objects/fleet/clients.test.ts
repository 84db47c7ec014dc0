// The MSP's clients by the names that engines give them: any text is a name, also one that means something to a program.
import { expect, it } from 'vitest';
import type { ClientList, MachinePage } from '../../schema/machine.ts';
import {
  asMachine,
  asPerson,
  emailOf,
  event,
  newMachine,
  newRun,
  seedReadyTenant,
} from '../../test/workerd-fixtures.ts';

const NAMES = [
  'null',
  'undefined',
  'NaN',
  'true',
  '0',
  '__proto__',
  'constructor',
  'A&B + 100% #1',
  "O'Brien; --",
  '🦷 Zürich',
  '%',
];

it('a client is found by its name, whatever it is: there are people called Null', async () => {
  const tenant = await seedReadyTenant();
  const ids = new Map<string, string>();
  for (const client of NAMES) {
    const machine = { ...newMachine(), client };
    ids.set(client, machine.id);
    await asMachine(tenant.token, '/v1/report', { machine, run: newRun(), events: [event(1)] });
  }
  const ask = <T>(path: string) => asPerson<T>(emailOf('engineer'), `/v1/tenants/${tenant.id}/${path}`);
  const { clients } = (await ask<ClientList>('clients?limit=100')).json;
  expect(clients.map(({ name, machines }) => [name, machines]).sort()).toEqual(NAMES.map((name) => [name, 1]).sort());
  for (const client of NAMES) {
    const { machines } = (await ask<MachinePage>(`machines?client=${encodeURIComponent(client)}`)).json;
    expect(machines.map(({ id, client }) => [id, client])).toEqual([[ids.get(client), client]]);
  }
});
