// Access: one's own ways to unlock, asking for one, and for admins who may open what: grants, the team passphrase, recovery.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Grant } from '../../../schema/grant.ts';
import type { Keyring } from '../../../schema/keyring.ts';
import type { Membership } from '../../../schema/person.ts';
import { RIGHTS_OF } from '../../../schema/rights.ts';
import type { Manifest, ManifestUnlocker } from '../../../schema/signed.ts';
import type { Drafted, KeyringAct } from '../../vault/contract.ts';
import * as custody from '../api/custody.ts';
import { isProblem } from '../api/http.ts';
import * as api from '../api/tenant.ts';
import { PageWork } from '../core/page-work.ts';
import { Polling } from '../core/polling.ts';
import { saidNote } from '../ui/said-note.ts';
import { shared } from '../ui/shared-styles.ts';
import { exactTime, rightsWords } from '../ui/words.ts';
import { readManifest } from '../unlock/manifest.ts';
import { StepUp, writeDrafted } from '../unlock/step-up.ts';
import { seenManifest, vault } from '../unlock/vault-client.ts';
import { forgetWords, keepWords, readWords } from './asked-words.ts';
import type { GrantAnswer } from './grant-list.ts';
import type { NewUnlocker } from './new-unlocker.ts';
import type { Sheets } from './recovery-sheets.ts';
import '../ui/eight-words.ts';
import './grant-list.ts';
import './new-passphrase.ts';
import './new-unlocker.ts';
import '../ui/problem-note.ts';
import './recovery-size.ts';
import './recovery-sheets.ts';
import './unlocker-list.ts';

const REFRESH_MS = 5_000;
const YEAR_MS = 365 * 24 * 3600 * 1000;

type Loaded = { keyring: Keyring | null; manifest: Manifest | null; grants: Grant[] };
/** What is being made on this page: nothing, an unlocker, a team passphrase, or a recovery set whose sheets are out. */
type Making =
  | { what: 'nothing' }
  | { what: 'own' | 'team' | 'passphrase'; unlocker?: string }
  | { what: 'set' }
  | { what: 'sheets'; drafted: Drafted; sheets: Sheets };

