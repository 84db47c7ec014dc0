// The escrow keys: their history, and rotation by an admin: start, watch, pause, resume anywhere, finish, destroy.

import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { DESTROY_AFTER_MS } from '../../../schema/facts/days.ts';
import type { Keyring } from '../../../schema/keyring.ts';
import type { Membership } from '../../../schema/person.ts';
import type { KeyHistory, Rotation } from '../../../schema/rotation.ts';
import type { KeyringAct } from '../../vault/contract.ts';
import * as keyringApi from '../api/keyring.ts';
import { overview as askOverview } from '../api/overview.ts';
import * as rotationApi from '../api/rotation.ts';
import * as tokensApi from '../api/tokens.ts';
import { PageWork, type Part, partOf } from '../core/page-work.ts';
import { isLive } from '../tokens/token-list.ts';
import { page } from '../ui/page-styles.ts';
import { shared } from '../ui/shared-styles.ts';
import { toastOf } from '../ui/toast-note.ts';
import { StepUp } from '../unlock/step-up.ts';
import { unlock } from '../unlock/vault-client.ts';
import type { KeyStepWanted } from './key-table.ts';
import { HELPING, Resealing } from './resealing.ts';
import './key-table.ts';
import './keyring-changes.ts';
import '../ui/problem-note.ts';
import './root-history.ts';

const REFRESH_MS = 5_000;

/** `handedOut`: live tokens by the fingerprint they were handed out with, for admins, once there is more than one root. */
type Ready = {
  rotation: Part<Rotation>;
  keyring: Part<Keyring | null>;
  handedOut: Part<ReadonlyMap<string, number>> | null;
};
/** `ready` null: the first-time set-up has not been done. */
type Loaded = { ready: Ready | null };

@customElement('keys-page')
export class KeysPage extends LitElement {
  static override styles = [shared, page];

