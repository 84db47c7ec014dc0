// Settings: the tenant's keys in plain words, how secrets may be revealed, when an open vault locks, how long events are kept, and what engines
// may send.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import type { Keyring } from '../../../schema/keyring.ts';
import type { LimitsAnswer } from '../../../schema/limits.ts';
import type { Overview } from '../../../schema/machine.ts';
import type { Membership } from '../../../schema/person.ts';
import type { Settings, SettingsChange } from '../../../schema/settings.ts';
import type { Manifest } from '../../../schema/signed.ts';
import * as keyringApi from '../api/keyring.ts';
import { overview as askOverview } from '../api/overview.ts';
import * as settingsApi from '../api/settings.ts';
import { PageWork } from '../core/page-work.ts';
import { holdHere } from '../core/router.ts';
import { page } from '../ui/page-styles.ts';
import { shared } from '../ui/shared-styles.ts';
import { readManifest } from '../unlock/manifest.ts';
import { seenManifest } from '../unlock/vault-client.ts';
import type { EventsKeptGiven } from './events-kept.ts';
import type { LockAfterGiven } from './lock-after.ts';
import type { SettingsGiven } from './reveal-settings.ts';
import { keptWords, type UnsavedChanged } from './settings-form.ts';
import '../ui/fingerprint-text.ts';
import '../limits/limits-card.ts';
import '../ui/problem-note.ts';
import './events-kept.ts';
import './lock-after.ts';
import './reveal-settings.ts';

type Loaded = {
  overview: Overview;
  keyring: Keyring | null;
  manifest: Manifest | null;
  settings: Settings;
  /** For admins. */
  limits: LimitsAnswer | null;
};

type Section = 'reveals' | 'vault' | 'events' | 'engines';

@customElement('settings-page')
export class SettingsPage extends LitElement {
  static override styles = [
    shared,
    page,
    css`
      .check {
        display: flex;
        gap: 0.6rem;
        font-weight: 400;
        align-items: baseline;
      }
    `,
  ];

  @property({ attribute: false }) membership!: Membership;
  /** Which form was saved last, and the settings of before, for the way back. */
  @state() private saved: { section: Section; before: SettingsChange } | null = null;
  #unsaved = new Set<Section>();
  /** The pressed choice, while it is on its way. */
  @state() private allowRaw: boolean | null = null;
  #work = new PageWork<Loaded>(this, { load: () => this.#load() });

