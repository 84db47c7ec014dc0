// The escrow keys: their history, and rotation by an admin: start, watch, pause, resume anywhere, finish, destroy.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Keyring } from '../../../schema/keyring.ts';
import type { Membership } from '../../../schema/person.ts';
import type { KeyHistory, Rotation } from '../../../schema/rotation.ts';
import type { KeyringAct } from '../../vault/contract.ts';
import * as administration from '../api/administration.ts';
import * as custody from '../api/custody.ts';
import * as api from '../api/tenant.ts';
import { OneAct } from '../core/one-act.ts';
import { Polling } from '../core/polling.ts';
import { type Progress, sweep } from '../secrets/sweep.ts';
import { sweepHands } from '../secrets/sweep-hands.ts';
import { isLive } from '../tokens/token-list.ts';
import { shared } from '../ui/shared-styles.ts';
import { StepUp } from '../unlock/step-up.ts';
import { requestUnlock } from '../unlock/unlocking.ts';
import { refreshVaultState, unlock, vault } from '../unlock/vault-client.ts';
import type { KeyStepWanted } from './key-table.ts';
import type { HelpWanted } from './left-behind.ts';
import { type LeftBehind, rotate } from './rotation.ts';
import './key-table.ts';
import './keyring-changes.ts';
import './left-behind.ts';
import '../ui/problem-note.ts';
import './root-history.ts';

