// Who is signed in, as the app knows it: asked at the start, once the server is back, and when it says that a membership is not what it
// was. The open page stays where the person may stay.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Me, Membership } from '../../../schema/person.ts';
import { MEMBERSHIP_CHANGED } from '../api/http.ts';
import * as api from '../api/me.ts';
import { lockWhatIsOpen, vaultState } from '../unlock/vault-client.ts';
import { announceRestored, notePerson } from './person.ts';
import { Reach } from './reach.ts';

/** The change of a membership while its tenant was open; `now` is null if the person is no longer a member. */
export type Change = { was: Membership; now: Membership | null };

const membershipOf = (me: Me | null, tenant: string): Membership | null =>
  me?.memberships.find((one) => one.tenant === tenant) ?? null;

/** Null if nothing has changed that a person would notice. */
export function changeOf(before: Me, after: Me, tenant: string): Change | null {
  const was = membershipOf(before, tenant);
  const now = membershipOf(after, tenant);
  if (!was || (now?.role === was.role && now.status === was.status)) return null;
  return { was, now };
}

/** `tenant` answers the one that is open, or null. */
export class Identity implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #tenant: () => string | null;
  #asking = false;
  #askOnceMore = false;
  me: Me | null = null;
  /** The failure of asking, while nothing is known yet. */
  failure: unknown = null;
  readonly reach: Reach;
  change: Change | null = null;

  constructor(host: ReactiveControllerHost, tenant: () => string | null) {
    this.#host = host;
    this.#tenant = tenant;
    host.addController(this);
    this.reach = new Reach(host, (me) => this.#isBack(me));
  }

  hostConnected(): void {
    window.addEventListener(MEMBERSHIP_CHANGED, this.#askAgain);
    void this.ask();
  }

  hostDisconnected(): void {
    window.removeEventListener(MEMBERSHIP_CHANGED, this.#askAgain);
  }

  /** The note about a change has been read, or its tenant left. */
  forgetChange(): void {
    this.change = null;
    this.#host.requestUpdate();
  }

  /** Asks who this is. The known state stays while asking, and if asking fails. */
  async ask(): Promise<void> {
    // Changes made while an answer was on its way may not be in it.
    this.#askOnceMore = this.#asking;
    if (this.#asking) return;
    this.#asking = true;
    try {
      this.#know(await api.me());
    } catch (error) {
      if (!this.me) this.#show({ failure: error });
      void this.reach.failed(error);
    }
    this.#asking = false;
    if (this.#askOnceMore) await this.ask();
  }

  #know(me: Me): void {
    const before = this.me;
    notePerson(me.email);
    // Setting the same again would make every page read everything anew.
    if (before && JSON.stringify(before) === JSON.stringify(me)) return;
    const tenant = this.#tenant();
    const change = before && tenant ? changeOf(before, me, tenant) : null;
    if (change) this.#withdraw(change);
    this.#show({ me, failure: null, change: change ?? this.change });
  }

  /** A person who may no longer reveal anything no longer holds keys. */
  #withdraw({ was, now }: Change): void {
    const held = vaultState();
    const may = now?.status === 'active' && now.role !== 'auditor';
    // One that says it is locked may be re-sealing.
    if (!may && (held.state === 'locked' || held.tenant === was.tenant)) lockWhatIsOpen();
  }

  #askAgain = (): void => void this.ask();

  /**
   * The server answers again; the person signed in decides whether the page may stay. The open page is for the previous
   * one.
   */
  #isBack(me: Me): void {
    if (this.me && this.me.email !== me.email) {
      notePerson(me.email);
      location.reload();
      return;
    }
    this.#know(me);
    announceRestored();
  }

  #show(known: Partial<Pick<Identity, 'me' | 'failure' | 'change'>>): void {
    Object.assign(this, known);
    this.#host.requestUpdate();
  }
}
