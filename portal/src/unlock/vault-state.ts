// The vault's state on every page: locked, or open and for how much longer; the one place to unlock, and the one
// shortcut that locks.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Membership } from '../../../schema/person.ts';
import type { VaultState } from '../../vault/contract.ts';
import { Shortcuts } from '../core/shortcuts.ts';
import { lockIcon, lockOpenIcon, timerIcon } from '../ui/icons.ts';
import { shared } from '../ui/shared-styles.ts';
import { requestUnlock } from './unlocking.ts';
import { lock, onVaultState, refreshVaultState, stayUnlocked } from './vault-client.ts';

const MINUTE_MS = 60_000;

/** "12 min", and in the last minute "48 s"; never 0 while it is open. */
export function timeLeft(ms: number): string {
  return ms > MINUTE_MS ? `${Math.ceil(ms / MINUTE_MS)} min` : `${Math.max(1, Math.ceil(ms / 1000))} s`;
}

/** How long that stays true: to the next full minute, or second. */
export function nextChange(ms: number): number {
  const unit = ms > MINUTE_MS ? MINUTE_MS : 1000;
  return ms % unit || unit;
}

@customElement('vault-state')
export class VaultStateNote extends LitElement {
  static override styles = [
    shared,
    css`
      .chip {
        display: flex;
        align-items: center;
        height: var(--control);
        border: 1px solid var(--line);
        border-radius: var(--radius-note);
        font-size: 13px;
        font-weight: 550;
        white-space: nowrap;
        background: var(--surface);
        /* Its own corners, not its focus ring's. */
        overflow: clip;
        overflow-clip-margin: 4px;
      }
      .chip > span {
        display: flex;
        align-items: center;
        gap: 7px;
        height: 100%;
        padding: 0 10px;
        border-radius: 7px 0 0 7px;
        font-variant-numeric: tabular-nums;
        min-width: 0;
        max-width: 15rem;
      }
      .chip > span:only-child {
        border-radius: 7px;
      }
      .words {
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .chip button {
        min-height: 100%;
        border: 0;
        border-left: 1px solid var(--line);
        border-radius: 0 7px 7px 0;
        padding: 0 11px;
        font: inherit;
        background: none;
        outline-offset: -2px;
      }
      .chip button + button {
        border-radius: 0 7px 7px 0;
      }
      .open {
        border-color: var(--ink);
      }
      .open > span {
        background: var(--ink);
        color: var(--on-ink);
      }
      .elsewhere > span,
      .soon > span {
        background: var(--warn-surface);
        color: var(--warn);
      }
      .soon {
        border-color: var(--warn);
      }
      @media (max-width: 719px) {
        .long {
          display: none;
        }
        .chip > span {
          max-width: 10rem;
        }
      }
      @media (max-width: 400px) {
        .soon .lock {
          display: none;
        }
      }
      @media (forced-colors: active) {
        .open > span {
          forced-color-adjust: none;
          background: Highlight;
          color: HighlightText;
        }
      }
    `,
  ];
  @property({ attribute: false }) membership!: Membership;
  /** All the person's tenants: the vault may be open for another one. */
  @property({ attribute: false }) memberships: readonly Membership[] = [];
  /** Nobody has made the tenant's keys yet: there is nothing to unlock. */
  @property({ type: Boolean }) keyless = false;
  @state() private vaultIs: VaultState = { state: 'locked' };
  /** Announced to screen readers. */
  @state() private said = '';
  #stop: (() => void) | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    new Shortcuts(this, { l: { words: 'Lock the vault, in all tabs', press: () => void this.#lock() } });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = onVaultState((next) => {
      if (this.vaultIs.state === 'unlocked' && next.state === 'locked') this.said = 'The vault is locked.';
      this.vaultIs = next;
      this.#wait();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
    clearTimeout(this.#timer);
  }

  async #lock(): Promise<void> {
    const open = this.vaultIs.state === 'unlocked';
    await lock();
    this.said = open ? 'The vault is locked.' : 'The vault is locked already.';
  }

  get #left(): number {
    return this.vaultIs.state === 'unlocked' ? this.vaultIs.locksAt - Date.now() : 0;
  }

  /** Draws again when the shown time is no longer true, and asks the vault when its time is over. */
  #wait(): void {
    clearTimeout(this.#timer);
    if (this.vaultIs.state !== 'unlocked') return;
    const left = this.#left;
    if (left <= 0) {
      this.#timer = setTimeout(() => void refreshVaultState(), 1000);
      return;
    }
    this.said = left <= MINUTE_MS ? 'The vault locks in one minute.' : '';
    this.#timer = setTimeout(() => {
      this.requestUpdate();
      this.#wait();
    }, nextChange(left));
  }

  override render() {
    const { tenant, name } = this.membership;
    const { vaultIs } = this;
    const open = vaultIs.state === 'unlocked';
    const here = open && vaultIs.tenant === tenant;
    const soon = open && this.#left <= MINUTE_MS;
    const other = open && !here ? this.memberships.find((one) => one.tenant === vaultIs.tenant) : undefined;
    const look = soon ? 'soon' : here ? 'open' : open ? 'elsewhere' : '';
    return html`<div class="chip ${look}">
        ${open && !here ? html`<span id="other" title="Unlocking ${name} locks it there">${this.#elsewhere(other, soon)}</span>` : this.#here(here, soon)}
        ${soon ? html`<button @click=${() => void stayUnlocked()}>Stay unlocked</button>` : nothing}
        ${
          // One button for both, so that the focus has somewhere to return to when the dialog closes.
          this.keyless && !open
            ? nothing
            : html`<button
                class="lock"
                aria-describedby=${open && !here ? 'other' : nothing}
                @click=${() => void (here ? this.#lock() : requestUnlock(tenant))}
              >
                ${here ? 'Lock' : 'Unlock'}
              </button>`
        }
      </div>
      <span class="visually-hidden" role="status">${this.said}</span>`;
  }

  #here(open: boolean, soon: boolean) {
    if (!open)
      return html`<span>${lockIcon}<span class="words">${this.keyless ? 'No keys yet' : 'Locked'}</span></span>`;
    const left = timeLeft(this.#left);
    return html`<span
      >${soon ? timerIcon : lockOpenIcon}<span class="words"><span class="long">${soon ? 'Locks in ' : 'Unlocked · '}</span>${left}</span></span
    >`;
  }

  #elsewhere(other: Membership | undefined, soon: boolean) {
    const where = other?.name ?? 'another tenant';
    return html`${soon ? timerIcon : lockOpenIcon}<span class="words"
      >${soon ? html`<span class="long">Locks in </span>${timeLeft(this.#left)}` : `Unlocked for ${where}`}</span
    >`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'vault-state': VaultStateNote;
  }
}
