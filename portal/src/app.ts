// The shell: who is signed in, which tenant, whether the vault is open, and the page that the URL names.
import { Task } from '@lit/task';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Me, Membership } from '../../schema/person.ts';
import type { VaultState } from '../vault/contract.ts';
import { SESSION_EXPIRED } from './api/http.ts';
import * as api from './api/tenant.ts';
import type { UnlockWanted } from './elements/unlock-dialog.ts';
import { announceRestored, notePerson, signInAgain, signOut } from './person.ts';
import { go, type Place, Router } from './router.ts';
import { SESSION_CHANNEL } from './session.ts';
import { shared } from './styles/shared.ts';
import { nextTheme, theme } from './theme.ts';
import { requestUnlock, type Shown, Unlocking } from './unlocking.ts';
import { lock, onVaultState, VAULT_BROKEN } from './vault-client.ts';
import './elements/problem-note.ts';
import './elements/unlock-dialog.ts';
import './elements/custody-note.ts';
import './pages/fleet-page.ts';
import './pages/machine-page.ts';

/** Pages that few open every day; each is fetched when it is. */
const LATER: Partial<Record<Place['page'], () => Promise<unknown>>> = {
  'set-up': () => import('./pages/set-up-page.ts'),
  keys: () => import('./pages/keys-page.ts'),
  access: () => import('./pages/access-page.ts'),
  people: () => import('./pages/people-page.ts'),
  tokens: () => import('./pages/tokens-page.ts'),
  safekeeping: () => import('./pages/safekeeping-page.ts'),
  audit: () => import('./pages/audit-page.ts'),
  notices: () => import('./pages/notices-page.ts'),
  settings: () => import('./pages/settings-page.ts'),
  operator: () => import('./pages/operator-page.ts'),
  upload: () => import('./pages/upload-page.ts'),
};

const PAGE_WORDS: Record<Place['page'], string> = {
  choose: 'Choose a tenant',
  fleet: 'Fleet',
  machine: 'Machine',
  'set-up': 'First-time set-up',
  keys: 'Escrow keys',
  access: 'Access',
  people: 'People',
  tokens: 'Tokens',
  safekeeping: 'Safekeeping',
  audit: 'Audit',
  notices: 'Notices',
  settings: 'Settings',
  operator: 'Tenants',
  upload: 'Upload a spool file',
  unknown: 'Nothing here',
};

@customElement('totl-app')
export class TotlApp extends LitElement {
  static override styles = [
    shared,
    css`
      header {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem 1.25rem;
        padding: 0.6rem clamp(0.8rem, 3vw, 2rem);
        background: var(--raised);
        border-bottom: 1px solid var(--line);
      }
      .brand {
        display: inline-flex;
        align-items: center;
        gap: 0.5rem;
        font-weight: 650;
        color: inherit;
        text-decoration: none;
      }
      .brand img {
        width: 1.7rem;
        height: 1.7rem;
      }
      nav {
        display: flex;
        flex-wrap: wrap;
        gap: 0.2rem 1rem;
        flex: 1 1 14rem;
      }
      @media (max-width: 48rem) {
        nav {
          order: 1;
          flex-basis: 100%;
        }
      }
      nav a {
        color: var(--text-quiet);
        text-decoration: none;
        padding: 0.25rem 0;
      }
      nav a[aria-current] {
        color: var(--text);
        font-weight: 600;
        border-bottom: 2px solid var(--accent);
      }
      main {
        max-width: 76rem;
        margin: 0 auto;
        padding: 1.5rem clamp(0.8rem, 3vw, 2rem) 4rem;
      }
      main:focus {
        outline: none;
      }
      .skip {
        position: absolute;
        left: -999px;
      }
      .skip:focus {
        left: 0.5rem;
        top: 0.5rem;
        z-index: 1;
        background: var(--raised);
        padding: 0.5rem;
      }
      .expired {
        margin: 0 0 1rem;
        justify-content: space-between;
      }
      header button {
        min-height: 2rem;
      }
      .who {
        font-size: 0.9rem;
      }
      ul.tenants {
        list-style: none;
        padding: 0;
        display: grid;
        gap: 0.6rem;
      }
      @media print {
        header {
          display: none;
        }
        main {
          padding: 0;
        }
      }
    `,
  ];

