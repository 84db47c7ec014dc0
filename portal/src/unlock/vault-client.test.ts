// Two tabs of one browser and the vault that they share. The other tab is the worker's second port.
import { wrap } from 'comlink';
import { expect, it } from 'vitest';
import type { Vault, VaultState } from '../../vault/contract.ts';
import { keyringOf, makeTenant, must, unlockerAt, unlockInput } from '../../vault/fixtures.ts';
import workerUrl from '../../vault/keeper.worker.ts?worker&url';
import { lockWhatIsOpen, onVaultState } from './vault-client.ts';

it('the tab that was first to note a person does not lock what this person then unlocks in another tab', async () => {
  const draft = await makeTenant();
  const other = wrap<Vault>(new SharedWorker(workerUrl, { type: 'module', name: 'totl-vault' }).port);
  lockWhatIsOpen();
  const heard = new Promise<VaultState>((resolve) => {
    onVaultState(resolve);
  });
  must(await other.unlock(unlockInput(keyringOf(draft), unlockerAt(draft.write, 1), draft.recoveryCode)));
  expect((await heard).state).toBe('unlocked');
  expect((await other.state()).state).toBe('unlocked');
  await other.lock();
});