const REFRESH_MS = 5_000;
const DESTROY_AFTER_MS = 90 * 24 * 3600 * 1000;

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
  @state() private keyring: Keyring | null = null;
  @state() private handedOut: ReadonlyMap<string, number> | null = null;
  /** What the last refresh met; the next one takes it away. */
  @state() private unreachable: unknown = null;
  /** How far the check before a destruction has come. */
  @state() private checking: Progress | null = null;
  @state() private resealing = false;
  @state() private leftBehind: LeftBehind[] = [];
  #stepUp = new StepUp(this);
  #polling = new Polling(this, REFRESH_MS, () => this.#refresh());
  #acts = new OneAct(this, () => this.#polling.now());

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#polling.now();
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
      if (this.ready) {
        const { tenant } = this.membership;
        [this.rotation, this.keyring] = await Promise.all([api.rotation(tenant), api.keyring(tenant)]);
        if (this.#admin && (this.keyring?.successions.length ?? 0) > 0) this.handedOut = await handedOut(tenant);
      }
      this.unreachable = null;
    } catch (error) {
      this.unreachable = error;
    }
  }

  #sign(heading: string, action: string, act: KeyringAct): Promise<void> {
    return this.#acts.do(async () => {
      await this.#stepUp.act(this.#tenant, heading, action, act);
    });
  }

  /** Where a new key was made, the vault is unlocked under the new keyring with what was just given, so that re-sealing can begin. */
  #rotateKey = (): Promise<void> =>
    this.#acts.do(async (signal) => {
      const acted = await this.#stepUp.act(this.#tenant, 'Rotate the escrow key', 'Rotate', { act: 'rotate' });
      const keyring = acted && (await api.keyring(this.#tenant));
      if (!keyring || signal.aborted) return '';
      await this.#polling.now();
      await unlock({ tenant: this.#tenant, keyring, ...acted.proof });
      return this.#reseal(signal);
    });

  #step = ({ detail: { kid, state } }: KeyStepWanted): void => {
    void this.#acts.do(async (signal) => {
      const sweep = state === 'destroyed' ? await this.#everythingOpens(signal) : undefined;
      if (sweep === null) return;
      const [heading, action] =
        state === 'retired' ? ['Finish the rotation', 'Finish'] : ['Destroy the key for good', 'Destroy'];
      await this.#stepUp.act(this.#tenant, heading, action, { act: 'set_key_state', kid, state, sweep });
    });
  };

  /**
   * Who signs a destruction has seen first that nothing needs the key any more: not the server's word, nor another admin's. The answer is
   * the sweep that saw it; null: it was stopped.
   */
  async #everythingOpens(signal: AbortSignal): Promise<string | null> {
    if (!(await this.#unlocked())) return null;
    try {
      const { id, unsound } = await sweep(
        sweepHands(this.#tenant),
        (progress) => {
          this.checking = progress;
        },
        signal,
      );
      const lost = unsound.filter(({ item, finding }) => finding === 'does_not_open' && !item.version.unopenable);
      if (lost.length > 0 && !signal.aborted)
        throw new Error(
          `${lost.length} ${lost.length === 1 ? 'secret does' : 'secrets do'} not open. The key may be all that opens ${lost.length === 1 ? 'it' : 'them'}: see Safekeeping.`,
        );
      return signal.aborted ? null : id;
    } finally {
      this.checking = null;
    }
  }

  async #unlocked(): Promise<boolean> {
    const state = await refreshVaultState();
    return (state.state === 'unlocked' && state.tenant === this.#tenant) || requestUnlock(this.#tenant);
  }

  #resume = (): Promise<void> => this.#acts.do((signal) => this.#reseal(signal));

  async #reseal(signal: AbortSignal): Promise<string> {
    if (!(await this.#unlocked()) || signal.aborted) return '';
    this.resealing = true;
    this.leftBehind = [];
    try {
      const hands = {
        page: (request: Parameters<typeof api.rotationPage>[1]) => api.rotationPage(this.#tenant, request),
        upload: (items: Parameters<typeof api.uploadResealed>[1]) => api.uploadResealed(this.#tenant, items),
        reseal: vault().reseal,
      };
      const before = this.rotation;
      // Counted here, and set right by the next refresh: to ask after each page would cost the object more than the work itself.
      const progressed = (resealed: number) => {
        if (before) this.rotation = { ...before, remaining: Math.max(0, before.remaining - resealed) };
      };
      const done = await rotate(hands, progressed, signal);
      this.leftBehind = done.leftBehind;
      return done.stopped
        ? 'Paused. Everything re-sealed so far is kept; resume here, in another tab, or let another admin go on.'
        : `${done.resealed} re-sealed.`;
    } finally {
      this.resealing = false;
    }
  }

  #help({ item, help, reason }: HelpWanted['detail']): void {
    void this.#acts.do(async () => {
      const { id: secret, version: at } = item;
      const { version, kid, sha256 } = at;
      if (help === 'restore') await api.restoreReplaced(this.#tenant, secret, version, reason);
      else {
        // What the rotation has just found, as a finding: the mark rests on it.
        await custody.keepFindings(this.#tenant, [{ secret, version, kid, sha256, finding: 'does_not_open' }]);
        await api.markUnopenable(this.#tenant, secret, version, reason);
      }
      this.leftBehind = this.leftBehind.filter((one) => one.item !== item);
    });
  }

  override render() {
    const { rotation } = this;
    return html`<div class="row bar">
        <h1>Escrow keys</h1>
        ${
          this.#admin && rotation
            ? html`<button ?disabled=${this.#acts.busy} @click=${this.#rotateKey}>Rotate the escrow key</button>`
            : nothing
        }
      </div>
      ${this.#admin ? nothing : html`<p class="quiet">Only an admin of ${this.membership.name} rotates, finishes or destroys keys.</p>`}
      <problem-note .error=${this.#acts.failure ?? this.unreachable}></problem-note>
      ${this.ready ? nothing : this.#notSetUp()}
      ${rotation === null && this.ready && !this.unreachable ? html`<p role="status">Loading the keys …</p>` : nothing}
      ${this.checking ? this.#check(this.checking) : rotation ? this.#progress(rotation) : nothing}
      ${
        this.leftBehind.length > 0
          ? html`<left-behind
              .items=${this.leftBehind}
              .tenant=${this.#tenant}
              .canGiveUp=${true}
              .busy=${this.#acts.busy}
              @help-wanted=${(event: HelpWanted) => this.#help(event.detail)}
            ></left-behind>`
          : nothing
      }
      ${
        rotation
          ? html`<section class="card">
              <key-table
                .keys=${rotation.keys}
                .admin=${this.#admin}
                .busy=${this.#acts.busy}
                .destroyableAt=${destroyableAt}
                @key-step-wanted=${this.#step}
              ></key-table>
            </section>`
          : nothing
      }
      ${this.keyring ? this.#roots(this.keyring) : nothing}
      ${
        this.keyring?.changes?.some((one) => one.replaces)
          ? html`<section class="card">
              <keyring-changes
                .tenant=${this.#tenant}
                .version=${this.keyring.version}
                .changes=${this.keyring.changes}
                @keyring-undone=${() => void this.#polling.now()}
              ></keyring-changes>
            </section>`
          : nothing
      }
      ${this.#stepUp.render()}`;
  }

  #notSetUp() {
    return html`<p>The first-time set-up has not been done, so there are no keys yet.</p>
      ${
        this.#admin
          ? html`<a class="button primary" href="/t/${this.#tenant}/set-up">First-time set-up</a>`
          : html`<p class="quiet">An admin of ${this.membership.name} has to do it.</p>`
      }`;
  }

  #replaceRoot = (): void => {
    void this.#sign('Replace the root', 'Replace the root', { act: 'replace_root' });
  };

  #roots(keyring: Keyring) {
    return html`<section class="card">
      <root-history
        .keyring=${keyring}
        .tenant=${this.#tenant}
        .admin=${this.#admin}
        .busy=${this.#acts.busy}
        .handedOut=${this.handedOut}
        @replace-root-wanted=${this.#replaceRoot}
        @end-overlap-wanted=${({ detail: root }: CustomEvent<string>) =>
          void this.#sign('End the overlap', 'End the overlap', { act: 'end_overlap', root })}
      ></root-history>
    </section>`;
  }

  #check({ done, total }: Progress) {
    return html`<section class="card">
      <h2>Checking that every secret opens without it</h2>
      <progress max=${Math.max(1, total)} .value=${done} aria-label="Secrets checked"></progress>
      <div class="row bar">
        <span role="status">${done} of ${total} …</span>
        <button @click=${() => this.#acts.stop()}>Stop</button>
      </div>
    </section>`;
  }

  #progress({ total, remaining }: Rotation) {
    const { said } = this.#acts;
    if (remaining === 0 && !this.resealing)
      return said ? html`<p class="note good" role="status">${said} Nothing is left to re-seal.</p>` : nothing;
    const done = total - remaining;
    return html`<section class="card">
      <h2>Re-sealing to the active key</h2>
      <progress max=${total} .value=${done} aria-label="Secrets re-sealed"></progress>
      <div class="row bar">
        <span role="status">${done} of ${total} ${this.resealing ? '…' : nothing}</span>
        ${this.#admin ? this.#startOrPause() : html`<span class="quiet">An admin has to go on with this.</span>`}
      </div>
      ${said ? html`<p class="quiet">${said}</p>` : nothing}
    </section>`;
  }

  #startOrPause() {
    return this.resealing
      ? html`<button @click=${() => this.#acts.stop()}>Pause</button>`
      : html`<button class="primary" ?disabled=${this.#acts.busy} @click=${this.#resume}>Resume</button>`;
  }
}

/** Ninety days after its rotation was finished: engines may have been offline as long. The object counts again. */
const destroyableAt = (key: KeyHistory): number | null =>
  key.retiredAt === null ? null : key.retiredAt + DESTROY_AFTER_MS;

/** Live tokens by the fingerprint they were handed out with. */
async function handedOut(tenant: string): Promise<ReadonlyMap<string, number>> {
  const { tokens } = await administration.tokens(tenant);
  const counts = new Map<string, number>();
  for (const token of tokens)
    if (token.fingerprint !== null && isLive(token, Date.now()))
      counts.set(token.fingerprint, (counts.get(token.fingerprint) ?? 0) + 1);
  return counts;
}
