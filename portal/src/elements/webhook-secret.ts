// A webhook's secret, shown this once, and how a receiver checks with it that a notice is ours.
import { css, html, LitElement } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { focusHeading } from '../focus.ts';
import { shared } from '../styles/shared.ts';
import { theirs } from '../theirs.ts';

const EXAMPLE = `import { createHmac, timingSafeEqual } from 'node:crypto';

/** body: the request's bytes as they came, before any parsing. */
export function isOurs(headers, body, secret) {
  const [, t, v1] = /^t=(\\d+),v1=([0-9a-f]{64})$/
    .exec(headers['totl-signature'] ?? '') ?? [];
  if (!v1 || Math.abs(Date.now() - Number(t)) > 300_000) return false;
  const wanted = createHmac('sha256', secret).update(\`\${t}.\`).update(body).digest();
  return timingSafeEqual(wanted, Buffer.from(v1, 'hex'));
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
    return html`<h2>The secret of ${theirs(this.label)}</h2>
      <p>Put it into the receiver now: it is shown this once. It signs each notice; it opens nothing here.</p>
      <code class="secret mono" data-testid="webhook-secret">${this.secret}</code>
      <div class="row">
        <button @click=${this.#copy}>Copy</button>
        <button class="primary" @click=${() => this.dispatchEvent(new CustomEvent('kept'))}>I have put it away</button>
        <span class="quiet" role="status">${this.said}</span>
      </div>
      <details>
        <summary>How a receiver checks a notice</summary>
        <pre tabindex="0" aria-label="Example in Node">${EXAMPLE}</pre>
      </details>`;
  }
}