  @property({ attribute: false }) membership!: Membership;
  #stepUp = new StepUp(this);
  #work = new PageWork<Loaded>(this, { load: () => this.#load(), everyMs: REFRESH_MS });
  #resealing = new Resealing(this, {
    tenant: () => this.#tenant,
    acts: this.#work,
    rotation: () => this.#work.loaded?.ready?.rotation.value ?? null,
    show: (rotation) => {
      const ready = this.#work.loaded?.ready;
      if (ready) this.#work.put({ ready: { ...ready, rotation: { value: rotation, failure: null } } });
    },
  });

  get #tenant(): string {
    return this.membership.tenant;
  }

  get #admin(): boolean {
    return this.membership.role === 'admin';
  }

  async #load(): Promise<Loaded> {
    const tenant = this.#tenant;
    if ((await askOverview(tenant)).keyState !== 'ready') return { ready: null };
    const before = this.#work.loaded?.ready;
    const [rotation, keyring] = await Promise.all([
      partOf(rotationApi.rotation(tenant), before?.rotation),
      partOf(keyringApi.keyring(tenant), before?.keyring),
    ]);
    const several = (keyring.value?.successions.length ?? 0) > 0;
    const counted = this.#admin && several ? await partOf(handedOut(tenant), before?.handedOut) : null;
    return { ready: { rotation, keyring, handedOut: counted } };
  }

  #sign(heading: string, action: string, act: KeyringAct): Promise<void> {
    return this.#work.do(async () => {
      await this.#stepUp.act(this.#tenant, heading, action, act);
    });
  }

  /**
   * If a new key was made, the vault is unlocked under the new keyring with the secret just given, so that re-sealing
   * can begin.
   */
  #rotateKey = (): Promise<void> =>
    this.#work.do(async (signal) => {
      const acted = await this.#stepUp.act(this.#tenant, 'Rotate the escrow key', 'Rotate', { act: 'rotate' });
      const keyring = acted && (await keyringApi.keyring(this.#tenant));
      if (!keyring || signal.aborted) return '';
      await this.#work.now();
      await unlock({ tenant: this.#tenant, keyring, ...acted.proof });
      return this.#resealing.reseal(signal);
    });

  #step = ({ detail: { kid, state } }: KeyStepWanted): void => {
    void this.#work.do(async (signal) => {
      const sweep = state === 'destroyed' ? await this.#resealing.everythingOpens(signal) : undefined;
      if (sweep === null) return;
      const [heading, action] =
        state === 'retired' ? ['Finish the rotation', 'Finish'] : ['Destroy the key for good', 'Destroy'];
      await this.#stepUp.act(this.#tenant, heading, action, { act: 'set_key_state', kid, state, sweep });
    });
  };

  override render() {
    const { loaded, unreachable } = this.#work;
    const ready = loaded?.ready;
    return html`<div class="row bar">
        <h1>Keys</h1>
        ${
          this.#admin && ready
            ? html`<button ?disabled=${this.#work.busy} @click=${this.#rotateKey}>Rotate the escrow key</button>`
            : nothing
        }
      </div>
      <p class="quiet">Every secret is sealed to the escrow key. Rotate it when a copy may have got out; a leaver does it by itself.</p>
      ${this.#admin ? nothing : html`<p class="quiet">Only an admin of ${this.membership.name} rotates, finishes or destroys keys.</p>`}
      <problem-note .error=${this.#work.failureBut(HELPING) ?? unreachable}></problem-note>
      ${ready === null ? this.#notSetUp() : nothing}
      ${loaded === null && !unreachable ? html`<p role="status">Loading the keys …</p>` : nothing}
      ${this.#resealing.render(this.#admin)} ${ready ? this.#keys(ready) : nothing} ${this.#stepUp.render()}
      ${toastOf(this.#work)}`;
  }

  #keys({ rotation, keyring: { value: keyring, failure }, handedOut }: Ready) {
    return html`<section class="card">
        <problem-note .error=${rotation.failure}></problem-note>
        ${
          rotation.value
            ? html`<key-table
                .keys=${rotation.value.keys}
                .admin=${this.#admin}
                .busy=${this.#work.busy}
                .destroyableAt=${destroyableAt}
                @key-step-wanted=${this.#step}
              ></key-table>`
            : nothing
        }
      </section>
      ${keyring || failure ? this.#roots(keyring, failure, handedOut) : nothing}
      ${
        keyring?.changes?.some((one) => one.replaces)
          ? html`<section class="card">
              <keyring-changes
                .tenant=${this.#tenant}
                .version=${keyring.version}
                .changes=${keyring.changes}
                @keyring-undone=${this.#work.now}
              ></keyring-changes>
            </section>`
          : nothing
      }`;
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

  #roots(keyring: Keyring | null, failure: unknown, handedOut: Ready['handedOut']) {
    return html`<section class="card">
      <problem-note .error=${failure}></problem-note>
      ${
        keyring
          ? html`<root-history
              .keyring=${keyring}
              .tenant=${this.#tenant}
              .admin=${this.#admin}
              .busy=${this.#work.busy}
              .handedOut=${handedOut?.value ?? null}
              .uncounted=${handedOut?.failure ?? null}
              @replace-root-wanted=${this.#replaceRoot}
              @end-overlap-wanted=${({ detail: root }: CustomEvent<string>) =>
                void this.#sign('End the overlap', 'End the overlap', { act: 'end_overlap', root })}
            ></root-history>`
          : nothing
      }
    </section>`;
  }
}

/** Ninety days after its rotation was finished: engines may have been offline as long. The object counts again. */
const destroyableAt = (key: KeyHistory): number | null =>
  key.retiredAt === null ? null : key.retiredAt + DESTROY_AFTER_MS;

/** Live tokens by the fingerprint they were handed out with. */
async function handedOut(tenant: string): Promise<ReadonlyMap<string, number>> {
  const { tokens } = await tokensApi.tokens(tenant);
  const counts = new Map<string, number>();
  for (const token of tokens)
    if (token.fingerprint !== null && isLive(token, Date.now()))
      counts.set(token.fingerprint, (counts.get(token.fingerprint) ?? 0) + 1);
  return counts;
}

declare global {
  interface HTMLElementTagNameMap {
    'keys-page': KeysPage;
  }
}
