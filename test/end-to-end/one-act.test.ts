// Busy means busy: every act that sends something is pressed twice before anything is drawn and pressed on while its request is held on
// the way. One request goes out, and text typed meanwhile is there afterwards. A new act is a row.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { ActingStand, pathOf } from '../../dev/torture/acting-stand.ts';
import type { Keyring } from '../../schema/keyring.ts';
import type { RotationPage } from '../../schema/rotation.ts';
import type { Act } from '../support/act.ts';
import { GROUPS } from '../support/acts.ts';
import { bent } from '../support/bent.ts';
import { type Held, hold, pressTwice } from '../support/held.ts';
import { CHANGING, LEFT_BEHIND, REPLACED, RESEALING, SET_UP } from '../support/keyring-acts.ts';
import { portalPosts } from '../support/posts.ts';

const EARLY = '12';
const acting = new ActingStand();

async function busyMeansBusy(act: Act): Promise<void> {
  const page = await acting.pageFor(act);
  await act.before?.(page, acting.world);
  const pressed = act.press(page);
  // It waits for the previous act: a disabled button cannot be pressed.
  await pressed.click({ trial: true });
  await pressed.focus();
  const held = await hold(page, pathOf(act.sends));
  try {
    await pressed.evaluate(pressTwice);
    await held.first;
    await pressedOn(page, act, held);
  } finally {
    held.release();
    await held.end();
  }
  await act.after?.(page);
}

/** By keyboard and by mouse, where there is still something to press, and what may be typed meanwhile is typed. */
async function pressedOn(page: Page, act: Act, held: Held): Promise<void> {
  const pressed = act.press(page);
  const enter = act.enter?.(page);
  if (enter && (await enter.isVisible())) await enter.press('Enter');
  if (await pressed.isVisible()) {
    await page.keyboard.press('Enter');
    await pressed.click({ force: true });
  }
  const field = act.types?.(page);
  const before = await field?.inputValue();
  await field?.press('End');
  await field?.pressSequentially(EARLY);
  assert.equal(held.sent.length, 1, 'while the first is on its way');
  held.release();
  await act.done(page).waitFor();
  if (!act.many) assert.equal(held.sent.length, 1, 'in all');
  assert.equal(new Set(held.sent).size, held.sent.length, 'nothing is sent twice');
  if (!field) return;
  const now = await field.inputValue();
  assert.ok([EARLY, before + EARLY].includes(now), `typed early, and now there is “${now}”`);
}

before(async () => {
  await acting.open();
  await busyMeansBusy(SET_UP);
  await acting.furnish();
});
after(() => acting.close());

for (const [what, acts] of Object.entries(GROUPS))
  test(`one act at a time, and what is typed meanwhile stays: ${what.toLowerCase()}`, async () => {
    for (const act of acts) await busyMeansBusy(act);
  });

test('one act at a time in a rotation, whose left-behind secrets keep the reasons that are typed beside them', async () => {
  const isPage = (url: URL) => url.pathname.endsWith('/rotation/page');
  const spoil = (page: RotationPage): RotationPage => ({
    ...page,
    items: page.items.map((item) => ({ ...item, sealed: `${item.sealed.slice(0, -4)}AAAA` })),
  });
  await bent<RotationPage>(await acting.pageFor({ at: 'keys' }), isPage, spoil, async () => {
    for (const act of LEFT_BEHIND) await busyMeansBusy(act);
  });
  for (const act of RESEALING) await busyMeansBusy(act);
});

test('one act at a time, and the passphrase is changed once', async () => {
  for (const act of CHANGING) await busyMeansBusy(act);
});

test('one act at a time where a change of the keyring is answered, taken back, and taken for what it is', async () => {
  const isKeyring = (url: URL) => url.pathname.endsWith('/keyring');
  const another = (keyring: Keyring): Keyring => ({
    ...keyring,
    changes: keyring.changes?.map((change) => ({ ...change, by: 'another@example.com', replaces: true })),
  });
  await bent<Keyring>(
    acting.pages.admin.context(),
    isKeyring,
    another,
    async () => {
      for (const act of REPLACED) await busyMeansBusy(act);
    },
    'GET',
  );
});

test('every call of the portal that changes something is a row here', () => {
  const rows = [SET_UP, ...Object.values(GROUPS).flat(), ...LEFT_BEHIND, ...RESEALING, ...CHANGING, ...REPLACED].map(
    ({ sends }) => sends,
  );
  const isOneOf = (sends: string) => (row: string) =>
    pathOf(sends).test(row.startsWith('/') ? row : `/v1/tenants/x/${row}`);
  assert.deepEqual(
    portalPosts().filter((sends) => !rows.some(isOneOf(sends))),
    [],
  );
});
