// The shell: who is signed in, which tenant, and the page that the URL names.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import type { Me, Membership } from '../../schema/person.ts';
import { SESSION_RESTORED } from './api/http.ts';
import { firstScreen, firstScreenIsShown } from './core/first-screen.ts';
import { keepFocus } from './core/focus.ts';
import { isModalOpen } from './core/modal.ts';
import { go, Router } from './core/router.ts';
import { Shortcuts, type Uses } from './core/shortcuts.ts';
import { drawn, isTenants, menuOf, ownPageOf, type PageName, PLACES, type Place, placeOf } from './places.ts';
import { Identity } from './session/identity.ts';
import { rememberTenant, startOf } from './session/last-tenant.ts';
import { signInAgain } from './session/person.ts';
import { duesOf, Standing } from './shell/standing.ts';
import { shared } from './ui/shared-styles.ts';
import { withArticle } from './ui/words.ts';
import type { Shown } from './unlock/opening.ts';
import { heldWords, type UnlockWanted } from './unlock/unlock-dialog.ts';
import { Unlocking } from './unlock/unlocking.ts';
import { VAULT_BROKEN } from './unlock/vault-client.ts';
import './shell/app-bar.ts';
import './shell/app-rail.ts';
import './shell/app-tabs.ts';
import './shell/custody-note.ts';
import './shell/membership-watch.ts';
import './shell/no-tenant.ts';
import './ui/problem-note.ts';
import './shell/reach-note.ts';
import './shell/suspended-page.ts';
import './unlock/unlock-dialog.ts';

/** What may lie over a page; each is fetched when it is wanted. */
const OVERLAYS = {
  help: () => import('./shell/shortcuts-dialog.ts'),
  more: () => import('./shell/more-sheet.ts'),
  find: () => import('./find/find-dialog.ts'),
};
type Over = keyof typeof OVERLAYS;

@customElement('totl-app')
export class TotlApp extends LitElement {
  static override styles = [
    shared,
    css`
      .app {
        display: grid;
        grid-template-columns: var(--rail-width) minmax(0, 1fr);
        grid-template-rows: auto 1fr;
        min-height: 100vh;
      }
      app-bar {
        grid-column: 1 / -1;
      }
      main {
        min-width: 0;
        padding: 16px var(--edge) 40px;
      }
      .gate {
        max-width: 640px;
        margin: 0 auto;
      }
      main.unreached {
        --unread: none;
      }
      main:focus {
        outline: none;
      }
      .skip {
        position: fixed;
        left: -999px;
      }
      .skip:focus {
        left: 8px;
        top: 8px;
        z-index: 6;
        background: var(--raised);
        padding: 8px;
      }
      .over {
        margin: 0 0 16px;
        justify-content: space-between;
      }
      /* Edge to edge, under the bar: it is about the whole session, not about the page. */
      custody-note {
        display: block;
        margin: -16px calc(-1 * var(--edge)) 16px;
      }
      @media (max-width: 719px) {
        .app {
          grid-template-columns: minmax(0, 1fr);
        }
        main {
          padding-bottom: 88px;
        }
      }
      @media print {
        .app {
          display: block;
          min-height: 0;
        }
        main {
          padding: 0;
        }
        /* Here too, because what this sheet says of an element counts more than what its own says: a note makes a page more of the sheets. */
        .skip,
        main > :is(custody-note, reach-note, .note) {
          display: none;
        }
      }
    `,
  ];

  @state() private vaultBroken = false;
  @state() private pageMissing = false;
  @state() private fetched: ReadonlySet<PageName> = new Set();
  @state() private over: Over | null = null;
  #standing = new Standing(this);
  #router = new Router(this, placeOf);
  #unlocking = new Unlocking(this);
  #identity = new Identity(this, () => this.#tenant);
  #titled: Place | null = null;

