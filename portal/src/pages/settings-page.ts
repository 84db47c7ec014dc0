// Settings: the tenant's keys in plain words, the team passphrase, and what engines may send.
import { Task } from '@lit/task';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Keyring } from '../../../schema/keyring.ts';
import type { Overview, Settings } from '../../../schema/machine.ts';
import type { Membership } from '../../../schema/person.ts';
import { readManifest, usableUnlockers } from '../api/manifest.ts';
import * as api from '../api/tenant.ts';
import type { PassphraseField } from '../elements/passphrase-field.ts';
import type { UnlockWanted } from '../elements/unlock-dialog.ts';
import { stepUp } from '../step-up.ts';
import { shared } from '../styles/shared.ts';
import { vault } from '../vault-client.ts';
import { exactTime, grouped } from '../words.ts';
import '../elements/passphrase-field.ts';
import '../elements/problem-note.ts';
import '../elements/unlock-dialog.ts';

type Loaded = { overview: Overview; keyring: Keyring | null; settings: Settings };

@customElement('settings-page')
export class SettingsPage extends LitElement {
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
      li {
        margin: 0.3rem 0;
      }
      ul {
        margin: 0 0 1rem;
        padding-left: 1.2rem;
      }
      .later {
        margin-top: 1.5rem;
      }
      .check {
        display: flex;
        gap: 0.6rem;
        font-weight: 400;
        align-items: baseline;
      }
    `,
  ];

  @property({ attribute: false }) membership!: Membership;
  @state() private adding: 'no' | 'typing' | 'confirming' | 'working' = 'no';
  @state() private mayAdd = false;
  @state() private fault = '';
  @state() private failure: unknown = null;
  @state() private done = '';
  @query('passphrase-field') private field!: PassphraseField;
  private teamPassphrase = '';

  #load = new Task(this, {
    args: () => [this.membership.tenant] as const,
    task: async ([tenant]): Promise<Loaded> => {
      const [overview, keyring, settings] = await Promise.all([
        api.overview(tenant),
        api.keyring(tenant),
        api.settings(tenant),
      ]);
      return { overview, keyring, settings };
    },
  });

  get #admin(): boolean {
    return this.membership.role === 'admin';
  }

  async #setRaw(allowRawRsaOaep: boolean): Promise<void> {
    this.failure = null;
    try {
      await api.writeSettings(this.membership.tenant, { allowRawRsaOaep });
      this.done = 'Kept.';
    } catch (error) {
      this.failure = error;
    }
    await this.#load.run();
  }

  async #addTeam(keyring: Keyring, detail: UnlockWanted['detail']): Promise<void> {
    this.adding = 'working';
    try {
      const { teamPassphrase } = this;
      const result = await stepUp(this.membership.tenant, keyring, detail, (input) =>
        vault().draftTeamPassphrase({ ...input, teamPassphrase }),
      );
      if (!result.ok) {
        this.fault = result.fault;
        this.adding = 'confirming';
        return;
      }
      this.done = 'The team passphrase is added. Hand it to your engineers by a safe way.';
    } catch (error) {
      this.failure = error;
    }
    this.teamPassphrase = '';
    this.adding = 'no';
    await this.#load.run();
  }

  override render() {
    return html`<h1>Settings</h1>
      ${this.#load.render({
        pending: () => html`<p role="status">Loading the settings …</p><progress aria-label="Loading"></progress>`,
        error: (error) =>
          html`<problem-note .error=${error} retry @retry=${() => void this.#load.run()}></problem-note>`,
        complete: (loaded) => html`
          <problem-note .error=${this.failure}></problem-note>
          ${this.done ? html`<p class="note good" role="status">${this.done}</p>` : nothing} ${this.#keys(loaded)}
          ${this.#engines(loaded.settings)}
        `,
      })}`;
  }

  #keys({ overview, keyring }: Loaded) {
    if (!keyring)
      return html`<section class="card">
        <h2>Keys</h2>
        <p>The first-time set-up has not been done.</p>
        ${this.#admin ? html`<a class="button primary" href="/t/${this.membership.tenant}/set-up">First-time set-up</a>` : nothing}
      </section>`;
    const { unlockers } = readManifest(keyring);
    const hasTeam = unlockers.some((one) => one.owner === null && one.kind === 'passphrase');
    return html`<section class="card">
      <h2>Keys</h2>
      <dl>
        <dt>Fingerprint</dt>
        <dd class="mono">${grouped(overview.fingerprint ?? '')}</dd>
        <dt>Escrow key</dt>
        <dd class="mono">${overview.activeKid}</dd>
        <dt>History</dt>
        <dd><a href="/t/${this.membership.tenant}/keys">Escrow keys and rotation</a></dd>
        <dt>Keyring version</dt>
        <dd>${keyring.version}</dd>
      </dl>
      <h2 class="later">Ways to unlock</h2>
      <ul>
        ${unlockers.map(
          (one) => html`<li>
            ${one.label} ${one.owner === null ? html`<span class="pill">Shared</span>` : nothing}
            <span class="quiet">${one.rights.includes('admin') ? 'reveal and admin' : 'reveal only'}, since ${exactTime(one.createdAt)}</span>
          </li>`,
        )}
      </ul>
      ${this.#admin && !hasTeam ? this.#addTeamForm(keyring) : nothing}
    </section>`;
  }

  #addTeamForm(keyring: Keyring) {
    if (this.adding === 'no')
      return html`<p>Engineers cannot reveal anything yet: there is no team passphrase.</p>
        <button
          @click=${() => {
            this.adding = 'typing';
          }}
        >
          Add a team passphrase
        </button>`;
    return html`<passphrase-field
        .label=${'Team passphrase'}
        @passphrase-changed=${() => {
          this.mayAdd = this.field.value !== null;
        }}
      ></passphrase-field>
      <button
        class="primary"
        ?disabled=${!this.mayAdd}
        @click=${() => {
          this.teamPassphrase = this.field.value ?? '';
          this.fault = '';
          this.adding = 'confirming';
        }}
      >
        Add it
      </button>
      ${
        this.adding === 'typing'
          ? nothing
          : html`<unlock-dialog
              heading="Confirm with your own passphrase"
              action="Confirm"
              .unlockers=${usableUnlockers(keyring).filter((one) => one.rights.includes('admin'))}
              .working=${this.adding === 'working'}
              .fault=${this.fault}
              @closed=${() => {
                this.adding = 'typing';
              }}
              @unlock-wanted=${(event: UnlockWanted) => void this.#addTeam(keyring, event.detail)}
            ></unlock-dialog>`
      }`;
  }

  #engines(settings: Settings) {
    return html`<section class="card">
      <h2>Engines</h2>
      <label class="check"
        ><input
          type="checkbox"
          .checked=${settings.allowRawRsaOaep}
          ?disabled=${!this.#admin}
          @change=${(event: Event) => void this.#setRaw((event.target as HTMLInputElement).checked)}
        /><span>Accept raw RSA-OAEP from older engines</span></label
      >
      <p class="quiet">
        Such a ciphertext names no machine. It is kept and shown as not bound to its machine, for good.
        ${this.#admin ? nothing : 'Only an admin can change this.'}
      </p>
    </section>`;
  }
}
