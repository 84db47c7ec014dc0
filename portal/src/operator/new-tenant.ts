// A new tenant: its name and its first admin; then the next steps.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import type { TenantCreated } from '../../../schema/operator.ts';
import { clearSent } from '../core/fields.ts';
import { RefusedFields } from '../ui/refused-fields.ts';
import { shared } from '../ui/shared-styles.ts';

/** Fired with what was typed. */
export type CreateWanted = CustomEvent<{ name: string; firstAdmin: string }>;

@customElement('new-tenant')
export class NewTenant extends LitElement {
  static override styles = [
    shared,
    css`
      form {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr));
        gap: 0.8rem 1rem;
        align-items: start;
      }
      form button {
        min-height: max(36px, var(--control));
        margin-top: 24px;
      }
      form button {
        min-height: max(36px, var(--control));
      }
      .note {
        margin-top: 1.1rem;
      }
      h3 {
        margin: 0;
        font-size: 1rem;
      }
      ol {
        margin: 0.5rem 0 0;
        padding-left: 1.3rem;
      }
      li {
        margin: 0.35rem 0;
      }
    `,
  ];

  @property({ type: Boolean }) busy = false;
  @property({ attribute: false }) creating = false;
  /** Why it was not created. */
  @property({ attribute: false }) failure: unknown = null;
  /** The one that was made last: its next steps are shown. */
  @property({ attribute: false }) made: TenantCreated | null = null;
  @query('form') private form!: HTMLFormElement | null;
  @query('h3') private heading!: HTMLElement | null;
  #sent: FormData | null = null;

  constructor() {
    super();
    new RefusedFields(this, { failure: () => this.failure, at: { firstAdmin: 'admin' } });
  }

  /** A person who types the next one already goes on typing; the next steps are for one who does not. */
  override updated(changed: Map<string, unknown>): void {
    if (!changed.has('made') || !this.made || !this.form || !this.#sent) return;
    if (clearSent(this.form, this.#sent)) this.heading?.focus();
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const typed = new FormData(event.target as HTMLFormElement);
    const detail = { name: String(typed.get('name')).trim(), firstAdmin: String(typed.get('admin')).trim() };
    if (this.busy || !detail.name) return;
    this.#sent = typed;
    this.dispatchEvent(new CustomEvent('create-wanted', { detail }));
  };

  override render() {
    return html`<form @submit=${this.#submit}>
        <div>
          <label for="name">Name</label>
          <input id="name" name="name" required maxlength="200" autocomplete="off" />
        </div>
        <div>
          <label for="admin">First admin’s email</label>
          <input id="admin" name="admin" type="email" required maxlength="254" autocomplete="off" />
        </div>
        <div><button class="primary" ?disabled=${this.busy}>${this.creating ? 'Creating …' : 'Create the tenant'}</button></div>
      </form>
      ${this.made ? this.#next(this.made) : nothing}`;
  }

  #next({ name, firstAdmin }: TenantCreated) {
    return html`<div class="note good">
      <h3 tabindex="-1">${name} is created. What next</h3>
      <ol>
        <li>Tell ${firstAdmin.email} to sign in to this portal. They are its only member until they add others.</li>
        <li>They do the first-time set-up: it makes the tenant’s keys in their browser. You never see one.</li>
        <li>They issue an engine token and put its file, engine.json, beside their engines.</li>
      </ol>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'new-tenant': NewTenant;
  }
}
