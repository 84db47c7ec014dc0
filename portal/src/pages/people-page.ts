// People: who is a member, and a leaver's act from the first click to the last re-sealed secret. All state is the server's, so it may
// be taken up anywhere.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Keyring } from '../../../schema/keyring.ts';
import type { Leaver, Member, Membership, PeopleList } from '../../../schema/person.ts';
import type { Drafted, KeyringAct } from '../../vault/contract.ts';
import * as custody from '../api/custody.ts';
import { readManifest } from '../api/manifest.ts';
import * as api from '../api/tenant.ts';
import type { Replacements } from '../elements/leaver-card.ts';
import type { Sheets } from '../elements/recovery-sheets.ts';
import { Polling } from '../polling.ts';
import { StepUp, writeDrafted } from '../step-up.ts';
import { shared } from '../styles/shared.ts';
import '../elements/leaver-card.ts';
import '../elements/problem-note.ts';
import '../elements/recovery-sheets.ts';

const REFRESH_MS = 5_000;

@customElement('people-page')
export class PeoplePage extends LitElement {
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
      ul {
        list-style: none;
        margin: 0;
        padding: 0;
      }
      li {
        display: flex;
        justify-content: space-between;
        gap: 1rem;
        padding: 0.6rem 0;
        border-bottom: 1px solid var(--line);
      }
      li:last-child {
        border-bottom: 0;
      }
      .actions {
        display: flex;
        justify-content: flex-end;
        gap: 0.6rem;
        margin-top: 1.2rem;
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
  @state() private list: PeopleList | null = null;
  @state() private keyring: Keyring | null = null;
  @state() private failure: unknown = null;
  @state() private unreachable: unknown = null;
  @state() private leaving: Member | null = null;
  @state() private out: { drafted: Drafted; sheets: Sheets } | null = null;
  @state() private busy = false;
  @query('dialog') private dialog!: HTMLDialogElement | null;
  #stepUp = new StepUp(this);

  constructor() {
    super();
    new Polling(this, REFRESH_MS, () => this.#refresh());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#refresh();
  }

  override updated(): void {
    if (this.dialog && !this.dialog.open) this.dialog.showModal();
  }

  get #tenant(): string {
    return this.membership.tenant;
  }

  get #admin(): boolean {
    return this.membership.role === 'admin';
  }

  async #refresh(): Promise<void> {
    try {
      [this.list, this.keyring] = await Promise.all([custody.people(this.#tenant), api.keyring(this.#tenant)]);
      this.unreachable = null;
    } catch (error) {
      this.unreachable = error;
    }
  }

  async #do(work: () => Promise<void>): Promise<void> {
    this.failure = null;
    this.busy = true;
    try {
      await work();
    } catch (error) {
      this.failure = error;
    }
    this.busy = false;
    await this.#refresh();
  }

  #remove(person: Member): void {
    this.leaving = null;
    void this.#do(async () => {
      await custody.removePerson(this.#tenant, person.id);
    });
  }

  /** One write replaces everything the leaver could open; where that is a recovery set too, its sheets are kept first. */
  #replace(leaver: Leaver, { teamPassphrase, recovery }: Replacements): void {
    void this.#do(async () => {
      const { email, couldFetch } = leaver;
      const act: KeyringAct = { act: 'leaver', email, couldFetch, teamPassphrase, recovery };
      const drafted = await this.#stepUp.draft(this.#tenant, `Replace what ${email} could open`, 'Replace', act);
      if (!drafted) return;
      const { value } = drafted;
      if (value.recovery && recovery)
        this.out = {
          drafted: value,
          sheets: { ...value.recovery, threshold: recovery.threshold, fingerprint: value.fingerprint },
        };
      else await writeDrafted(this.#tenant, value);
    });
  }

  #keep(drafted: Drafted): void {
    void this.#do(async () => {
      await writeDrafted(this.#tenant, drafted);
      this.out = null;
    });
  }

  override render() {
    const { list } = this;
    return html`<h1 class="screen">People</h1>
      <problem-note .error=${this.failure ?? this.unreachable}></problem-note>
      ${list === null && !this.unreachable ? html`<p role="status">Loading the people …</p>` : nothing}
      ${this.out ? this.#sheets(this.out) : list ? this.#lists(list) : nothing}
      ${this.leaving ? this.#confirm(this.leaving) : nothing} ${this.#stepUp.render()}`;
  }

  #sheets({ drafted, sheets }: { drafted: Drafted; sheets: Sheets }) {
    return html`<div class="card">
      <p class="note warn screen">Nothing is replaced yet: the new recovery sheets have to be kept first.</p>
      <recovery-sheets
        .sheets=${sheets}
        .tenant=${this.membership.name}
        action="Replace everything"
        .busy=${this.busy}
        @typed-back=${() => this.#keep(drafted)}
      ></recovery-sheets>
    </div>`;
  }

  #lists({ people, leavers }: PeopleList) {
    const unlockers = this.keyring ? readManifest(this.keyring).unlockers : [];
    const hasTeam = unlockers.some((one) => one.owner === null && one.kind !== 'recovery');
    return html`${leavers.map(
      (leaver) => html`<section class="card">
          <leaver-card
            .leaver=${leaver}
            .tenant=${this.#tenant}
            .admin=${this.#admin}
            .hasTeam=${hasTeam}
            @replace-wanted=${(event: CustomEvent<Replacements>) => this.#replace(leaver, event.detail)}
          ></leaver-card>
        </section>`,
    )}
      <section class="card">
        <ul>
          ${people.filter((one) => one.removedAt === null).map((one) => this.#person(one, unlockers.filter((u) => u.owner === one.email).length))}
        </ul>
      </section>`;
  }

  #person(person: Member, ways: number) {
    return html`<li>
      <span
        >${person.email} <span class="pill">${person.role}</span><br /><span class="quiet"
          >${person.role === 'auditor' ? 'reveals nothing' : ways === 0 ? 'no way of their own to unlock' : `${ways} of their own to unlock`}</span
        ></span
      >
      ${
        this.#admin && person.email !== this.email
          ? html`<button
              aria-label="Remove ${person.email}"
              @click=${() => {
                this.leaving = person;
              }}
            >
              Remove
            </button>`
          : nothing
      }
    </li>`;
  }

  #confirm(person: Member) {
    const close = () => {
      this.leaving = null;
    };
    return html`<dialog aria-labelledby="leaving" @cancel=${close}>
      <h1 id="leaving">Remove ${person.email}?</h1>
      <p>They are out at once: their next request is refused.</p>
      ${
        person.role === 'auditor'
          ? html`<p>Auditors reveal nothing, so no key has to be replaced.</p>`
          : html`<p>
              Then everything they could open is replaced: their ways to unlock, the team
              passphrase${person.role === 'admin' ? ', the recovery set, the root' : ''} and the escrow key, and every secret is
              re-sealed. You can stop and go on at any time. What they have copied before stays known to them: a report lists
              what they revealed.
            </p>`
      }
      <div class="actions">
        <button @click=${close}>Cancel</button>
        <button class="primary" @click=${() => this.#remove(person)}>Remove</button>
      </div>
    </dialog>`;
  }
}