  constructor() {
    super();
    const find = { words: 'Find a PC, person, page or action', press: () => void this.#open('find') };
    // A page that has a field of its own takes the slash for it; Ctrl and K are the same everywhere.
    new Shortcuts(this, {
      'Ctrl K': { words: find.words },
      '/': find,
      '?': { words: 'Show the shortcuts', press: () => void this.#open('help') },
    });
    new Shortcuts(this, () => this.#ways());
  }

  /** The keys that go to the pages of the menu, each after a `g`. */
  #ways(): Uses {
    const { me } = this.#identity;
    if (!me) return {};
    const membership = me.memberships.find((one) => one.tenant === this.#tenant);
    return Object.fromEntries(
      menuOf(me, membership, this.#router.place.page).flatMap(({ key, words, href }) =>
        key ? [[`g ${key}`, { words, press: () => go(href) }]] : [],
      ),
    );
  }

  override connectedCallback(): void {
    super.connectedCallback();
    keepFocus();
    window.addEventListener('keydown', this.#findPressed);
    window.addEventListener(SESSION_RESTORED, () => {
      if (this.pageMissing) void this.#fetchPage(this.#router.place.page);
    });
    window.addEventListener(VAULT_BROKEN, () => {
      this.vaultBroken = true;
    });
  }

  get #tenant(): string | null {
    const { place } = this.#router;
    return isTenants(place) ? place.ids.tenant : null;
  }

  /**
   * The page that people open from the fleet is fetched beforehand. If it does not arrive, it is fetched again when it
   * is opened.
   */
  async #afterFleet(): Promise<void> {
    await firstScreen;
    await PLACES.machine.load?.().catch(() => {});
  }

  /** A new place gets its title and the focus, as a new page would. */
  override updated(): void {
    const { place } = this.#router;
    if (place === this.#titled) return;
    if (place.page === 'fleet') void this.#afterFleet();
    else {
      firstScreenIsShown();
      void this.#fetchPage(place.page);
    }
    document.title = place.page === 'start' ? PLACES.start.words : `${PLACES[place.page].words} – TotlProvision`;
    const before = this.#titled;
    this.#titled = place;
    if (!before || JSON.stringify(before) === JSON.stringify(place)) return;
    if (this.#identity.change) this.#identity.forgetChange();
    this.#focusMain();
  }

  async #fetchPage(page: PageName): Promise<void> {
    const { load } = PLACES[page];
    if (!load || this.fetched.has(page)) return;
    this.pageMissing = false;
    try {
      await load();
      this.fetched = new Set([...this.fetched, page]);
    } catch {
      this.pageMissing = true;
    }
  }

  #focusMain = (event?: Event): void => {
    event?.preventDefault();
    this.renderRoot.querySelector<HTMLElement>('main')?.focus({ preventScroll: event === undefined });
  };

  override render() {
    const { me, failure } = this.#identity;
    return html`<a class="skip" href="#main" @click=${this.#focusMain}>Skip to the page</a>
      ${me ? this.#shell(me) : html`<main id="main" class="gate" tabindex="-1">${failure ? this.#notIn(failure) : html`<p role="status">Signing in …</p>`}</main>`}`;
  }

  /** Nothing is known of the person yet. */
  #notIn(failure: unknown) {
    return html`<div class="stack">
      ${this.#reachNote()}
      <h1>TotlProvision</h1>
      <p>Who you are could not be asked, so nothing is shown yet.</p>
      <problem-note .error=${failure} retry @retry=${() => void this.#identity.ask()}></problem-note>
    </div>`;
  }

  #reachNote() {
    const { reach } = this.#identity;
    return reach.state === 'reached'
      ? nothing
      : html`<reach-note
          state=${reach.state}
          .portal=${reach.signIn}
          .triesAt=${reach.triesAt}
          @sign-in-wanted=${signInAgain}
          @try-wanted=${() => void reach.tryNow()}
        ></reach-note>`;
  }

  #shell(me: Me) {
    const { place } = this.#router;
    const membership = me.memberships.find((one) => one.tenant === this.#tenant);
    const overseen = membership && membership.role !== 'engineer' && membership.status === 'active';
    if (membership?.status === 'active') rememberTenant(membership.tenant);
    const { overview } = this.#standing;
    this.#standing.look(overseen ? membership : null, place.page);
    const menu = menuOf(me, membership, place.page);
    const dues = duesOf(overview);
    const open = (over: Over) => () => void this.#open(over);
    return html`<div class="app">
        <app-bar
          .me=${me}
          .membership=${membership}
          ?keyless=${overview?.keyState === 'none'}
          @find-wanted=${open('find')}
          @help-wanted=${open('help')}
        ></app-bar>
        <app-rail .me=${me} .membership=${membership} .menu=${menu} .dues=${dues} @help-wanted=${open('help')}></app-rail>
        ${membership?.status === 'active' ? html`<membership-watch hidden tenant=${membership.tenant}></membership-watch>` : nothing}
        <main id="main" tabindex="-1" class=${this.#identity.reach.state === 'reached' ? '' : 'unreached'}>
          ${overseen ? html`<custody-note .membership=${membership} .overview=${overview}></custody-note>` : nothing}
          ${this.vaultBroken ? html`<p class="note bad" role="alert">The vault could not start. Reload the page.</p>` : nothing}
          ${this.pageMissing && this.#identity.reach.state === 'reached' ? html`<p class="note bad" role="alert">This page could not be fetched. Reload.</p>` : nothing}
          ${this.#reachNote()} ${this.#changedNote()} ${membership ? this.#pageOf(me, membership) : this.#noTenant(me)}
        </main>
        <app-tabs .menu=${menu} .dues=${dues} @find-wanted=${open('find')} @more-wanted=${open('more')}></app-tabs>
      </div>
      ${this.#unlocking.shown ? this.#unlockDialog(this.#unlocking.shown) : nothing} ${this.#overlay(me, membership)}`;
  }

  #findPressed = (event: KeyboardEvent): void => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== 'k') return;
    event.preventDefault();
    if (this.#identity.me && !isModalOpen()) void this.#open('find');
  };

  /** What lies over the page is fetched when it is first wanted. */
  async #open(over: Over): Promise<void> {
    await OVERLAYS[over]();
    this.over = over;
  }

