// Asks once more before a webhook is removed.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Webhook } from '../../../schema/webhook.ts';
import { Modal } from '../core/modal.ts';
import { shared } from '../ui/shared-styles.ts';

@customElement('webhook-dialog')
export class WebhookDialog extends LitElement {
  static override styles = [
    shared,
    css`
      h1 {
        margin-bottom: 0.75rem;
        overflow-wrap: anywhere;
      }
    `,
  ];
  @property({ attribute: false }) webhook!: Webhook;
  /** Another act of the page works. */
  @property({ attribute: false }) busy = false;

  constructor() {
    super();
    new Modal(this);
  }

  override render() {
    const { label, waiting } = this.webhook;
    const say = (name: string) => () => this.dispatchEvent(new CustomEvent(name));
    return html`<dialog aria-labelledby="title" @cancel=${say('closed')}>
      <h1 id="title">Remove ${label}?</h1>
      <p>Its secret and its log go with it${waiting > 0 ? html`, and ${waiting} notices that wait for it` : nothing}.</p>
      <div class="actions">
        <button @click=${say('closed')}>Cancel</button>
        <button class="primary" ?disabled=${this.busy} @click=${say('confirmed')}>Remove</button>
      </div>
    </dialog>`;
  }
}