@customElement('access-page')
export class AccessPage extends LitElement {
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
      @media print {
        .screen {
          display: none;
        }
      }
    `,
  ];

  @property({ attribute: false }) membership!: Membership;
  @property() email = '';
  @state() private making: Making = { what: 'nothing' };
  #stepUp = new StepUp(this);
  #work = new PageWork<Loaded>(this, { load: () => this.#load(), held: () => this.making.what !== 'nothing' });

  constructor() {
    super();
    new Polling(this, REFRESH_MS, () => this.#look());
  }

  get #tenant(): string {
    return this.membership.tenant;
  }

  get #admin(): boolean {
    return this.membership.role === 'admin';
  }

  async #load(): Promise<Loaded> {
    const keyring = await api.keyring(this.#tenant);
    const { grants } = this.membership.role === 'auditor' ? { grants: [] } : await custody.grants(this.#tenant);
    forgetWords(
      this.#tenant,
      grants.map((one) => one.id),
    );
    return { keyring, manifest: keyring && readManifest(keyring), grants };
  }

  /** A request that waits is answered in another browser, at any time. */
  async #look(): Promise<void> {
    const { loaded, busy } = this.#work;
    if ((loaded?.grants.length ?? 0) > 0 && this.making.what === 'nothing' && !busy) await this.#work.now();
  }

  /** What was being made is made where something came of it; what has been begun meanwhile stays. */
  #make(work: () => Promise<string>): Promise<void> {
    return this.#work.do(async () => {
      const { making } = this;
      const said = await work();
      if (said && this.making === making) this.making = { what: 'nothing' };
      return said;
    });
  }

  #act(heading: string, action: string, act: KeyringAct, said: string): Promise<void> {
    return this.#make(async () => ((await this.#stepUp.act(this.#tenant, heading, action, act)) ? said : ''));
  }

  /** An admin who can open one adds another at once; anybody else asks, and an admin confirms the words. */
  #add({ detail }: NewUnlocker, loaded: Loaded): void {
    const { email } = this;
    if (this.#mayAdd(loaded)) {
      const act: KeyringAct =
        detail.kind === 'passkey'
          ? { act: 'add_passkey', email, label: detail.label, kdf: detail.kdf, prf: detail.prf }
          : { act: 'add_passphrase', email, label: detail.label, passphrase: detail.passphrase };
      void this.#act('Confirm with a way to unlock that you have', 'Add', act, 'Added.');
      return;
    }
    void this.#make(async () => {
      if (!loaded.keyring) return '';
      const rights = RIGHTS_OF[this.membership.role];
      const asked = await vault().draftGrant({
        tenant: this.#tenant,
        email,
        root: loaded.keyring.fingerprint,
        rights,
        ...detail,
      });
      if (!asked.ok) throw new Error(asked.message);
      await custody.requestGrant(this.#tenant, asked.request);
      keepWords(this.#tenant, asked.request.unlocker.id, { rights, words: asked.words });
      return 'Asked. Read your eight words to an admin, by telephone or face to face.';
    });
  }

  #mayAdd({ keyring, manifest }: Loaded): boolean {
    const usable = new Set(keyring?.unlockers.map((one) => one.id));
    return this.#admin && (manifest?.unlockers ?? []).some((one) => usable.has(one.id) && one.rights.includes('admin'));
  }

  #answer({ detail: { grant, words } }: GrantAnswer): void {
    if (words === null) {
      void this.#make(async () => {
        try {
          await custody.declineGrant(this.#tenant, grant.id);
        } catch (error) {
          if (isProblem(error, 'unknown_grant')) return 'That request has been answered meanwhile.';
          throw error;
        }
        return 'Declined.';
      });
      return;
    }
    const act: KeyringAct = { act: 'grant', grant, words };
    const what = grant.rights?.includes('admin') ? 'admin access' : 'access';
    void this.#act(`Give ${grant.email} ${what}`, 'Give access', act, `${grant.email} can unlock now.`);
  }

  #remove(unlocker: ManifestUnlocker): void {
    const act: KeyringAct = { act: 'remove_unlocker', unlocker };
    void this.#act(
      `Remove “${unlocker.label}”`,
      'Remove',
      act,
      'Removed, and the vault keys it could open were replaced.',
    );
  }

  #changePassphrase(unlocker: string, passphrase: string): void {
    void this.#make(async () => {
      const changed = await this.#stepUp.open(this.#tenant, {
        ...{ heading: 'Your passphrase of until now', action: 'Change' },
        only: (one) => one.id === unlocker,
        work: (input) => vault().draftPassphraseChange({ ...input, passphrase }),
      });
      if (!changed) return '';
      await custody.changeUnlocker(this.#tenant, changed.value.changed);
      return 'Your passphrase is changed.';
    });
  }

  #makeSet({ threshold, count }: { threshold: number; count: number }): void {
    void this.#make(async () => {
      const act: KeyringAct = { act: 'make_recovery_set', threshold, count };
      const drafted = await this.#stepUp.draft(this.#tenant, 'Make a recovery set', 'Go on', act);
      if (!drafted?.value.recovery) return '';
      const sheets = { ...drafted.value.recovery, threshold, fingerprint: drafted.value.fingerprint };
      this.making = { what: 'sheets', drafted: drafted.value, sheets };
      return '';
    });
  }

  #keepSet(drafted: Drafted): void {
    void this.#make(async () => {
      await writeDrafted(this.#tenant, drafted);
      return 'The recovery set counts from now on; sheets of an earlier one open nothing any more.';
    });
  }

  #drill(recovery: ManifestUnlocker): void {
    void this.#make(async () => {
      const proven = await this.#stepUp.open(this.#tenant, {
        ...{ heading: 'Recovery drill', action: 'Prove' },
        only: (one) => one.id === recovery.id,
        work: (input) => vault().drill(input),
      });
      if (!proven) return '';
      await custody.noteDrill(this.#tenant, recovery.id, proven.value.proof);
      return 'Proven: these sheets open everything. Nothing was shown and nothing is unlocked.';
    });
  }

  override render() {
    const { loaded, unreachable } = this.#work;
    return html`<h1 class="screen">Access</h1>
      <problem-note .error=${unreachable} retry @retry=${this.#work.now}></problem-note>
      ${loaded || unreachable ? nothing : html`<p role="status">Loading who has access …</p>`}
      ${loaded ? this.#content(loaded) : nothing} ${this.#stepUp.render()}`;
  }

  #content(loaded: Loaded) {
    return html`<problem-note .error=${this.#work.failure}></problem-note>
      ${saidNote(this.#work.said)}
      ${loaded.manifest && loaded.keyring ? this.#sections(loaded, loaded.manifest, loaded.keyring) : this.#none()}`;
  }

