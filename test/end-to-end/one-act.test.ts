// Busy means busy: every act that sends something is pressed twice before anything is drawn and pressed on while its request is held on
// the way. One request goes out, and text typed meanwhile is there afterwards. A new act is a row.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { asPerson } from '../../dev/stand/as-person.ts';
import { freePorts } from '../../dev/stand/ports.ts';
import { type Stand, startStand } from '../../dev/stand/stand.ts';
import { Engine } from '../../engine/client.ts';
import { type Keyring, PublicKeyAnswer } from '../../schema/keyring.ts';
import type { Overview } from '../../schema/machine.ts';
import type { RotationPage } from '../../schema/rotation.ts';
import type { Receipt } from '../../schema/secret.ts';
import { SpoolLine } from '../../schema/spool.ts';
import { type Act, BROUGHT, PC, SHARED, TWIN, type World } from '../support/act.ts';
import { GROUPS } from '../support/acts.ts';
import { bent } from '../support/bent.ts';
import { openBrowser, openPage } from '../support/browser.ts';
import { type Held, hold, pressTwice } from '../support/held.ts';
import { CHANGING, LEFT_BEHIND, REPLACED, RESEALING, SET_UP } from '../support/keyring-acts.ts';
import { portalPosts } from '../support/posts.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { ADMIN_PASSPHRASE, signIn, unlock } from '../support/story.ts';

const EARLY = '12';
const NEVER_ONLINE = { id: crypto.randomUUID(), hostname: 'ACM-DT-0404' };

let stateDir: string;
let stand: Stand;
let browser: Browser;
let receiver: Receiver;
const pages: Record<NonNullable<Act['who']>, Page> = {} as never;
const world: World = { receiver: '', spoolFile: '', code: '' };

const engineOf = (
  machine: { id: string; hostname: string; serial?: string },
  more: Partial<ConstructorParameters<typeof Engine>[0]> = {},
) =>
  new Engine({
    apiOrigin: stand.addresses.api,
    token: stand.demo.token,
    machine,
    sleep: async () => {},
    spoolDir: path.join(stateDir, 'engines', machine.id),
    ...more,
  });

const pathOf = (sends: string): RegExp =>
  new RegExp(`${sends.startsWith('/') ? '^' : '^/v1/tenants/[^/]+/'}${sends.replaceAll('*', '[^/]+')}$`);

/** A tab of its own, so that nothing that failed before is left in it. The first one of each person stays open, and with it the vault. */
async function pageFor({ who = 'admin', at }: Pick<Act, 'who' | 'at'>): Promise<Page> {
  const [first, before] = pages[who].context().pages();
  if (at === undefined) return pages[who];
  pages[who] = await pages[who].context().newPage();
  if (before && before !== first) await before.close();
  await pages[who].goto(`${stand.addresses.portal}${at.startsWith('/') ? at : `/t/${stand.demo.tenant}/${at}`}`);
  return pages[who];
}

async function busyMeansBusy(act: Act): Promise<void> {
  const page = await pageFor(act);
  await act.before?.(page, world);
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
  stateDir = mkdtempSync(path.join(os.tmpdir(), 'totl-one-act-'));
  receiver = await startReceiver();
  world.receiver = receiver.origin;
  stand = await startStand({ port: await freePorts(4), stateDir, fleet: 0 });
  browser = await openBrowser();
  for (const who of ['admin', 'engineer', 'operator'] as const) {
    pages[who] = (await openPage(browser)).page;
    await signIn(pages[who], stand.addresses.portal, `${who}@example.com`);
  }
  await busyMeansBusy(SET_UP);
  await furnish();
  await pages.admin.getByRole('button', { name: 'Unlock', exact: true }).click();
  await unlock(pages.admin, 'Passphrase', ADMIN_PASSPHRASE);
  await pages.admin.getByRole('button', { name: 'Lock', exact: true }).waitFor();
});
after(async () => {
  await browser?.close();
  await stand?.close();
  await receiver?.close();
  rmSync(stateDir, { recursive: true, force: true });
});

/** After the set-up: two PCs with a secret each, two under one id, and the file of one that was never online. */
async function furnish(): Promise<void> {
  for (const machine of [TWIN, PC]) {
    const engine = engineOf(machine);
    const run = record(engine);
    assert.ok((await engine.flush()).ok);
    assert.ok((await engine.escrow(run, 'local_admin_password', { account: 'Administrator' }, machine.hostname)).ok);
  }
  for (const serial of [SHARED.serial, 'VM-0007-B']) {
    const engine = engineOf(
      { ...SHARED, serial },
      { spoolDir: path.join(stateDir, 'engines', `${SHARED.id}-${serial}`) },
    );
    record(engine);
    assert.ok((await engine.flush()).ok);
  }
  const headers = { authorization: `Bearer ${stand.demo.token}` };
  const tenantKey = PublicKeyAnswer.parse(
    await (await fetch(`${stand.addresses.api}/v1/tenant/pubkey`, { headers })).json(),
  );
  const { fingerprint } = await asPerson<Overview>(stand, 'admin@example.com', 'overview');
  assert.ok(fingerprint);
  const offline: typeof fetch = async () => {
    throw new TypeError('offline');
  };
  const spoolOf = async (machine: typeof NEVER_ONLINE): Promise<string> => {
    const engine = engineOf(machine, { fetch: offline, fingerprint, tenantKey });
    await engine.escrow(record(engine), 'local_admin_password', { account: 'Administrator' }, 'never online');
    const file = path.join(stateDir, `${machine.id}.spool.ndjson`);
    engine.exportSpool(file);
    return file;
  };
  world.spoolFile = await spoolOf(NEVER_ONLINE);
  for (const text of readFileSync(await spoolOf(BROUGHT), 'utf8')
    .trimEnd()
    .split('\n')) {
    const line = SpoolLine.parse(JSON.parse(text));
    const [route, body] = 'report' in line ? ['spool/report', line.report] : ['spool/secret', line.secret];
    const kept = await asPerson<Partial<Receipt>>(stand, 'engineer@example.com', String(route), body);
    if (kept.secretId)
      await asPerson(stand, 'engineer@example.com', `secrets/${kept.secretId}/reveal`, { reason: 'the test' });
  }
}

function record(engine: Engine): string {
  const run = { id: crypto.randomUUID(), startedAt: Date.now(), phases: ['preflight'] };
  engine.startRun(run);
  engine.event(run.id, { type: 'run_succeeded', message: 'Over' });
  return run.id;
}

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
  await bent<RotationPage>(await pageFor({ at: 'keys' }), isPage, spoil, async () => {
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
    pages.admin.context(),
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