  #overlay(me: Me, membership: Membership | undefined) {
    const { page } = this.#router.place;
    const { over } = this;
    // Another one may have taken its place: then there is nothing to take away.
    const closed = () => {
      if (this.over === over) this.over = null;
    };
    if (over === 'help')
      return html`<shortcuts-dialog page=${PLACES[page].words} @closed=${closed}></shortcuts-dialog>`;
    if (over === 'find')
      return html`<find-dialog
        .me=${me}
        .membership=${membership}
        .menu=${menuOf(me, membership, page)}
        @closed=${closed}
        @help-wanted=${() => void this.#open('help')}
      ></find-dialog>`;
    if (over === 'more')
      return html`<more-sheet
        .me=${me}
        .membership=${membership}
        .menu=${menuOf(me, membership, page)}
        .dues=${duesOf(this.#standing.overview)}
        @closed=${closed}
        @help-wanted=${() => void this.#open('help')}
      ></more-sheet>`;
    return nothing;
  }

  /** A membership that ended has a page of its own, as a suspended tenant has. */
  #changedNote() {
    const { change } = this.#identity;
    if (!change?.now || change.now.status === 'suspended' || change.was.role === change.now.role) return nothing;
    return html`<div class="note warn row over" role="status">
      <span>
        You are ${withArticle(change.now.role)} of ${change.now.name} now; before, you were ${withArticle(change.was.role)}. This page shows what you
        may do from now on.
      </span>
      <button @click=${() => this.#identity.forgetChange()}>Understood</button>
    </div>`;
  }

  #fetching() {
    return this.pageMissing ? nothing : html`<p role="status">One moment …</p>`;
  }

  #suspended({ ask = [] }: Me, { name }: Membership) {
    return html`<suspended-page .name=${name} .ask=${ask} .look=${() => this.#identity.ask()}></suspended-page>`;
  }

  #unlockDialog({ unlockers, halves, since, last, why, minutes, fault, succession, line }: Shown) {
    return html`<unlock-dialog
      .unlockers=${unlockers}
      .halves=${halves}
      .since=${since}
      .last=${last}
      .succession=${succession}
      .line=${line}
      .why=${why}
      .note=${heldWords(minutes)}
      .working=${this.#unlocking.working}
      .fault=${fault}
      @closed=${() => this.#unlocking.end(false)}
      @unlock-wanted=${({ detail }: UnlockWanted) => this.#unlocking.attempt(detail)}
    ></unlock-dialog>`;
  }

  /**
   * Another tenant's page is a new page: nothing that was read, typed or shown for the previous tenant can be in it.
   */
  #pageOf(me: Me, membership: Membership) {
    return keyed(membership.tenant, this.#page(me, membership));
  }

  #page(me: Me, membership: Membership) {
    const { place } = this.#router;
    if (membership.status === 'suspended') return this.#suspended(me, membership);
    if (!this.#isFetched(place.page)) return this.#fetching();
    return isTenants(place) ? drawn(place, { me, membership }) : nothing;
  }

  /** An element that is upgraded late would begin without its properties. */
  #isFetched(page: PageName): boolean {
    return PLACES[page].load === null || this.fetched.has(page);
  }

  #noTenant(me: Me) {
    const { page } = this.#router.place;
    const start = page === 'start' ? startOf(me.memberships, me.operator) : null;
    if (start) {
      queueMicrotask(() => go(start, true));
      return nothing;
    }
    const own = ownPageOf(me, page);
    if (own) return this.#isFetched(page) ? own.render(me) : this.#fetching();
    const { change } = this.#identity;
    return html`<no-tenant
      .me=${me}
      .ended=${change?.now === null && change.was.tenant === this.#tenant ? change.was : null}
      .atStart=${page === 'start' || page === 'search'}
      .operators=${page === 'operator'}
    ></no-tenant>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'totl-app': TotlApp;
  }
}
