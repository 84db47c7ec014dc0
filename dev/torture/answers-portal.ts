// The portal in Chromium over a network that loses answers: every act that sends something meets a fault. A person is told what is known,
// nothing is repeated behind their back, and pressing again does nothing twice.
import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { chance } from '../../engine/simulator/random.ts';
import type { AuditEntry, AuditHeads, AuditPage } from '../../schema/audit.ts';
import type { RotationPage } from '../../schema/rotation.ts';
import { list } from '../../schema/routes/contract.ts';
import { type Act, button, inDialog } from '../../test/support/act.ts';
import { GROUPS } from '../../test/support/acts.ts';
import { bent } from '../../test/support/bent.ts';
import { CHANGING, LEFT_BEHIND, RESEALING, SET_UP } from '../../test/support/keyring-acts.ts';
import { LOST } from '../../test/support/lost-acts.ts';
import { until } from '../../test/support/patience.ts';
import { ADMIN_PASSPHRASE, unlock } from '../../test/support/story.ts';
import { asPerson } from '../stand/as-person.ts';
import { ActingStand, pathOf } from './acting-stand.ts';
import { BadNetwork, type NetworkFault } from './bad-network.ts';
import type { Outcome, Run } from './part.ts';

type Meets = readonly [fault: NetworkFault, does: 'not done' | 'unheard' | 'doubled'];
/** Each with how often the act is done by it: not, once with its answer lost, or asked for twice. */
const FAULTS: readonly Meets[] = [
  ['dropped before', 'not done'],
  ['reset before', 'not done'],
  ['cut short on the way in', 'not done'],
  ['dropped after', 'unheard'],
  ['reset after', 'unheard'],
  ['cut short on the way out', 'unheard'],
  ['held back', 'unheard'],
  ['sent twice', 'doubled'],
];

/** How long a button that is going away is tried for. */
const [PRESS_MS, LOOKS] = [1_000, 20];

export const ROUNDS = FAULTS.length;
const UNKNOWN = /look before you do it again|was not saved/;
const DONE_ALREADY = 'This was done already';
/** Acts whose answer is not held back: a file may take as long as it takes; a page of a rotation is bent on its way, by who asks for it. */
const UNLIMITED = ['audit/export', 'rotation/page'];

/** The limit of every request that waits is over when the test says so, and not before: a busy machine is slow. */
const HURRIED = `{
  const waiting = new Set();
  AbortSignal.timeout = () => {
    const limit = new AbortController();
    waiting.add(limit);
    return limit.signal;
  };
  window.timeIsUp = () => {
    for (const limit of waiting) limit.abort(new DOMException('signal timed out', 'TimeoutError'));
    waiting.clear();
  };
}`;

/** One walk through all acts on a stand of its own. */
class Walk {
  readonly #acting = new ActingStand();
  readonly #first: number;
  #network: BadNetwork | null = null;
  #acts = 0;

  /** `first`: the fault of the first act; each later one meets the next in the list. */
  constructor(first: number) {
    this.#first = first;
  }

