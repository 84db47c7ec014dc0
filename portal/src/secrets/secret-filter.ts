// Looks for one secret among more than a page of them: its kind, and how its account, label or key ID begins.
import { html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { SecretKind } from '../../../schema/secret.ts';
import type { SecretFilter } from '../api/secrets.ts';
import { shared } from '../ui/shared-styles.ts';
import { KIND_WORDS } from '../ui/words.ts';

/** Fired with the filter; null: everything. */
export type FilterWanted = CustomEvent<SecretFilter | null>;

const BEGINS_WORDS: Record<SecretKind, string> = {
  bitlocker_recovery_key: 'Key ID begins with',
  local_admin_password: 'Account begins with',
  bios_password: 'Label begins with',
  other: 'Label begins with',
};

@customElement('secret-filter')
export class SecretFilterElement extends LitElement {
  static override styles = [shared];
  @property({ attribute: false }) filter: SecretFilter | null = null;

  #send(filter: SecretFilter | null): void {
    this.dispatchEvent(new CustomEvent('filter-wanted', { detail: filter }));
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    this.#send({ kind: String(form.get('kind')) as SecretKind, starts: String(form.get('starts')).trim() });
  };

  override render() {
    const { kind = 'bitlocker_recovery_key', starts = '' } = this.filter ?? {};
    return html`<form class="row" @submit=${this.#submit} aria-label="Find a secret">
      <label
        >Kind
        <select name="kind" @change=${(event: Event) => this.#send({ kind: (event.target as HTMLSelectElement).value as SecretKind, starts: '' })}>
          ${Object.entries(KIND_WORDS).map(
            ([value, words]) => html`<option value=${value} ?selected=${value === kind}>${words}</option>`,
          )}
        </select></label
      >
      <label>${BEGINS_WORDS[kind]} <input name="starts" maxlength="256" autocomplete="off" .value=${starts} /></label>
      <button>Find</button>
      <button type="button" ?disabled=${this.filter === null} @click=${() => this.#send(null)}>Show all</button>
    </form>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'secret-filter': SecretFilterElement;
  }
}
