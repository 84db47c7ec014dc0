// The words where no tenant is open: nothing under that address, no membership, or one that has ended.
import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Me, Membership } from '../../../schema/person.ts';
import { shared } from '../ui/shared-styles.ts';

@customElement('no-tenant')
export class NoTenant extends LitElement {
  static override styles = shared;
  @property({ attribute: false }) me!: Me;
  /** The membership that has just ended, if that is why. */
  @property({ attribute: false }) ended: Membership | null = null;
  /** At the start, nothing was looked for. */
  @property({ attribute: false }) atStart = false;
  /** The operators' page was looked for. */
  @property({ attribute: false }) operators = false;

  override render() {
    if (this.ended) return this.#ended(this.ended);
    return this.atStart ? this.#nowhere() : this.#nothing();
  }

  #ended({ name }: Membership) {
    return html`<div class="card stack">
      <h1>You are no longer a member of ${name}</h1>
      <p>
        An admin has taken you out while this page was open. What was unlocked here is locked; what you did is kept, on record.
        If that was a mistake, ask an admin of ${name} to add ${this.me.email} again.
      </p>
      <a class="button" href="/">To the start</a>
    </div>`;
  }

  #nothing() {
    return html`<div class="card stack">
      <h1>There is nothing here</h1>
      <p>The page does not exist, or you are not a member of that tenant.</p>
      ${this.operators ? html`<p>This address is for whoever operates the installation, which ${this.me.email} does not.</p>` : nothing}
      <a class="button" href="/">To the start</a>
    </div>`;
  }

  #nowhere() {
    const { email, ask } = this.me;
    return html`<div class="card stack">
      <h1>You are not a member of any tenant</h1>
      <p>You are signed in as ${email}. Ask an admin of your MSP to add this address.</p>
      ${ask && ask.length > 0 ? html`<p>Or ask who operates this installation: ${ask.map((one) => html`<a href="mailto:${one}">${one}</a> `)}</p>` : nothing}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'no-tenant': NoTenant;
  }
}
