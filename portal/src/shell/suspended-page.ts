// What stands in the place of a suspended tenant's pages: that nothing is lost, whom to ask, and that it comes back by itself.
import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { Polling } from '../core/polling.ts';
import { shared } from '../ui/shared-styles.ts';
import { theirs } from '../ui/theirs.ts';

const LOOK_EVERY_MS = 15_000;

@customElement('suspended-page')
export class SuspendedPage extends LitElement {
  static override styles = shared;
  /** What the tenant is called. */
  @property() name = '';
  /** The operators' addresses. */
  @property({ attribute: false }) ask: readonly string[] = [];
  /** Asks who the person is and where they are a member. */
  @property({ attribute: false }) look: () => Promise<void> = async () => {};
  #polling = new Polling(this, LOOK_EVERY_MS, () => this.look());

  override render() {
    return html`<div class="card stack">
      <h1>${theirs(this.name)} is suspended</h1>
      <p>Nobody of this tenant is answered for now. Nothing is lost: its PCs keep what they have to send until it goes on.</p>
      ${this.ask.length > 0 ? html`<p>Ask who operates this installation: ${this.ask.map((one) => html`<a href="mailto:${one}">${one}</a> `)}</p>` : nothing}
      <p class="quiet">This page looks every 15 seconds, and comes back by itself.</p>
      <button @click=${() => void this.#polling.now()}>Look now</button>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'suspended-page': SuspendedPage;
  }
}
