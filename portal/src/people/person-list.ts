// The members, their roles, and how they can unlock. An admin changes a role or removes somebody; never themselves.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { ListedMember, Member, Role } from '../../../schema/person.ts';
import type { ManifestUnlocker } from '../../../schema/signed.ts';
import { shared } from '../ui/shared-styles.ts';
import { cardTable, table } from '../ui/table-styles.ts';
import { WAY_ICONS } from '../ui/way-icons.ts';
import { initials, ROLE_WORDS, UNLOCKER_WORDS } from '../ui/words.ts';
import '../ui/relative-time.ts';

/** Fired when an admin wants one of them in another role (`role`), or out (null). */
export type PersonActWanted = CustomEvent<{ person: Member; role: Role | null }>;

@customElement('person-list')
export class PersonList extends LitElement {
  static override styles = [
    shared,
    table,
    cardTable,
    css`
      .who {
        display: flex;
        align-items: center;
        gap: 10px;
        font-weight: 550;
      }
      .ways {
        display: flex;
        flex-wrap: wrap;
        gap: 4px;
      }
      .pill .i {
        width: 14px;
        height: 14px;
      }
      select {
        width: 118px;
        min-height: var(--control);
        padding-block: 4px;
        font-size: 13px;
        line-height: 18px;
      }
    `,
  ];
  @property({ attribute: false }) people: readonly ListedMember[] = [];
  @property({ attribute: false }) unlockers: readonly ManifestUnlocker[] = [];
  /** Whoever looks. */
  @property() me = '';
  /** The admin who looks, or '' for a person who may change nothing. */
  @property() admin = '';

  override render() {
    return html`<div class="card-head">
        <h2>Members</h2>
        <span class="quiet">${this.#members.length}</span>
      </div>
      <div class="frame">
        <table aria-label="Members">
          <thead>
            <tr>
              <th scope="col">Person</th>
              <th scope="col">Role</th>
              <th scope="col">Can unlock with</th>
              <th scope="col">Last seen</th>
              ${this.admin === '' ? nothing : html`<th scope="col"><span class="visually-hidden">Acts</span></th>`}
            </tr>
          </thead>
          <tbody>
            ${repeat(
              this.#members,
              (one) => one.id,
              (one) => this.#person(one),
            )}
          </tbody>
        </table>
      </div>`;
  }

  get #members(): readonly ListedMember[] {
    return this.people.filter((one) => one.removedAt === null);
  }

  #person(person: ListedMember) {
    const { email, role, missing, lastSeenAt } = person;
    return html`<tr>
      <td>
        <span class="who"><span class="avatar" aria-hidden="true">${initials(email)}</span><span>${email}</span>${
          email === this.admin ? html`<span class="pill">You</span>` : nothing
        }${missing ? html`<span class="pill bad">Removed outside the portal</span>` : nothing}</span>
      </td>
      <td>${this.admin === '' || email === this.admin || missing ? ROLE_WORDS[role] : this.#role(person)}</td>
      <td>${this.#ways(person)}</td>
      <td class="quiet">${this.#seen(email, lastSeenAt)}</td>
      ${this.admin === '' ? nothing : html`<td class="acts"><span>${email === this.admin ? html`<span class="quiet">Ask another admin</span>` : this.#remove(person)}</span></td>`}
    </tr>`;
  }

  #seen(email: string, at: number | null) {
    if (email === this.me) return 'You, now';
    return at === null ? 'Not seen yet' : html`<relative-time hourly .at=${at}></relative-time>`;
  }

  #ways({ email, role, missing }: ListedMember) {
    if (missing) return html`<span class="quiet">Cannot sign in; add the address again, or remove them</span>`;
    if (role === 'auditor') return html`<span class="quiet">Auditors reveal nothing</span>`;
    const ways = this.unlockers.filter((one) => one.owner === email);
    if (ways.length === 0) return html`<span class="quiet">No unlock method of their own</span>`;
    return html`<span class="ways">${ways.map(({ kind }) => html`<span class="pill">${WAY_ICONS[kind]}${UNLOCKER_WORDS[kind]}</span>`)}</span>`;
  }

  #want(person: Member, role: Role | null): void {
    this.dispatchEvent(new CustomEvent('person-act-wanted', { detail: { person, role } }));
  }

  #role(person: Member) {
    const choose = (event: Event) => {
      const select = event.target as HTMLSelectElement;
      const role = select.value as Role;
      // A choice is confirmed first: until then the old role stands.
      select.value = person.role;
      this.#want(person, role);
    };
    return html`<select aria-label="Role of ${person.email}" .value=${person.role} @change=${choose}>
      ${Object.entries(ROLE_WORDS).map(([role, words]) => html`<option value=${role} ?selected=${role === person.role}>${words}</option>`)}
    </select>`;
  }

  #remove(person: Member) {
    return html`<button class="small danger" aria-label="Remove ${person.email}" @click=${() => this.#want(person, null)}>Remove</button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'person-list': PersonList;
  }
}
