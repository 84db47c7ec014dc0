// A webhook's secret, shown this once, and how a receiver checks with it that a notice is ours.
import { css, html, LitElement } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { focusHeading } from '../core/focus.ts';
import { shared } from '../ui/shared-styles.ts';
import { theirs } from '../ui/theirs.ts';

const EXAMPLE = `import { Webhook } from 'standardwebhooks';

/** body: the request's text as it came, before any parsing. */
export function isOurs(headers, body, secret) {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}`;

@customElement('webhook-secret')
export class WebhookSecret extends LitElement {
  static override styles = [
    shared,
    css`
      .secret {
        display: block;
        padding: 0.6rem 0.8rem;
        background: var(--sunken);
        border-radius: var(--radius-small);
        user-select: all;
      }
      pre {
        margin: 0.75rem 0 0;
        padding: 0.8rem;
        overflow-x: auto;
        font-family: var(--mono);
        font-size: 0.82rem;
        background: var(--sunken);
        border-radius: var(--radius-small);
      }
      .row {
        margin: 0.8rem 0;
      }
    `,
  ];
  @property() secret = '';
  @property() label = '';
  @state() private said = '';

  override firstUpdated(): void {
    focusHeading(this.renderRoot);
  }

  #copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(this.secret);
      this.said = 'Copied.';
    } catch {
      this.said = 'It could not be copied. Select it and copy it by hand.';
    }
  };

  override render() {
    return html`<div class="card-head"><h2>The secret of ${theirs(this.label)}</h2></div>
      <p>Put it into the receiver now: it is shown this once. It signs each notice; it opens nothing here.</p>
      <code class="secret mono" data-testid="webhook-secret">${this.secret}</code>
      <div class="row">
        <button @click=${this.#copy}>Copy</button>
        <button class="primary" @click=${() => this.dispatchEvent(new CustomEvent('kept'))}>I have put it away</button>
        <span class="quiet" role="status">${this.said}</span>
      </div>
      <details>
        <summary>How a receiver checks a notice</summary>
        <p class="quiet">By Standard Webhooks: there is a library for most languages.</p>
        <pre tabindex="0" aria-label="Example in Node">${EXAMPLE}</pre>
      </details>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'webhook-secret': WebhookSecret;
  }
}
