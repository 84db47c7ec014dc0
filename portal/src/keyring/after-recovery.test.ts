// What an admin is led to once the recovery sheets were used.
import { render } from 'lit';
import { afterEach, expect, it, vi } from 'vitest';
import type { Keyring } from '../../../schema/keyring.ts';
import type { Manifest } from '../../../schema/signed.ts';
import type { StepList } from '../ui/step-list.ts';
import type { AccessWork } from './access-work.ts';
import { AfterRecovery } from './after-recovery.ts';
import type { OwnUnlockers } from './own-unlockers.ts';
import type { SharedUnlockers } from './shared-unlockers.ts';

afterEach(() => document.body.replaceChildren());

const ME = 'me@example.com';
const forgotten = { id: 'old', kind: 'passphrase', owner: ME, createdAt: 1 };
const manifest = {
  unlockers: [forgotten, { id: 'sheets', kind: 'recovery', owner: null, createdAt: 1 }],
} as unknown as Manifest;

async function shown(keyring: Partial<Keyring>, isAdmin = true) {
  const begin = vi.fn();
  const work = {
    isAdmin,
    email: ME,
    making: { what: 'nothing' },
    busy: false,
    begin,
    end() {},
  } as unknown as AccessWork;
  const after = new AfterRecovery(work, {} as OwnUnlockers, {} as SharedUnlockers);
  const container = document.body.appendChild(document.createElement('div'));
  render(after.render({ used: {}, since: {}, ...keyring } as Keyring, manifest), container);
  const list = container.querySelector<StepList>('step-list');
  await list?.updateComplete;
  const buttons = [...(list?.renderRoot.querySelectorAll('button') ?? [])];
  return { begin, buttons, words: buttons.map((one) => one.textContent?.trim()) };
}

it('leads from a new passphrase in the place of the forgotten one to new sheets', async () => {
  const { begin, buttons, words } = await shown({ used: { sheets: 1_000_000 } });
  expect(words).toEqual(['Set a new passphrase', 'Make new sheets']);
  buttons[0]?.click();
  expect(begin).toHaveBeenLastCalledWith({ what: 'forgotten', unlocker: forgotten });
  buttons[1]?.click();
  expect(begin).toHaveBeenLastCalledWith({ what: 'renewed' });
});

it('asks for new sheets alone once the passphrase is newer than their use', async () => {
  const since = { old: { at: 1_000_001, by: ME } };
  expect((await shown({ used: { sheets: 1_000_000 }, since })).words).toEqual(['Make new sheets']);
});

it('shows nothing where the sheets of now were never used, nor to an engineer', async () => {
  expect((await shown({ used: { earlier: 1_000_000 } })).words).toEqual([]);
  expect((await shown({ used: { sheets: 1_000_000 } }, false)).words).toEqual([]);
});