  #none() {
    return html`<p>The first-time set-up has not been done, so there is nothing to have access to.</p>
      ${
        this.#admin
          ? html`<a class="button primary" href="/t/${this.#tenant}/set-up">First-time set-up</a>`
          : html`<p class="quiet">An admin of ${this.membership.name} has to do it.</p>`
      }`;
  }

  #sections(loaded: Loaded, manifest: Manifest, keyring: Keyring) {
    if (this.making.what === 'sheets') return this.#sheets(this.making);
    if (this.membership.role === 'auditor')
      return html`<p>Auditors reveal nothing, so there is nothing for you to unlock. This is who can:</p>
        ${this.#everybody(manifest)}`;
    return html`${this.#own(loaded, manifest)} ${this.#waiting(loaded)} ${this.#shared(manifest, keyring)}
    ${this.#everybody(manifest)}`;
  }

  #own(loaded: Loaded, { unlockers }: Manifest) {
    const own = unlockers.filter((one) => one.owner === this.email);
    const waiting = loaded.grants.find((one) => one.email === this.email);
    return html`<section class="card">
      <div class="row bar">
        <h2>Your ways to unlock</h2>
        ${
          this.making.what === 'nothing' && !waiting
            ? html`<button @click=${() => {
                this.making = { what: 'own' };
              }}>${this.#mayAdd(loaded) ? 'Add one' : 'Ask for access'}</button>`
            : nothing
        }
      </div>
      ${own.length === 0 && !waiting ? html`<p class="quiet">You have none of your own yet.</p>` : nothing}
      <unlocker-list
        .unlockers=${own}
        .removable=${(one: ManifestUnlocker) =>
          // A passkey is never somebody's last: it would be lost with its device.
          this.#admin && own.some((other) => other.id !== one.id && other.kind !== 'passkey')}
        changeable
        .busy=${this.#work.busy}
        @remove-wanted=${(event: CustomEvent<ManifestUnlocker>) => this.#remove(event.detail)}
        @change-wanted=${(event: CustomEvent<ManifestUnlocker>) => {
          this.making = { what: 'passphrase', unlocker: event.detail.id };
        }}
      ></unlocker-list>
      ${waiting ? this.#asked(waiting) : nothing}
      ${
        this.making.what === 'own'
          ? html`${
              this.#mayAdd(loaded)
                ? nothing
                : html`<p>You ask to be able to ${rightsWords(RIGHTS_OF[this.membership.role])}.</p>`
            }<new-unlocker
              .tenant=${this.membership.name}
              .email=${this.email}
              .busy=${this.#work.busy}
              @made=${(event: NewUnlocker) => this.#add(event, loaded)}
              @closed=${this.#stop}
            ></new-unlocker>`
          : nothing
      }
      ${this.making.what === 'passphrase' ? this.#passphraseForm(this.making.unlocker ?? '') : nothing}
    </section>`;
  }

  #stop = (): void => {
    this.making = { what: 'nothing' };
  };

  /** What is shown of it is what this browser has asked for, whatever the server says that was. */
  #asked(grant: Grant) {
    const asked = readWords(this.#tenant, grant.id);
    return html`<div class="note">
      <p>You asked for access ${exactTime(grant.requestedAt)}. It waits for an admin.</p>
      ${
        asked === 'earlier' || grant.rights === null
          ? html`<p>
              That was before the eight words said what a request is for, so no admin can sign it. Take it back and ask again.
            </p>`
          : asked === null
            ? html`<p>Your eight words are in the browser that you asked with. Take the request back to ask with this one.</p>`
            : html`<p>You asked to be able to <strong>${rightsWords(asked.rights)}</strong>.</p>
                <p>
                  Read these words to an admin, by telephone or face to face, and say what you asked for. They see the same, or
                  must decline:
                </p>
                <eight-words .words=${asked.words}></eight-words>`
      }
      <button ?disabled=${this.#work.busy} @click=${() => this.#answer({ detail: { grant, words: null } } as GrantAnswer)}>Take the request back</button>
    </div>`;
  }

  #passphraseForm(unlocker: string) {
    return html`<new-passphrase
      .about=${[this.email, this.membership.name]}
      label="New passphrase"
      action="Change it"
      .busy=${this.#work.busy}
      @closed=${this.#stop}
      @chosen=${({ detail }: CustomEvent<string>) => this.#changePassphrase(unlocker, detail)}
    ></new-passphrase>`;
  }

  #waiting({ grants }: Loaded) {
    const others = grants.filter((one) => one.email !== this.email);
    if (!this.#admin || others.length === 0) return nothing;
    return html`<section class="card">
      <h2>Waiting for an admin</h2>
      <grant-list
        .grants=${others}
        .tenant=${this.#tenant}
        .fingerprint=${seenManifest(this.#tenant)?.fingerprint ?? null}
        .busy=${this.#work.busy}
        @answered=${(event: GrantAnswer) => this.#answer(event)}
      ></grant-list>
    </section>`;
  }

  #shared({ unlockers }: Manifest, { drills }: Keyring) {
    const team = unlockers.find((one) => one.owner === null && one.kind !== 'recovery');
    const recovery = unlockers.find((one) => one.kind === 'recovery');
    const provenAt = recovery && (drills[recovery.id] ?? recovery.createdAt);
    const due = provenAt !== undefined && Date.now() - provenAt > YEAR_MS;
    return html`<section class="card">
      <h2>Shared ways to unlock</h2>
      <p>
        <strong>Team passphrase</strong> <span class="pill warn">Shared</span><br />
        ${
          team
            ? html`Since ${exactTime(team.createdAt)}; reveals, and nothing else. Whoever leaves has known it, so it is replaced then.`
            : html`There is none. A way of their own for each engineer is safer: nobody else has to change theirs when one leaves.`
        }
      </p>
      ${this.#admin ? this.#teamForm(team !== undefined) : nothing}
      <p>
        <strong>${recovery?.label ?? 'Recovery set'}</strong> <span class="pill warn">Shared</span><br />
        ${
          recovery && provenAt !== undefined
            ? html`${drills[recovery.id] ? 'Last proven' : 'Made'} ${exactTime(provenAt)}.`
            : html`There is none: one forgotten passphrase may cost you everything.`
        }
      </p>
      ${due ? html`<p class="note warn">Nobody has proven this set for a year. Do a drill: sheets get lost.</p>` : nothing}
      ${this.#admin ? this.#recoveryForm(recovery) : nothing}
    </section>`;
  }

  #teamForm(replaces: boolean) {
    if (this.making.what !== 'team')
      return html`<p><button @click=${() => {
        this.making = { what: 'team' };
      }}>${replaces ? 'Replace the team passphrase' : 'Add a team passphrase'}</button></p>`;
    return html`<new-passphrase
      .about=${[this.email, this.membership.name]}
      label="Team passphrase"
      action=${replaces ? 'Replace it' : 'Add it'}
      .busy=${this.#work.busy}
      @closed=${this.#stop}
      @chosen=${({ detail: passphrase }: CustomEvent<string>) =>
        void this.#act(
          'Confirm with your own way to unlock',
          'Confirm',
          { act: 'set_team_passphrase', passphrase },
          'The team passphrase counts from now on. Hand it to your engineers by a safe way.',
        )}
    ></new-passphrase>`;
  }

  #recoveryForm(recovery: ManifestUnlocker | undefined) {
    if (this.making.what === 'set')
      return html`<recovery-size
        .busy=${this.#work.busy}
        @closed=${this.#stop}
        @chosen=${({ detail }: CustomEvent<{ threshold: number; count: number }>) => this.#makeSet(detail)}
      ></recovery-size>`;
    return html`<div class="row">
      <button @click=${() => {
        this.making = { what: 'set' };
      }}>Make a new recovery set</button>
      ${recovery ? html`<button ?disabled=${this.#work.busy} @click=${() => this.#drill(recovery)}>Recovery drill</button>` : nothing}
    </div>`;
  }

  #sheets({ drafted, sheets }: { drafted: Drafted; sheets: Sheets }) {
    return html`<div class="card">
      <recovery-sheets
        .sheets=${sheets}
        .tenant=${this.membership.name}
        action="Make the set count"
        .busy=${this.#work.busy}
        @typed-back=${() => this.#keepSet(drafted)}
      ></recovery-sheets>
      <button class="screen" ?disabled=${this.#work.busy} @click=${this.#stop}>Throw these sheets away</button>
    </div>`;
  }

  #everybody({ unlockers }: Manifest) {
    const others = unlockers.filter((one) => one.owner !== null && one.owner !== this.email);
    if (others.length === 0) return nothing;
    return html`<section class="card">
      <h2>Everybody else’s</h2>
      <unlocker-list
        .unlockers=${others}
        .removable=${() => this.#admin}
        .busy=${this.#work.busy}
        @remove-wanted=${(event: CustomEvent<ManifestUnlocker>) => this.#remove(event.detail)}
      ></unlocker-list>
    </section>`;
  }
}