  @state() private vaultIs: VaultState = { state: 'locked' };
  @state() private expired = false;
  @state() private vaultBroken = false;
  @state() private pageMissing = false;
  @state() private fetched: ReadonlySet<Place['page']> = new Set();
  @state() private themeName = theme();
  #router = new Router(this);
  #unlocking = new Unlocking(this);
  #titled: Place | null = null;
  #session = new BroadcastChannel(SESSION_CHANNEL);
  #me = new Task(this, {
    args: () => [],
    task: async () => {
      const me = await api.me();
      notePerson(me.email);
      return me;
    },
  });

  override connectedCallback(): void {
    super.connectedCallback();
    onVaultState((next) => {
      this.vaultIs = next;
    });
    window.addEventListener(VAULT_BROKEN, () => {
      this.vaultBroken = true;
    });
    window.addEventListener(SESSION_EXPIRED, () => {
      this.expired = true;
    });
    this.#session.onmessage = () => void this.#signedInAgain();
  }

  /** Somebody has signed in in the pop-up. Asked apart from the task, whose waiting would take the open page away. */
  async #signedInAgain(): Promise<void> {
    this.expired = false;
    const before = this.#me.value;
    if (!before) return this.#me.run();
    const email = await api.me().then(
      (me) => me.email,
      () => before.email,
    );
    if (email === before.email) return announceRestored();
    notePerson(email);
    location.reload();
  }

  /** A new place gets its title and the focus, as a new page would. */
  override updated(): void {
    const { place } = this.#router;
    if (place === this.#titled) return;
    void this.#fetchPage(place.page);
    document.title = `${PAGE_WORDS[place.page]} – TotlProvision`;
    const before = this.#titled;
    this.#titled = place;
    if (before && JSON.stringify(before) !== JSON.stringify(place)) this.#focusMain();
  }

  async #fetchPage(page: Place['page']): Promise<void> {
    const fetchPage = LATER[page];
    if (!fetchPage || this.fetched.has(page)) return;
    this.pageMissing = false;
    try {
      await fetchPage();
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
    return html`<a class="skip" href="#main" @click=${this.#focusMain}>Skip to the page</a>
      ${this.#me.render({
        pending: () => html`<main><p role="status">Signing in …</p></main>`,
        error: (error) =>
          html`<main>
            ${this.expired ? this.#expiredNote() : html`<problem-note .error=${error} retry @retry=${() => void this.#me.run()}></problem-note>`}
          </main>`,
        complete: (me) => this.#shell(me),
      })}`;
  }

  #expiredNote() {
    return html`<div class="note warn row expired" role="alert">
      <span>Your sign-in has expired. Sign in again; what you have open stays as it is.</span>
      <button class="primary" @click=${signInAgain}>
        Sign in again
      </button>
    </div>`;
  }

  #shell(me: Me) {
    const { place } = this.#router;
    const membership = 'tenant' in place ? me.memberships.find((one) => one.tenant === place.tenant) : undefined;
    return html`<header>
        <a class="brand" href=${membership ? `/t/${membership.tenant}` : '/'}
          ><img src="/logo.svg" alt="" />TotlProvision${membership ? html` <span class="quiet">${membership.name}</span>` : nothing}</a
        >
        <nav aria-label="Pages">${membership ? this.#links(membership) : nothing}${this.#elsewhere(me, membership)}</nav>
        ${membership && membership.role !== 'auditor' && membership.status === 'active' ? this.#keyState(membership) : nothing}
        <button aria-label="Theme: ${this.themeName}" title="Theme: ${this.themeName}" @click=${() => {
          this.themeName = nextTheme();
        }}>
          ${{ system: 'Auto', light: 'Light', dark: 'Dark' }[this.themeName]}
        </button>
        <span class="who quiet">${me.email} <a href="/cdn-cgi/access/logout" @click=${this.#signOut}>Sign out</a></span>
      </header>
      <main id="main" tabindex="-1">
        ${this.vaultBroken ? html`<p class="note bad" role="alert">The vault could not start. Reload the page.</p>` : nothing}
        ${this.pageMissing ? html`<p class="note bad" role="alert">This page could not be fetched. Reload.</p>` : nothing}
        ${this.expired ? this.#expiredNote() : nothing}
        ${membership && membership.role !== 'engineer' && membership.status === 'active' ? html`<custody-note .membership=${membership} .place=${place.page}></custody-note>` : nothing}
        ${membership ? this.#page(me, membership) : place.page === 'operator' && me.operator ? this.#operator() : this.#noTenant(me)}
      </main>
      ${this.#unlocking.shown ? this.#unlockDialog(this.#unlocking.shown) : nothing}`;
  }

  #signOut = (event: Event): void => {
    event.preventDefault();
    void signOut((event.currentTarget as HTMLAnchorElement).href);
  };

  #links({ tenant, role }: Membership) {
    const { page } = this.#router.place;
    const link = (name: Place['page'], words: string, also?: Place['page']) =>
      html`<a href="/t/${tenant}/${name}" aria-current=${page === name || page === also ? 'page' : nothing}>${words}</a>`;
    return html`<a href="/t/${tenant}" aria-current=${['fleet', 'machine', 'upload'].includes(page) ? 'page' : nothing}>Fleet</a>
      ${link('access', 'Access')} ${role === 'engineer' ? nothing : link('people', 'People')} ${link('keys', 'Keys')}
      ${
        role === 'admin'
          ? html`${link('tokens', 'Tokens')} ${link('safekeeping', 'Safekeeping')} ${link('notices', 'Notices')}`
          : nothing
      }
      ${role === 'engineer' ? nothing : link('audit', 'Audit')} ${link('settings', 'Settings')}`;
  }

  /** Ways out of the tenant that is open: to one's others, and to the operators' page. */
  #elsewhere({ memberships, operator }: Me, membership: Membership | undefined) {
    const { page } = this.#router.place;
    const others = memberships.length > 1 || (memberships.length === 1 && !membership);
    return html`${others ? html`<a href="/">${memberships.length > 1 ? 'All tenants' : memberships[0]?.name}</a>` : nothing}
    ${operator ? html`<a href="/operator" aria-current=${page === 'operator' ? 'page' : nothing}>Operator</a>` : nothing}`;
  }

  #operator() {
    return this.fetched.has('operator') ? html`<operator-page></operator-page>` : this.#fetching();
  }

  #fetching() {
    return this.pageMissing ? nothing : html`<p role="status">One moment …</p>`;
  }

  #suspended({ name }: Membership) {
    return html`<div class="card stack">
      <h1>${name} is suspended</h1>
      <p>Nobody of this tenant is answered for now. Nothing is lost; ask whoever operates this installation.</p>
      <button @click=${() => void this.#me.run()}>Look again</button>
    </div>`;
  }

  #keyState({ tenant }: Membership) {
    const { vaultIs } = this;
    const open = vaultIs.state === 'unlocked' && vaultIs.tenant === tenant;
    const minutes = open ? Math.max(1, Math.ceil((vaultIs.locksAt - Date.now()) / 60_000)) : 0;
    // One button for both, so that the focus has somewhere to return to when the dialog closes.
    return html`${open ? html`<span class="pill good">Unlocked, ${minutes} min</span>` : nothing}
      <button @click=${() => void (open ? lock() : requestUnlock(tenant))}>${open ? 'Lock' : 'Unlock'}</button>`;
  }

  #unlockDialog({ unlockers, halves, why, working, fault, succession }: Shown) {
    return html`<unlock-dialog
      .unlockers=${unlockers}
      .halves=${halves}
      .succession=${succession}
      .why=${why}
      .working=${working}
      .fault=${fault}
      @closed=${() => this.#unlocking.end(false)}
      @unlock-wanted=${({ detail }: UnlockWanted) => void this.#unlocking.attempt(detail)}
    ></unlock-dialog>`;
  }

  #page(me: Me, membership: Membership) {
    const { place } = this.#router;
    // An element that is upgraded late would begin without its properties.
    if (membership.status === 'suspended') return this.#suspended(membership);
    if (LATER[place.page] && !this.fetched.has(place.page)) return this.#fetching();
    switch (place.page) {
      case 'fleet':
        return html`<fleet-page .membership=${membership}></fleet-page>`;
      case 'machine':
        return html`<machine-page .membership=${membership} .email=${me.email} .machine=${place.machine}></machine-page>`;
      case 'set-up':
        return html`<set-up-page .membership=${membership} .email=${me.email}></set-up-page>`;
      case 'keys':
        return html`<keys-page .membership=${membership}></keys-page>`;
      case 'access':
        return html`<access-page .membership=${membership} .email=${me.email}></access-page>`;
      case 'people':
        return html`<people-page .membership=${membership} .email=${me.email}></people-page>`;
      case 'tokens':
        return html`<tokens-page .membership=${membership}></tokens-page>`;
      case 'safekeeping':
        return html`<safekeeping-page .membership=${membership}></safekeeping-page>`;
      case 'audit':
        return html`<audit-page .membership=${membership}></audit-page>`;
      case 'notices':
        return html`<notices-page .membership=${membership}></notices-page>`;
      case 'settings':
        return html`<settings-page .membership=${membership}></settings-page>`;
      case 'upload':
        return html`<upload-page .membership=${membership}></upload-page>`;
      default:
        return nothing;
    }
  }

  #noTenant(me: Me) {
    const [only, ...others] = me.memberships;
    const start = only ? (others.length === 0 ? `/t/${only.tenant}` : null) : me.operator ? '/operator' : null;
    if (this.#router.place.page === 'choose' && start) {
      queueMicrotask(() => go(start, true));
      return nothing;
    }
    if (this.#router.place.page !== 'choose')
      return html`<div class="card stack">
        <h1>There is nothing here</h1>
        <p>The page does not exist, or you are not a member of that tenant.</p>
        <a class="button" href="/">To the start</a>
      </div>`;
    if (!only)
      return html`<div class="card stack">
        <h1>You are not a member of any tenant</h1>
        <p>You are signed in as ${me.email}. Ask an admin of your MSP to add this address.</p>
        ${me.ask && me.ask.length > 0 ? html`<p>Or ask who operates this installation: ${me.ask.map((email) => html`<a href="mailto:${email}">${email}</a> `)}</p>` : nothing}
      </div>`;
    return html`<h1>Choose a tenant</h1>
      <ul class="tenants">
        ${me.memberships.map((one) => html`<li class="card"><a href="/t/${one.tenant}">${one.name}</a> <span class="quiet">${one.role}</span> ${one.status === 'suspended' ? html`<span class="pill bad">Suspended</span>` : nothing}</li>`)}
      </ul>`;
  }
}
