// Asks once more before somebody is removed or given another role, and says what follows from it.
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Member, Role } from '../../../schema/person.ts';
import { ROLE_RANK } from '../../../schema/role-rank.ts';
import { Modal } from '../core/modal.ts';
import { shared } from '../ui/shared-styles.ts';
import { ROLE_WORDS } from '../ui/words.ts';

@customElement('person-dialog')
export class PersonDialog extends LitElement {
  static override styles = [
    shared,
    css`
      h1 {
        margin-bottom: 0.75rem;
        overflow-wrap: anywhere;
      }
    `,
  ];
  @property({ attribute: false }) person!: Member;
  /** The role they are to have; null: they are to be removed. */
  @property({ attribute: false }) becomes: Role | null = null;
  /** Another act of the page works. */
  @property({ attribute: false }) busy = false;

  constructor() {
    super();
    new Modal(this);
  }

  #close = (): void => {
    this.dispatchEvent(new CustomEvent('closed'));
  };

  override render() {
    const { person, becomes: role } = this;
    const lower = role !== null && ROLE_RANK[role] < ROLE_RANK[person.role];
    return html`<dialog aria-labelledby="heading" @cancel=${this.#close}>
      <h1 id="heading">${role === null ? `Remove ${person.email}?` : `Make ${person.email} an ${ROLE_WORDS[role].toLowerCase()}?`}</h1>
      ${
        role === null
          ? html`<p>They are out at once: their next request is refused.</p>`
          : html`<p>It counts at once, with their next request.</p>`
      }
      ${
        role !== null && !lower
          ? html`<p>Their ways to unlock stay as they are${role === 'admin' ? '; for admin rights they ask for access anew' : ''}.</p>`
          : person.role === 'auditor'
            ? html`<p>Auditors reveal nothing, so no key has to be replaced.</p>`
            : this.#replaced(lower)
      }
      <div class="actions">
        <button @click=${this.#close}>Cancel</button>
        <button class="primary" ?disabled=${this.busy} @click=${() => this.dispatchEvent(new CustomEvent('confirmed'))}>
          ${role === null ? 'Remove' : 'Change the role'}
        </button>
      </div>
    </dialog>`;
  }

  #replaced(stays: boolean) {
    return html`<p>
      ${stays ? 'They hold keys that they may no longer use, so' : 'Then'} everything they could open is replaced: their ways to
      unlock, what is shared unless you keep it${this.person.role === 'admin' ? ', the root' : ''} and the escrow key, and every
      secret is re-sealed. You can stop and go on at any time. What they have copied before stays known to them: a report lists what
      they revealed.${stays && this.becomes !== 'auditor' ? ' Afterwards they ask for access anew.' : ''}
    </p>`;
  }
}
