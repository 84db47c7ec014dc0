// People: who is a member, who is added or changed, and a leaver's act from the first click to the last re-sealed secret. All state is the server's, so it may
// be taken up anywhere.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { ROLE_RANK } from '../../../schema/facts/roles.ts';
import type { Keyring } from '../../../schema/keyring.ts';
import type { Leaver, Member, Membership, PeopleList, Role } from '../../../schema/person.ts';
import type { Rotation } from '../../../schema/rotation.ts';
import type { Drafted, KeyringAct } from '../../vault/contract.ts';
import * as keyringApi from '../api/keyring.ts';
import { removeWebhook } from '../api/notices.ts';
import * as peopleApi from '../api/people.ts';
import * as rotationApi from '../api/rotation.ts';
import * as tokensApi from '../api/tokens.ts';
import { PageWork } from '../core/page-work.ts';
import type { Sheets } from '../keyring/recovery-sheets.ts';
import { HELPING, Resealing } from '../keyring/resealing.ts';
import { page } from '../ui/page-styles.ts';
import { shared } from '../ui/shared-styles.ts';
import { toastOf } from '../ui/toast-note.ts';
import { ROLE_WORDS } from '../ui/words.ts';
import { readManifest } from '../unlock/manifest.ts';
import { StepUp, writeDrafted } from '../unlock/step-up.ts';
import type { Proof } from '../unlock/unlock-fields.ts';
import { lock } from '../unlock/vault-client.ts';
import { isBack, isPast, type Outliving } from './leaver-card.ts';
import type { Replacements } from './leaver-replacements.ts';
import type { PersonForm, PersonWanted } from './person-form.ts';
import type { PersonActWanted } from './person-list.ts';
import { personQuestion } from './person-question.ts';
import '../ui/confirm-dialog.ts';
import './person-form.ts';
import './person-list.ts';
import '../ui/problem-note.ts';
import '../keyring/recovery-sheets.ts';

const REFRESH_MS = 5_000;
const ADDING = 'adding';

type Loaded = { list: PeopleList; keyring: Keyring | null };
/** A drafted act whose new sheets have to be kept first, and what it was proven with: until then, and no longer. */
type Out = { drafted: Drafted; proof: Proof; sheets: Sheets };

@customElement('people-page')
export class PeoplePage extends LitElement {
  static override styles = [
    shared,
    page,
    css`
      @media print {
        .screen {
          display: none;
        }
      }
    `,
  ];

