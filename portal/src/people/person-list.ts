// The members, their roles, and how they can unlock. An admin changes a role or removes somebody; never themselves.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { ListedMember, Member, Role } from '../../../schema/person.ts';
import type { ManifestUnlocker } from '../../../schema/signed.ts';
import { list } from '../ui/list-styles.ts';
import { shared } from '../ui/shared-styles.ts';
import { ROLE_WORDS, UNLOCKER_WORDS } from '../ui/words.ts';
import '../ui/relative-time.ts';

const UNLOCKERS = new Intl.ListFormat('en', { type: 'conjunction' });

/** Fired when an admin wants one of them in another role (`role`), or out (null). */
export type PersonActWanted = CustomEvent<{ person: Member; role: Role | null }>;

@customElement('person-list')
export class PersonList extends LitElement {
  static override styles = [
    shared,
    list,
    css`
      li {
        gap: 0.5rem 1rem;
        padding: 0.6rem 0;
        overflow-wrap: anywhere;
      }
      li:first-child {
        padding-top: 0;
      }
      select {
        width: auto;
      }
    `,
  ];
  @property({ attribute: false }) people: readonly ListedMember[] = [];
  @property({ attribute: false }) unlockers: readonly ManifestUnlocker[] = [];
  /** The admin who looks, or '' for a person who may change nothing. */
  @property() admin = '';

  override render() {
    return html`<ul>
      ${repeat(
        this.people.filter((one) => one.removedAt === null),
        (one) => one.id,
        (one) => this.#person(one),
      )}
    </ul>`;
  }

  #person(person: ListedMember) {
    const ways = this.unlockers.filter((one) => one.owner === person.email);
    return html`<li>
      <span
        >${person.email} <span class="pill">${ROLE_WORDS[person.role]}</span>${
          person.missing ? html` <span class="pill bad">Taken out by SQL</span>` : nothing
        }<br /><span class="quiet"
          >${
            person.missing
              ? 'cannot sign in; add the address again, or remove them'
              : person.role === 'auditor'
                ? 'reveals nothing'
                : ways.length === 0
                  ? 'no unlock method of their own'
                  : `can unlock with: ${UNLOCKERS.format(ways.map(({ kind }) => UNLOCKER_WORDS[kind]))}`
          } · ${
            person.lastSeenAt === null
              ? 'not seen yet'
              : html`last seen <relative-time .at=${person.lastSeenAt}></relative-time>`
          }</span
        ></span
      >
      ${this.admin !== '' && person.email !== this.admin ? this.#acts(person) : nothing}
    </li>`;
  }

  #acts(person: Member) {
    const want = (role: Role | null) =>
      this.dispatchEvent(new CustomEvent('person-act-wanted', { detail: { person, role } }));
    const choose = (event: Event) => {
      const select = event.target as HTMLSelectElement;
      const role = select.value as Role;
      // A choice is confirmed first: until then the old role stands.
      select.value = person.role;
      want(role);
    };
    return html`<span class="row">
      ${
        person.missing
          ? nothing
          : html`<select aria-label="Role of ${person.email}" .value=${person.role} @change=${choose}>
              ${Object.entries(ROLE_WORDS).map(([role, words]) => html`<option value=${role} ?selected=${role === person.role}>${words}</option>`)}
            </select>`
      }
      <button class="danger" aria-label="Remove ${person.email}" @click=${() => want(null)}>Remove</button>
    </span>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'person-list': PersonList;
  }
}
