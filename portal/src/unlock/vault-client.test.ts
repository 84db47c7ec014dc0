// Two tabs of one browser and the vault that they share. The other tab is the worker's second port.
import { wrap } from 'comlink';
import { expect, it, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import type { Vault, VaultState } from '../../vault/contract.ts';
import { keyringOf, makeTenant, must, sealedRecord, unlockerAt, unlockInput } from '../../vault/fixtures.ts';
import workerUrl from '../../vault/keeper.worker.ts?worker&url';
import { lockWhatIsOpen, onVaultState, refreshVaultState, whileResealing } from './vault-client.ts';

const secondTab = () => wrap<Vault>(new SharedWorker(workerUrl, { type: 'module', name: 'totl-vault' }).port);

it('the tab that was first to note a person does not lock what this person then unlocks in another tab', async () => {
  const draft = await makeTenant();
  const other = secondTab();
  lockWhatIsOpen();
  const heard = new Promise<VaultState>((resolve) => {
    onVaultState(resolve);
  });
  must(await other.unlock(unlockInput(keyringOf(draft), unlockerAt(draft.write, 1), draft.recoveryCode)));
  expect((await heard).state).toBe('unlocked');
  expect((await other.state()).state).toBe('unlocked');
  await other.lock();
});

/** A tenant, one of its secrets, and how its vault is opened for re-sealing alone. */
async function resealing() {
  const draft = await makeTenant();
  const keyring = keyringOf(draft);
  const record = await sealedRecord(keyring, { kind: 'local_admin_password', ref: { account: 'A' }, plaintext: 'kq7' });
  const { seen: _seen, ...input } = unlockInput(keyring, unlockerAt(draft.write, 1), draft.recoveryCode);
  return { record, kid: record.version.kid, input };
}
const LOCKED = { ok: false, code: 'locked' };

it('shows nothing to any tab while one re-seals, and says to each that it is locked', async () => {
  const [other, { record, kid, input }] = [secondTab(), await resealing()];
  const done = await whileResealing(input, kid, async () => {
    expect(await other.state()).toEqual({ state: 'locked' });
    expect(await other.open(record)).toMatchObject(LOCKED);
    expect(await other.check(record)).toMatchObject(LOCKED);
    return other.reseal(record, kid);
  });
  expect(done).toMatchObject({ ok: true, value: { ok: true } });
  expect(await other.reseal(record, kid)).toMatchObject(LOCKED);
});

it('is closed by a failure of the work as by its end, because nobody comes back to close it', async () => {
  const [other, { record, kid, input }] = [secondTab(), await resealing()];
  const failing = whileResealing(input, kid, async () => {
    must(await other.reseal(record, kid));
    throw new Error('the server is gone');
  });
  await expect(failing).rejects.toThrow('the server is gone');
  expect(await other.reseal(record, kid)).toMatchObject(LOCKED);
});

it('is closed by a lock in another tab, in the middle of the work', async () => {
  const [other, { record, kid, input }] = [secondTab(), await resealing()];
  const done = await whileResealing(input, kid, async () => {
    must(await other.reseal(record, kid));
    await other.lock();
    return other.reseal(record, kid);
  });
  expect(done).toMatchObject({ ok: true, value: LOCKED });
});

it('does no work where the server’s keyring has another active key than the one that was made', async () => {
  const { kid, input } = await resealing();
  const work = vi.fn();
  expect(await whileResealing(input, `${kid.slice(0, -1)}-`, work)).toMatchObject({
    ok: false,
    code: 'keyring_changed',
  });
  expect(work).not.toHaveBeenCalled();
});

it('counts its idle time from the last input on any page, because whoever reads the fleet is there', async () => {
  const draft = await makeTenant();
  const other = secondTab();
  must(await other.unlock(unlockInput(keyringOf(draft), unlockerAt(draft.write, 1), draft.recoveryCode)));
  const before = await refreshVaultState();
  const locksAt = (state: VaultState) => (state.state === 'unlocked' ? state.locksAt : 0);
  expect(locksAt(before)).toBeGreaterThan(0);
  document.body.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true }));
  expect(locksAt(await other.state())).toBe(locksAt(before));
  await userEvent.keyboard('x');
  await vi.waitUntil(async () => locksAt(await other.state()) > locksAt(before), { timeout: 30_000 });
  await other.lock();
});