  @property({ attribute: false }) membership!: Membership;
  @property() email = '';
  @state() private asked: PersonActWanted['detail'] | null = null;
  @state() private out: Out | null = null;
  /** What is left to re-seal, while a leaver's act re-seals it. */
  @state() private rotation: Rotation | null = null;
  @query('person-form') private form!: PersonForm | null;
  #stepUp = new StepUp(this);
  #work = new PageWork<Loaded>(this, {
    load: () => (this.membership.role === 'engineer' ? null : this.#load()),
    everyMs: REFRESH_MS,
  });
  #resealing = new Resealing(this, {
    tenant: () => this.#tenant,
    acts: this.#work,
    rotation: () => this.rotation,
    show: (rotation) => {
      this.rotation = rotation;
    },
  });

  get #tenant(): string {
    return this.membership.tenant;
  }

  get #admin(): boolean {
    return this.membership.role === 'admin';
  }

  async #load(): Promise<Loaded> {
    const [list, keyring] = await Promise.all([peopleApi.people(this.#tenant), keyringApi.keyring(this.#tenant)]);
    return { list, keyring };
  }

  #add({ detail: { email, role, sent } }: PersonWanted): void {
    void this.#work.do(async () => {
      const added = await peopleApi.addPerson(this.#tenant, email, role);
      this.form?.clear(sent);
      return `${added.email} is a member now, as an ${ROLE_WORDS[added.role].toLowerCase()}.`;
    }, ADDING);
  }

  #act({ person, role }: PersonActWanted['detail']): void {
    void this.#work.do(async () => {
      this.asked = null;
      if (role === null) {
        await peopleApi.removePerson(this.#tenant, person.id);
        return '';
      }
      await peopleApi.changeRole(this.#tenant, person.id, role);
      return {
        words: `${person.email} is an ${ROLE_WORDS[role].toLowerCase()} now.`,
        undo: () => this.#giveBack(person, role),
      };
    });
  }

  /** The role of before. A lower one has its consequences, so it is asked about as ever. */
  async #giveBack(person: Member, since: Role): Promise<string> {
    if (ROLE_RANK[person.role] < ROLE_RANK[since]) {
      this.asked = { person: { ...person, role: since }, role: person.role };
      return '';
    }
    await peopleApi.changeRole(this.#tenant, person.id, person.role);
    return `${person.email} is an ${ROLE_WORDS[person.role].toLowerCase()} again.`;
  }

  /**
   * One write replaces everything the leaver could open, and what is shared; if that includes a recovery set, its
   * sheets are kept first. Then every secret is re-sealed.
   */
  #replace({ email }: Leaver, wanted: Replacements): void {
    void this.#work.do(async (signal) => {
      const act: KeyringAct = { act: 'leaver', email, ...wanted };
      const { recovery } = wanted;
      const drafted = await this.#stepUp.draft(this.#tenant, `Replace what ${email} could open`, 'Replace', act);
      if (!drafted) return '';
      const { value, proof } = drafted;
      if (value.recovery && recovery && recovery !== 'kept') {
        const sheets = { ...value.recovery, threshold: recovery.threshold, fingerprint: value.fingerprint };
        this.out = { drafted: value, proof, sheets };
        return '';
      }
      await this.#write(value);
      return this.#reseal(value, proof, signal);
    });
  }

  /** Ends things that outlive a leaver: they send to them, or they may know them. */
  #end({ what, id, label }: Outliving): void {
    void this.#work.do(async () => {
      if (what === 'webhook') await removeWebhook(this.#tenant, id);
      else await tokensApi.revokeToken(this.#tenant, id);
      return what === 'webhook' ? `The webhook ${label} is removed.` : `The token ${label} is revoked.`;
    });
  }

  #keep({ drafted, proof }: Out): void {
    void this.#work.do(async (signal) => {
      await this.#write(drafted);
      this.out = null;
      return this.#reseal(drafted, proof, signal);
    });
  }

  /** The unlocked vault holds the old escrow key. */
  async #write(drafted: Drafted): Promise<void> {
    await writeDrafted(this.#tenant, drafted);
    await lock();
    await this.#work.now();
  }

  /** Where it stops, the card leads on to the Keys page. */
  async #reseal({ kid }: Drafted, proof: Proof, signal: AbortSignal): Promise<string> {
    if (kid === null) return '';
    try {
      this.rotation = await rotationApi.rotation(this.#tenant);
      return await this.#resealing.resealBy(proof, kid, signal);
    } finally {
      this.rotation = null;
    }
  }

  override render() {
    const { loaded, unreachable } = this.#work;
    if (this.membership.role === 'engineer')
      return html`<h1>People</h1><p>Admins and auditors of ${this.membership.name} see who is a member. Your own ways in are under <a href="/t/${this.#tenant}/access">Unlock methods</a>.</p>`;
    return html`<h1 class="screen">People</h1>
      <p class="quiet screen">Who may sign in, and what each may do.</p>
      <problem-note .error=${this.#work.failureBut(ADDING, HELPING) ?? unreachable}></problem-note>
      ${loaded === null && !unreachable ? html`<p role="status">Loading the people …</p>` : nothing}
      ${this.#resealing.render(this.#admin)} ${this.out ? this.#sheets(this.out) : loaded ? this.#lists(loaded) : nothing}
      ${this.asked ? this.#confirm(this.asked) : nothing} ${this.#stepUp.render()} ${toastOf(this.#work)}`;
  }

  #sheets(out: Out) {
    return html`<div class="card">
      <p class="note warn screen">Nothing is replaced yet: the new recovery sheets have to be kept first.</p>
      <recovery-sheets
        .sheets=${out.sheets}
        .tenant=${this.membership.name}
        action="Replace everything"
        renews
        .busy=${this.#work.busy}
        @typed-back=${() => this.#keep(out)}
      ></recovery-sheets>
    </div>`;
  }

  #lists({ list: { people, leavers, next, leaversNext }, keyring }: Loaded) {
    const unlockers = keyring ? readManifest(keyring).unlockers : [];
    const shared = {
      team: unlockers.some((one) => one.owner === null && one.kind !== 'recovery'),
      recovery: unlockers.some((one) => one.owner === null && one.kind === 'recovery'),
    };
    // Each card keeps the text typed into it, even when another leaver is inserted before it.
    return html`${repeat(
      leavers.filter((leaver) => !isPast(leaver, { people, leavers })),
      ({ person, startedAt }) => `${person} ${startedAt}`,
      (leaver) => html`<section class="card">
          <leaver-card
            .leaver=${leaver}
            .tenant=${this.#tenant}
            .admin=${this.#admin}
            .shared=${shared}
            .back=${isBack(leaver, people)}
            .busy=${this.#work.busy}
            @replace-wanted=${(event: CustomEvent<Replacements>) => this.#replace(leaver, event.detail)}
            @end-wanted=${(event: CustomEvent<Outliving>) => this.#end(event.detail)}
          ></leaver-card>
        </section>`,
    )}
      ${
        this.#admin
          ? html`<section class="card">
              <h2>Add a person</h2>
              <person-form .disabled=${this.#work.busy} .failure=${this.#work.failureOf(ADDING)} @person-wanted=${(event: PersonWanted) => this.#add(event)}></person-form>
            </section>`
          : html`<p class="quiet">Only an admin of ${this.membership.name} adds, changes or removes anybody.</p>`
      }
      <section class="card">
        <person-list
          .people=${people}
          .unlockers=${unlockers}
          me=${this.email}
          admin=${this.#admin ? this.email : ''}
          @person-act-wanted=${({ detail }: PersonActWanted) => {
            this.asked = detail;
          }}
        ></person-list>
        ${next === null && leaversNext === null ? nothing : html`<p class="quiet">There are more people than are shown here.</p>`}
      </section>`;
  }

  #confirm(asked: PersonActWanted['detail']) {
    const { heading, action, danger, words } = personQuestion(asked.person, asked.role);
    return html`<confirm-dialog
      heading=${heading}
      action=${action}
      ?danger=${danger}
      .words=${words}
      .busy=${this.#work.busy}
      @closed=${() => {
        this.asked = null;
      }}
      @confirmed=${() => this.#act(asked)}
    ></confirm-dialog>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'people-page': PeoplePage;
  }
}
