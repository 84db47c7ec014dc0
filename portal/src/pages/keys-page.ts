// The escrow keys: their history, and rotation by an admin: start, watch, pause, resume anywhere, finish, destroy.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Keyring } from '../../../schema/keyring.ts';
import type { Membership } from '../../../schema/person.ts';
import type { KeyHistory, Rotation } from '../../../schema/rotation.ts';
import type { KeyringAct } from '../../vault/contract.ts';
import { usableUnlockers } from '../api/manifest.ts';
import * as api from '../api/tenant.ts';
import type { KeyStepWanted } from '../elements/key-table.ts';
import type { GiveUpWanted } from '../elements/left-behind.ts';
import type { UnlockWanted } from '../elements/unlock-dialog.ts';
import { Polling } from '../polling.ts';
import { type LeftBehind, rotate } from '../rotation.ts';
import { stepUp } from '../step-up.ts';
import { shared } from '../styles/shared.ts';
import { requestUnlock } from '../unlocking.ts';
import { refreshVaultState, unlock, vault } from '../vault-client.ts';
import '../elements/key-table.ts';
import '../elements/left-behind.ts';
import '../elements/problem-note.ts';
import '../elements/unlock-dialog.ts';

const REFRESH_MS = 5_000;
const DESTROY_AFTER_MS = 90 * 24 * 3600 * 1000;
type Act = { heading: string; action: string; act: KeyringAct; next: 'reseal' | 'nothing' };