  get #admin(): boolean {
    return this.membership.role === 'admin';
  }

  async #load(): Promise<Loaded> {
    const { tenant } = this.membership;
    const [overview, keyring, settings, limits] = await Promise.all([
      askOverview(tenant),
      keyringApi.keyring(tenant),
      settingsApi.settings(tenant),
      this.#admin ? settingsApi.limits(tenant) : null,
    ]);
    return { overview, keyring, manifest: keyring && readManifest(keyring), settings, limits };
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    holdHere(null);
  }

  #change(section: Section, change: SettingsChange): Promise<void> {
    return this.#work.do(async () => {
      const stored = this.#work.loaded?.settings;
      const names = Object.keys(change) as (keyof SettingsChange)[];
      this.saved = null;
      const settings = await settingsApi.changeSettings(this.membership.tenant, change);
      if (this.#work.loaded) this.#work.put({ ...this.#work.loaded, settings });
      if (stored) this.saved = { section, before: Object.fromEntries(names.map((name) => [name, stored[name]])) };
    }, section);
  }

  #undo = (): void => {
    if (this.saved) void this.#change(this.saved.section, this.saved.before);
  };

  /** Leaving asks first while a form holds what is not saved. */
  #note(section: Section, { detail: unsaved }: UnsavedChanged): void {
    if (unsaved) this.#unsaved.add(section);
    else this.#unsaved.delete(section);
    holdHere(this.#unsaved.size > 0 ? 'Some settings are not saved. Leave without them?' : null);
  }

  #changeRaw(allowRaw: boolean): void {
    this.allowRaw = allowRaw;
    void this.#change('engines', { allowRawRsaOaep: allowRaw }).finally(() => {
      this.allowRaw = null;
    });
  }

  override render() {
    const { loaded, unreachable } = this.#work;
    return html`<h1>Settings</h1>
      <p class="quiet">For everyone at ${this.membership.name}. A change is recorded in the audit.</p>
      <problem-note .error=${unreachable} retry @retry=${this.#work.now}></problem-note>
      ${loaded || unreachable ? nothing : html`<p role="status">Loading the settings …</p><progress aria-label="Loading"></progress>`}
      ${loaded ? this.#content(loaded) : nothing}`;
  }

  #content(loaded: Loaded) {
    return html`<problem-note .error=${this.#work.failureBut('reveals', 'vault', 'events')}></problem-note>
      ${this.#admin ? nothing : html`<p class="quiet">Only an admin of ${this.membership.name} can change what is here.</p>`}
      ${this.#keys(loaded)}
      <section class="card">
        <reveal-settings
          .settings=${loaded.settings}
          .editable=${this.#admin}
          .busy=${this.#work.busy}
          .saved=${this.saved?.section === 'reveals'}
          .failure=${this.#work.failureOf('reveals')}
          @settings-given=${(event: SettingsGiven) => void this.#change('reveals', event.detail)}
          @unsaved-changed=${(event: UnsavedChanged) => this.#note('reveals', event)}
          @undo-wanted=${this.#undo}
        ></reveal-settings>
      </section>
      <section class="card">
        <lock-after
          .settings=${loaded.settings}
          .editable=${this.#admin}
          .busy=${this.#work.busy}
          .saved=${this.saved?.section === 'vault'}
          .failure=${this.#work.failureOf('vault')}
          @lock-after-given=${(event: LockAfterGiven) => void this.#change('vault', event.detail)}
          @unsaved-changed=${(event: UnsavedChanged) => this.#note('vault', event)}
          @undo-wanted=${this.#undo}
        ></lock-after>
      </section>
      <section class="card">
        <events-kept
          .settings=${loaded.settings}
          .editable=${this.#admin}
          .busy=${this.#work.busy}
          .saved=${this.saved?.section === 'events'}
          .failure=${this.#work.failureOf('events')}
          @events-kept-given=${(event: EventsKeptGiven) => void this.#change('events', event.detail)}
          @unsaved-changed=${(event: UnsavedChanged) => this.#note('events', event)}
          @undo-wanted=${this.#undo}
        ></events-kept>
      </section>
      ${this.#engines(loaded.settings)}
      ${loaded.limits ? html`<section class="card"><limits-card .limits=${loaded.limits}></limits-card></section>` : nothing}`;
  }

  #keys({ overview, keyring, manifest }: Loaded) {
    if (!keyring || !manifest)
      return html`<section class="card">
        <h2>Keys</h2>
        <p>The first-time set-up has not been done.</p>
        ${this.#admin ? html`<a class="button primary" href="/t/${this.membership.tenant}/set-up">First-time set-up</a>` : nothing}
      </section>`;
    return html`<section class="card">
      <h2>Keys</h2>
      <dl>
        <dt>Fingerprint</dt>
        <dd>${this.#fingerprint(overview.fingerprint ?? '')}</dd>
        <dt>Escrow key</dt>
        <dd class="mono">${overview.activeKid}</dd>
        <dt>History</dt>
        <dd><a href="/t/${this.membership.tenant}/keys">Escrow keys and rotation</a></dd>
        <dt>Unlock methods</dt>
        <dd><a href="/t/${this.membership.tenant}/access">${manifest.unlockers.length}, under Unlock methods</a></dd>
        <dt>Keyring version</dt>
        <dd>${keyring.version}</dd>
      </dl>
    </section>`;
  }

  /** The server's word for it counts for nothing: an engine that is given a false pin would seal to a false key. */
  #fingerprint(told: string) {
    const seen = seenManifest(this.membership.tenant);
    if (seen && seen.fingerprint !== told)
      return html`<p class="note bad" role="alert">
          The server shows another fingerprint than the one this browser has verified. Give neither to an engine; tell your
          operator.
        </p>
        <p class="quiet">Verified here: <fingerprint-text .fingerprint=${seen.fingerprint}></fingerprint-text></p>`;
    if (seen)
      return html`<fingerprint-text .fingerprint=${told} copyable></fingerprint-text>
        <span class="quiet">Verified in this browser</span>`;
    return html`<fingerprint-text .fingerprint=${told}></fingerprint-text>
      <span class="quiet">As the server says. Unlock once in this browser to verify it before you put it into an engine.</span>`;
  }

  #engines(settings: Settings) {
    return html`<section class="card">
      <h2>Engines</h2>
      <label class="check"
        ><input
          type="checkbox"
          .checked=${live(this.allowRaw ?? settings.allowRawRsaOaep)}
          ?disabled=${!this.#admin || this.#work.busy}
          @change=${(event: Event) => this.#changeRaw((event.target as HTMLInputElement).checked)}
        /><span>Accept secrets without a proof of the PC</span></label
      >
      <div class="row">${keptWords({ unsaved: false, saved: this.saved?.section === 'engines', undo: this.#undo })}</div>
      <p class="quiet">
        Older engines send secrets that name no PC. Such a secret is kept, and says “No proof of the PC” for good.
      </p>
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'settings-page': SettingsPage;
  }
}
