// The keyrings of a leaver's time show what they could open, a hundred a turn; until all are read, the card assumes the
// worst.
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { beforeEach, expect, it } from 'vitest';
import type { Leaver, PeopleList } from '../../schema/person.ts';
import { asPerson, bindings, emailOf, seedReadyTenant } from '../../test/workerd-fixtures.ts';

const ADMIN = emailOf('admin');
let id: string;
const stub = () => bindings.TENANT.getByName(id);

/** Three hundred keyrings before the first that exists; one of them, long ago, names these ways to unlock. */
const before = (unlockers: readonly object[]) =>
  runInDurableObject(stub(), (_object, { storage: { sql } }) => {
    const manifest = (named: readonly object[]) =>
      `e30.${Buffer.from(JSON.stringify({ unlockers: named })).toString('base64url')}.x`;
    for (let i = 0; i < 300; i++)
      sql.exec("INSERT INTO manifests VALUES (?, ?, 'x', ?, 'x')", -i, manifest(i === 250 ? unlockers : []), 1000 - i);
  });
const remove = async (): Promise<void> => {
  expect((await asPerson(ADMIN, `/v1/tenants/${id}/people/u1/remove`, {})).status).toBe(200);
};
const card = async (): Promise<Leaver | undefined> =>
  (await asPerson<PeopleList>(ADMIN, `/v1/tenants/${id}/people`)).json.leavers[0];
async function lookToTheEnd(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await runDurableObjectAlarm(stub());
}

beforeEach(async () => {
  ({ id } = await seedReadyTenant());
});

it('says the worst until the look is over, and then what was so', async () => {
  await before([]);
  await remove();
  expect(await card()).toMatchObject({ couldFetch: { team: true, recovery: true }, rootReplaced: false });
  await lookToTheEnd();
  expect(await card()).toMatchObject({ couldFetch: { team: true, recovery: false }, rootReplaced: true });
});

it('finds the way to unlock with admin rights that they had three years ago, because they may have kept its keys', async () => {
  await before([{ id: 'old', kind: 'passkey', owner: emailOf('engineer'), rights: ['reveal', 'admin'] }]);
  await remove();
  await lookToTheEnd();
  expect(await card()).toMatchObject({ couldFetch: { team: true, recovery: true }, rootReplaced: false });
});

it('is over at once where there are few keyrings', async () => {
  await remove();
  expect(await card()).toMatchObject({ couldFetch: { team: true, recovery: false } });
});