@customElement('keys-page')
export class KeysPage extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: block;
        max-width: 48rem;
      }
      section {
        margin-top: 1rem;
      }
      .bar {
        justify-content: space-between;
      }
    `,
  ];

  @property({ attribute: false }) membership!: Membership;
  @state() private rotation: Rotation | null = null;
  @state() private ready = true;
  @state() private failure: unknown = null;
  @state() private act: (Act & { keyring: Keyring }) | null = null;
  @state() private working = false;
  @state() private fault = '';
  @state() private running: AbortController | null = null;
  @state() private leftBehind: LeftBehind[] = [];
  @state() private said = '';

  constructor() {
    super();
    new Polling(this, REFRESH_MS, () => this.#refresh());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#refresh();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.running?.abort();
  }

  get #tenant(): string {
    return this.membership.tenant;
  }

  get #admin(): boolean {
    return this.membership.role === 'admin';
  }

  async #refresh(): Promise<void> {
    try {
      this.ready = (await api.overview(this.#tenant)).keyState === 'ready';
      if (this.ready) this.rotation = await api.rotation(this.#tenant);
      if (!this.running) this.failure = null;
    } catch (error) {
      this.failure = error;
    }
  }

  async #ask(act: Act): Promise<void> {
    this.fault = '';
    this.said = '';
    try {
      const keyring = await api.keyring(this.#tenant);
      if (keyring) this.act = { ...act, keyring };
    } catch (error) {
      this.failure = error;
    }
  }

  /** The step-up, and where a new key was made the unlock under the new keyring, so that re-sealing can begin. */
  async #confirm(detail: UnlockWanted['detail']): Promise<void> {
    const { act } = this;
    if (!act) return;
    this.working = true;
    this.fault = '';
    try {
      const result = await stepUp(this.#tenant, act.keyring, detail, act.act, () => this.act === act);
      if (result.cancelled) return;
      if (!result.ok) {
        this.fault = result.fault;
        return;
      }
      this.act = null;
      if (act.next === 'reseal') {
        const keyring = await api.keyring(this.#tenant);
        if (keyring) await unlock({ tenant: this.#tenant, keyring, ...detail });
        void this.#reseal();
      }
    } catch (error) {
      this.act = null;
      this.failure = error;
    } finally {
      this.working = false;
      await this.#refresh();
    }
  }

  async #reseal(): Promise<void> {
    const vaultState = await refreshVaultState();
    const open = vaultState.state === 'unlocked' && vaultState.tenant === this.#tenant;
    if (!open && !(await requestUnlock(this.#tenant))) return;
    const running = new AbortController();
    this.running = running;
    this.leftBehind = [];
    this.failure = null;
    try {
      const hands = {
        page: (request: Parameters<typeof api.rotationPage>[1]) => api.rotationPage(this.#tenant, request),
        upload: (items: Parameters<typeof api.uploadResealed>[1]) => api.uploadResealed(this.#tenant, items),
        reseal: vault().reseal,
      };
      const done = await rotate(hands, () => void this.#refresh(), running.signal);
      this.leftBehind = done.leftBehind;
      this.said = done.stopped
        ? 'Paused. Everything re-sealed so far is kept; resume here, in another tab, or let another admin go on.'
        : `${done.resealed} re-sealed.`;
    } catch (error) {
      this.failure = error;
    } finally {
      this.running = null;
      await this.#refresh();
    }
  }

  async #giveUp({ secret, version, reason }: GiveUpWanted['detail']): Promise<void> {
    try {
      await api.markUnopenable(this.#tenant, secret, version, reason);
      this.leftBehind = this.leftBehind.filter(({ item }) => item.id !== secret || item.version.version !== version);
    } catch (error) {
      this.failure = error;
    }
    await this.#refresh();
  }

  #rotateKey = (): Promise<void> =>
    this.#ask({
      heading: 'Rotate the escrow key',
      action: 'Rotate',
      act: { act: 'rotate' },
      next: 'reseal',
    });

  #step = ({ detail: { kid, state } }: KeyStepWanted): Promise<void> =>
    this.#ask({
      heading: state === 'retired' ? 'Finish the rotation' : 'Destroy the key for good',
      action: state === 'retired' ? 'Finish' : 'Destroy',
      act: { act: 'set_key_state', kid, state },
      next: 'nothing',
    });

  override render() {
    const { rotation } = this;
    return html`<div class="row bar">
        <h1>Escrow keys</h1>
        ${
          this.#admin && rotation
            ? html`<button ?disabled=${this.running !== null} @click=${this.#rotateKey}>Rotate the escrow key</button>`
            : nothing
        }
      </div>
      <problem-note .error=${this.failure}></problem-note>
      ${this.ready ? nothing : html`<p>The first-time set-up has not been done.</p>`}
      ${rotation === null && this.ready && !this.failure ? html`<p role="status">Loading the keys …</p>` : nothing}
      ${rotation ? this.#progress(rotation) : nothing}
      ${
        this.leftBehind.length > 0
          ? html`<left-behind
              .items=${this.leftBehind}
              .tenant=${this.#tenant}
              @give-up-wanted=${(event: GiveUpWanted) => void this.#giveUp(event.detail)}
            ></left-behind>`
          : nothing
      }
      ${
        rotation
          ? html`<section class="card">
              <key-table
                .keys=${rotation.keys}
                .admin=${this.#admin}
                .destroyableAt=${destroyableAt}
                @key-step-wanted=${this.#step}
              ></key-table>
            </section>`
          : nothing
      }
      ${this.act ? this.#dialog(this.act) : nothing}`;
  }

  #progress({ total, remaining }: Rotation) {
    if (remaining === 0 && !this.running)
      return this.said
        ? html`<p class="note good" role="status">${this.said} Nothing is left to re-seal.</p>`
        : nothing;
    const done = total - remaining;
    return html`<section class="card">
      <h2>Re-sealing to the active key</h2>
      <progress max=${total} .value=${done} aria-label="Secrets re-sealed"></progress>
      <div class="row bar">
        <span role="status">${done} of ${total} ${this.running ? '…' : nothing}</span>
        ${this.#admin ? this.#startOrPause() : html`<span class="quiet">An admin has to go on with this.</span>`}
      </div>
      ${this.said ? html`<p class="quiet">${this.said}</p>` : nothing}
    </section>`;
  }

  #startOrPause() {
    return this.running
      ? html`<button @click=${() => this.running?.abort()}>Pause</button>`
      : html`<button class="primary" @click=${() => void this.#reseal()}>Resume</button>`;
  }

  #dialog(act: Act & { keyring: Keyring }) {
    return html`<unlock-dialog
      heading=${act.heading}
      action=${act.action}
      .unlockers=${usableUnlockers(act.keyring).filter((one) => one.rights.includes('admin'))}
      .working=${this.working}
      .fault=${this.fault}
      @closed=${() => {
        this.act = null;
      }}
      @unlock-wanted=${(event: UnlockWanted) => void this.#confirm(event.detail)}
    ></unlock-dialog>`;
  }
}

/** Ninety days after its rotation was finished: engines may have been offline as long. The object counts again. */
const destroyableAt = (key: KeyHistory): number | null =>
  key.retiredAt === null ? null : key.retiredAt + DESTROY_AFTER_MS;
