// A change of a membership while its tenant is open: whoever may no longer reveal holds no keys, though the vault says that it is locked.
import { wrap } from 'comlink';
import type { ReactiveControllerHost } from 'lit';
import { afterEach, expect, it, vi } from 'vitest';
import type { Me } from '../../../schema/person.ts';
import type { Vault } from '../../vault/contract.ts';
import {
  ADMIN,
  keyringOf,
  makeTenant,
  must,
  sealedRecord,
  TENANT,
  unlockerAt,
  unlockInput,
} from '../../vault/fixtures.ts';
import workerUrl from '../../vault/keeper.worker.ts?worker&url';
import { Identity } from './identity.ts';

const host: ReactiveControllerHost = {
  addController: () => {},
  removeController: () => {},
  requestUpdate: () => {},
  updateComplete: Promise.resolve(true),
};
afterEach(() => vi.unstubAllGlobals());

it('closes a vault that only re-seals, too, once its person is an auditor', async () => {
  let me: Me = {
    email: ADMIN,
    operator: false,
    memberships: [{ tenant: TENANT, name: 'Acme', role: 'admin', status: 'active' }],
  };
  vi.stubGlobal('fetch', async () => Response.json(me));
  const identity = new Identity(host, () => TENANT);
  await identity.ask();
  const draft = await makeTenant();
  const keyring = keyringOf(draft);
  const record = await sealedRecord(keyring, { kind: 'local_admin_password', ref: { account: 'A' }, plaintext: 'kq7' });
  const { kid } = record.version;
  const vault = wrap<Vault>(new SharedWorker(workerUrl, { type: 'module', name: 'totl-vault' }).port);
  must(await vault.beginReseal(unlockInput(keyring, unlockerAt(draft.write, 1), draft.recoveryCode), kid));
  must(await vault.reseal(record, kid));
  me = { ...me, memberships: me.memberships.map((one) => ({ ...one, role: 'auditor' })) };
  await identity.ask();
  await vi.waitFor(async () => expect(await vault.reseal(record, kid)).toMatchObject({ code: 'locked' }));
});
