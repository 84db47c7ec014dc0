// The shell: who is signed in, which tenant, whether the vault is open, and the page that the URL names.
import { Task } from '@lit/task';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Keyring } from '../../schema/keyring.ts';
import type { Me, Membership } from '../../schema/person.ts';
import type { VaultState } from '../vault/contract.ts';
import { SESSION_EXPIRED } from './api/http.ts';
import { usableUnlockers } from './api/manifest.ts';
import * as api from './api/tenant.ts';
import type { UnlockWanted } from './elements/unlock-dialog.ts';
import { go, Router } from './router.ts';
import { SESSION_CHANNEL } from './session.ts';
import { shared } from './styles/shared.ts';
import { nextTheme, theme } from './theme.ts';
import { UNLOCK_REQUESTED, type UnlockRequest } from './unlocking.ts';
import { lock, onVaultState, unlock } from './vault-client.ts';
import './elements/problem-note.ts';
import './elements/unlock-dialog.ts';
import './pages/fleet-page.ts';
import './pages/keys-page.ts';
import './pages/machine-page.ts';
import './pages/set-up-page.ts';
import './pages/settings-page.ts';

const NO_UNLOCKER = 'No unlocker is open to you yet. Ask an admin for the team passphrase.';
const NO_KEYS = 'There are no keys yet: an admin has to do the first-time set-up.';
type Unlocking = {
  tenant: string;
  keyring: Keyring | null;
  working: boolean;
  fault: string;
  done: (ok: boolean) => void;
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
        gap: 1rem;
        flex: 1;
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
  @state() private unlocking: Unlocking | null = null;
  @state() private expired = false;
  @state() private themeName = theme();
  #router = new Router(this);
  #session = new BroadcastChannel(SESSION_CHANNEL);
  #me = new Task(this, { args: () => [], task: () => api.me() });

  override connectedCallback(): void {
    super.connectedCallback();
    onVaultState((next) => {
      this.vaultIs = next;
    });
    window.addEventListener(UNLOCK_REQUESTED, (event) => void this.#askUnlock((event as UnlockRequest).detail));
    window.addEventListener(SESSION_EXPIRED, () => {
      this.expired = true;
    });
    this.#session.onmessage = () => {
      this.expired = false;
      if (!this.#me.value) void this.#me.run();
    };
  }

  async #askUnlock({ tenant, done }: UnlockRequest['detail']): Promise<void> {
    try {
      this.unlocking = { tenant, keyring: await api.keyring(tenant), working: false, fault: '', done };
    } catch (error) {
      this.unlocking = { tenant, keyring: null, working: false, fault: (error as Error).message, done };
    }
  }

  #endUnlock(ok: boolean): void {
    this.unlocking?.done(ok);
    this.unlocking = null;
  }

  async #unlock({ unlocker, secret }: UnlockWanted['detail']): Promise<void> {
    const { unlocking } = this;
    if (!unlocking?.keyring) return;
    this.unlocking = { ...unlocking, working: true, fault: '' };
    const result = await unlock({ tenant: unlocking.tenant, keyring: unlocking.keyring, unlocker, secret });
    if (result.ok) this.#endUnlock(true);
    else if (this.unlocking) this.unlocking = { ...unlocking, working: false, fault: result.message };
  }

  override render() {
    return html`<a class="skip" href="#main">Skip to the page</a>
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
      <button class="primary" @click=${() => window.open('/signed-in', 'totl-sign-in', 'popup,width=480,height=640')}>
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
        <nav aria-label="Pages">${membership ? this.#links(membership) : nothing}</nav>
        ${membership && membership.role !== 'auditor' ? this.#keyState(membership) : nothing}
        <button aria-label="Theme: ${this.themeName}" title="Theme: ${this.themeName}" @click=${() => {
          this.themeName = nextTheme();
        }}>
          ${{ system: 'Auto', light: 'Light', dark: 'Dark' }[this.themeName]}
        </button>
        <span class="who quiet">${me.email} <a href="/cdn-cgi/access/logout">Sign out</a></span>
      </header>
      <main id="main">
        ${this.expired ? this.#expiredNote() : nothing} ${membership ? this.#page(me, membership) : this.#noTenant(me)}
      </main>
      ${this.unlocking ? this.#unlockDialog(this.unlocking) : nothing}`;
  }

  #links({ tenant }: Membership) {
    const { page } = this.#router.place;
    return html`<a href="/t/${tenant}" aria-current=${page === 'fleet' || page === 'machine' ? 'page' : nothing}>Fleet</a>
      <a href="/t/${tenant}/keys" aria-current=${page === 'keys' ? 'page' : nothing}>Keys</a>
      <a href="/t/${tenant}/settings" aria-current=${page === 'settings' ? 'page' : nothing}>Settings</a>`;
  }

  #keyState({ tenant }: Membership) {
    const { vaultIs } = this;
    if (vaultIs.state === 'unlocked' && vaultIs.tenant === tenant) {
      const minutes = Math.max(1, Math.ceil((vaultIs.locksAt - Date.now()) / 60_000));
      return html`<span class="pill good">Unlocked, ${minutes} min</span><button @click=${() => void lock()}>Lock</button>`;
    }
    return html`<button @click=${() => void this.#askUnlock({ tenant, done: () => {} })}>Unlock</button>`;
  }

  #unlockDialog(unlocking: Unlocking) {
    const { keyring } = unlocking;
    return html`<unlock-dialog
      .unlockers=${keyring ? usableUnlockers(keyring) : []}
      .why=${keyring ? NO_UNLOCKER : unlocking.fault || NO_KEYS}
      .working=${unlocking.working}
      .fault=${unlocking.fault}
      @closed=${() => this.#endUnlock(false)}
      @unlock-wanted=${(event: UnlockWanted) => void this.#unlock(event.detail)}
    ></unlock-dialog>`;
  }

  #page(me: Me, membership: Membership) {
    const { place } = this.#router;
    switch (place.page) {
      case 'fleet':
        return html`<fleet-page .membership=${membership}></fleet-page>`;
      case 'machine':
        return html`<machine-page .membership=${membership} .machine=${place.machine}></machine-page>`;
      case 'set-up':
        return html`<set-up-page .membership=${membership} .email=${me.email}></set-up-page>`;
      case 'keys':
        return html`<keys-page .membership=${membership}></keys-page>`;
      case 'settings':
        return html`<settings-page .membership=${membership}></settings-page>`;
      default:
        return nothing;
    }
  }

  #noTenant(me: Me) {
    const [only, ...others] = me.memberships;
    if (this.#router.place.page === 'choose' && only && others.length === 0) {
      queueMicrotask(() => go(`/t/${only.tenant}`, true));
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
      </div>`;
    return html`<h1>Choose a tenant</h1>
      <ul class="tenants">
        ${me.memberships.map((one) => html`<li class="card"><a href="/t/${one.tenant}">${one.name}</a> <span class="quiet">${one.role}</span></li>`)}
      </ul>`;
  }
}
