// How each notice to one webhook went, newest first.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { NOTICE_WORDS } from '../../../schema/notice-words.ts';
import type { Delivery } from '../../../schema/webhook.ts';
import { shared } from '../ui/shared-styles.ts';
import { DELIVERY_FAULT_WORDS, DELIVERY_WORDS, exactTime } from '../ui/words.ts';
import '../ui/problem-note.ts';

@customElement('delivery-log')
export class DeliveryLog extends LitElement {
  static override styles = [
    shared,
    css`
      ol {
        list-style: none;
        margin: 0.8rem 0 0;
        padding: 0;
        border-top: 1px solid var(--line);
      }
      li {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        gap: 0.2rem 1rem;
        padding: 0.55rem 0;
        border-bottom: 1px solid var(--line);
      }
      li:last-child {
        border-bottom: 0;
      }
      .quiet {
        font-size: 0.9rem;
      }
    `,
  ];
  /** Null while it is fetched. */
  @property({ attribute: false }) deliveries: readonly Delivery[] | null = null;

  /** Why they could not be read; the earlier reading is shown beside it. */
  @property({ attribute: false }) failure: unknown = null;

  override render() {
    return html`<problem-note .error=${this.failure}></problem-note> ${this.#deliveries()}`;
  }

  #deliveries() {
    if (this.deliveries === null) return this.failure ? nothing : html`<p role="status">Loading the deliveries …</p>`;
    if (this.deliveries.length === 0) return html`<p class="quiet">Nothing was sent yet.</p>`;
    return html`<ol aria-label="Deliveries">
      ${this.deliveries.map((one) => this.#delivery(one))}
    </ol>`;
  }

  #delivery(one: Delivery) {
    const [words, tone] = DELIVERY_WORDS[one.state];
    return html`<li>
      <span
        >${NOTICE_WORDS[one.kind]} <span class="pill ${tone}">${words}</span><br /><span class="quiet"
          >${this.#how(one)}</span
        ></span
      >
      <time class="quiet" datetime=${new Date(one.queuedAt).toISOString()}>${exactTime(one.queuedAt)}</time>
    </li>`;
  }

  #how({ tries, fault, triedAt, nextAt }: Delivery) {
    if (tries === 0) return 'not tried yet';
    const answer = fault ? DELIVERY_FAULT_WORDS[fault] : 'taken';
    return html`${tries === 1 ? 'one try' : `${tries} tries`}, ${answer}${
      triedAt === null ? nothing : html`, ${exactTime(triedAt)}`
    }${nextAt === null ? nothing : html`; next try ${exactTime(nextAt)}`}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'delivery-log': DeliveryLog;
  }
}