  get network(): BadNetwork {
    assert.ok(this.#network);
    return this.#network;
  }

  get acts(): number {
    return this.#acts;
  }

  async open(seed: number): Promise<void> {
    const between = async (api: string) => {
      this.#network = await BadNetwork.open(api, chance(seed));
      return this.#network;
    };
    await this.#acting.open({ between }, async (page) => {
      await page.context().addInitScript(HURRIED);
    });
    await this.#meet(SET_UP);
    await this.#acting.furnish();
  }

  close(): Promise<void> {
    return this.#acting.close();
  }

  async group(acts: readonly Act[]): Promise<void> {
    for (const act of acts) await this.#meet(act);
  }

  /** While the server gives out ciphertexts that do not open, and after it. */
  async rotation(): Promise<void> {
    const spoil = (page: RotationPage): RotationPage => ({
      ...page,
      items: page.items.map((item) => ({ ...item, sealed: `${item.sealed.slice(0, -4)}AAAA` })),
    });
    const isPage = (url: URL) => url.pathname.endsWith('/rotation/page');
    const [begun, ...left] = LEFT_BEHIND;
    assert.ok(begun);
    const page = await this.#acting.pageFor({ at: 'keys' });
    await bent<RotationPage>(page, isPage, spoil, async () => {
      await this.#meet(begun);
      // A vault that was opened before a change whose answer was lost does not know the new key.
      await button(page, 'Lock').click();
      await button(page, 'Unlock').click();
      await unlock(page, 'Passphrase', ADMIN_PASSPHRASE);
      await button(page, 'Lock').waitFor();
      await this.group(left);
    });
    await this.group(RESEALING);
  }

  async #meet(act: Act): Promise<void> {
    const [fault, does] = FAULTS[(this.#first + this.#acts++) % FAULTS.length] as Meets;
    const meets: Meets =
      UNLIMITED.includes(act.sends) && fault === 'held back' ? ['reset after', 'unheard'] : [fault, does];
    try {
      await this.#lost(act, meets);
    } catch (error) {
      throw new Error(`${act.sends}, ${meets[0]}: ${(error as Error).message}`, { cause: error });
    }
  }

  async #lost(act: Act, [fault, does]: Meets): Promise<void> {
    const { network } = this;
    const page = await this.#acting.pageFor(act);
    await act.before?.(page, this.#acting.world);
    await act.press(page).click({ trial: true });
    const before = await this.#head();
    const [heard, answered] = [network.heard.length, network.answered.length];
    const path = pathOf(act.sends);
    const count = (of: readonly string[], from: number, fits: RegExp): number =>
      of.slice(from).filter((one) => fits.test(one) && path.test(one.split(' ').at(-1) ?? '')).length;
    network.script(path, fault);
    await act.press(page).click();
    await until('its request', () => !network.isScripted);
    if (fault === 'held back') {
      await until('the answer that is held back', () => network.isHolding);
      await page.evaluate('timeIsUp()');
    }
    const unknown = page.getByText(UNKNOWN).first();
    const done = act.done(page).or(page.getByText(DONE_ALREADY).first()).first();
    await (does === 'doubled' ? done : unknown).waitFor();
    if (!act.many) assert.equal(count(network.heard, heard, /^POST /), 1, 'requests after one press');
    if (does !== 'doubled') await this.#again(act, page, does, () => count(network.heard, heard, /^POST /));
    const { second, shown } = LOST[act.sends] ?? {};
    if (act.who === 'operator')
      assert.ok(
        count(network.answered, answered, second === 'same' ? /^201 POST / : /^2\d\d POST /) <= 1,
        'done more than once',
      );
    else if (second !== 'anew') await this.#onRecordOnce(act, before);
    if (shown) await this.#shownAnew(page, shown);
    if (await act.done(page).isVisible()) await act.after?.(page);
    else await closed(page);
  }

  /** A person presses again, where there is something to press. `sent`: how many requests there were. */
  async #again(act: Act, page: Page, does: 'not done' | 'unheard', sent: () => number): Promise<void> {
    const { reopens = false, second, again = act.press } = LOST[act.sends] ?? {};
    const pressed = again(page);
    const words = does === 'unheard' && second === undefined ? page.getByText(DONE_ALREADY) : act.done(page);
    const isGone = async () => does === 'unheard' && !reopens && !(await pressed.isVisible());
    if (await isGone()) return;
    if (!(await pressed.isVisible())) {
      await closed(page);
      await act.before?.(page, this.#acting.world);
    }
    // While the page reads anew what the first press has changed, a press does nothing, and then there may be nothing left to press.
    const before = sent();
    const isOver = async () => (await words.first().isVisible()) || (await isGone());
    await until('what comes of the second press', async () => {
      if (
        sent() === before &&
        (await pressed.isVisible()) &&
        (await pressed.isEnabled({ timeout: PRESS_MS }).catch(() => false))
      )
        await pressed.click({ force: true, timeout: PRESS_MS }).catch(() => {});
      for (let looks = 0; looks < LOOKS; looks++) {
        if (await isOver()) return true;
        if (sent() > before) await words.first().waitFor();
        else await wait(PRESS_MS / LOOKS);
      }
      return false;
    });
  }

  async #shownAnew(page: Page, shown: (page: Page) => Promise<unknown>): Promise<void> {
    const tab = await page.context().newPage();
    await tab.goto(page.url());
    await shown(tab);
    await tab.close();
  }

  #ask<T>(route: string): Promise<T> {
    return asPerson<T>(this.#acting.stand, 'admin@example.com', route);
  }

  async #head(): Promise<number> {
    return (await this.#ask<AuditHeads>('audit/head')).chain.seq;
  }

  /** Every entry that the route may make is there once at most since then, and one of them is. */
  async #onRecordOnce(act: Act, since: number): Promise<void> {
    const row = list.find(({ method, path }) => method === 'POST' && sameRoute(path, act.sends));
    assert.ok(row?.audit, 'no row of the contract has this route');
    const actions: readonly string[] = row.audit;
    const entries: AuditEntry[] = [];
    for (let after: number | null = since; after !== null; ) {
      const page: AuditPage = await this.#ask<AuditPage>(`audit?after=${after}&limit=500`);
      entries.push(...page.entries);
      after = page.next;
    }
    const made = entries.map(({ action }) => action).filter((action) => actions.includes(action));
    assert.ok(made.length > 0 || LOST[act.sends]?.isThere, 'nothing is on record');
    assert.equal(new Set(made).size, made.length, `on record: ${made.join(', ')}`);
  }
}

/** Closes a dialog that says what went wrong. */
async function closed(page: Page): Promise<void> {
  const close = inDialog('Close')(page).or(inDialog('Cancel')(page)).first();
  if (await close.isVisible()) await close.click();
}

const sameRoute = (path: string, sends: string): boolean =>
  path.replaceAll(/:\w+/g, '*') === (sends.startsWith('/') ? sends : `/v1/tenants/*/${sends}`);

/** Walks once, the first act with the fault that the number says. Answers how many acts there were. */
export async function walkLost(seed: number, first: number): Promise<number> {
  const walk = new Walk(first);
  try {
    await walk.open(seed);
    for (const acts of Object.values(GROUPS)) await walk.group(acts);
    await walk.rotation();
    await walk.group(CHANGING);
    return walk.acts;
  } finally {
    await walk.close();
  }
}

/** In a full round every act meets every fault. */
export async function lostInPortal({ seed, isFull, say }: Run): Promise<Outcome> {
  const faults: string[] = [];
  let acts = 0;
  const rounds = isFull ? ROUNDS : 1;
  for (let round = 0; round < rounds; round++) {
    try {
      acts += await walkLost(seed, (seed + round) % ROUNDS);
    } catch (error) {
      faults.push((error as Error).message);
    }
    say(`round ${round + 1} of ${rounds} through the acts of the portal`);
  }
  return { did: [`${acts} acts in the portal whose answer met a fault: told, and done once`], faults };
}
