// The vault's state on every page: locked, or open and for how much longer; the one place to unlock, and the one
// shortcut that locks.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Membership } from '../../../schema/person.ts';
import type { VaultState } from '../../vault/contract.ts';
import { Shortcuts } from '../core/shortcuts.ts';
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
      :host {
        display: inline-flex;
        align-items: center;
        gap: 0.6rem;
      }
      button {
        min-height: 2rem;
      }
      .pill {
        font-variant-numeric: tabular-nums;
        max-width: 12rem;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      /* Over the page, not in it: nothing moves when the last minute begins. */
      .soon {
        position: fixed;
        right: 1rem;
        bottom: 1rem;
        z-index: 3;
        border: 1px solid var(--warn);
        font-variant-numeric: tabular-nums;
      }
      @media (max-width: 30rem) {
        :host {
          gap: 0.4rem;
        }
        .pill .long {
          display: none;
        }
        .pill {
          max-width: 5.5rem;
        }
      }
    `,
  ];
  @property({ attribute: false }) membership!: Membership;
  /** All the person's tenants: the vault may be open for another one. */
  @property({ attribute: false }) memberships: readonly Membership[] = [];
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
    const other = open && !here ? this.memberships.find((one) => one.tenant === vaultIs.tenant) : undefined;
    // One button for both, so that the focus has somewhere to return to when the dialog closes.
    return html`${here ? html`<span class="pill good"><span class="long">Unlocked, </span>${timeLeft(this.#left)}</span>` : nothing}
      ${
        open && !here
          ? html`<span class="pill warn" id="other" title="Unlocking ${name} locks it there">Unlocked for ${other?.name ?? 'another tenant'}</span>`
          : nothing
      }
      <button aria-describedby=${open && !here ? 'other' : nothing} @click=${() => void (here ? this.#lock() : requestUnlock(tenant))}>
        ${here ? 'Lock' : 'Unlock'}
      </button>
      ${open && this.#left <= MINUTE_MS ? this.#soon() : nothing}
      <span class="visually-hidden" role="status">${this.said}</span>`;
  }

  #soon() {
    return html`<div class="card soon row">
      <span>The vault locks in ${timeLeft(this.#left)}</span>
      <button @click=${() => void stayUnlocked()}>Stay unlocked</button>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'vault-state': VaultStateNote;
  }
}
