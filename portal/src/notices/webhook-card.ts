// One webhook: where it goes, its state, and what may be done with it.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { NOTICE_WORDS } from '../../../schema/notice-words.ts';
import { isolated } from '../../../schema/shown-text.ts';
import type { Webhook } from '../../../schema/webhook.ts';
import { shared } from '../ui/shared-styles.ts';
import { theirs } from '../ui/theirs.ts';
import { exactTime, NOTICE_KINDS, RECEIVER_WORDS } from '../ui/words.ts';

export type WebhookAct = 'test' | 'pause' | 'resume' | 'change' | 'remove' | 'log';
export type WebhookActWanted = CustomEvent<WebhookAct>;

@customElement('webhook-card')
export class WebhookCard extends LitElement {
  static override styles = [
    shared,
    css`
      p {
        margin: 4px 0;
        font-size: 13px;
        line-height: 18px;
        overflow-wrap: anywhere;
      }
      .acts {
        margin-top: 12px;
      }
    `,
  ];
  @property({ attribute: false }) webhook!: Webhook;
  @property({ type: Boolean }) busy = false;
  /** Its log is shown below. */
  @property({ type: Boolean }) open = false;

  override render() {
    const { webhook } = this;
    const act = (what: WebhookAct, words: string) =>
      html`<button
        class=${what === 'remove' ? 'danger' : ''}
        ?disabled=${this.busy && what !== 'log'}
        aria-label="${words}: ${isolated(webhook.label)}"
        aria-expanded=${what === 'log' ? String(this.open) : nothing}
        @click=${() => this.dispatchEvent(new CustomEvent('act-wanted', { detail: what }))}
      >
        ${words}
      </button>`;
    return html`<div class="card-head">
        <h2>${theirs(webhook.label)}</h2>
        ${this.#state(webhook)}
      </div>
      <p class="mono">${webhook.url}</p>
      <p class="quiet">${
        webhook.kinds.length === NOTICE_KINDS.length
          ? 'Told of everything'
          : webhook.kinds.map((kind) => NOTICE_WORDS[kind]).join(' · ')
      }</p>
      <p class="quiet">
        ${RECEIVER_WORDS[webhook.receiver]} · added ${exactTime(webhook.madeAt)} by ${webhook.madeBy}${
          webhook.signature === 'totl' ? ' · signed as before Standard Webhooks' : nothing
        }
      </p>
      ${webhook.goneAt === null ? nothing : this.#gone(webhook.goneAt)}
      ${
        webhook.failures > 0 && webhook.nextAt !== null
          ? html`<p class="quiet">
              ${webhook.failures === 1 ? 'The last try failed' : `The last ${webhook.failures} tries failed`}; next try
              ${exactTime(webhook.nextAt)}
            </p>`
          : nothing
      }
      <div class="row acts">
        ${act('log', 'Deliveries')}
        ${webhook.pausedAt === null ? act('test', 'Test') : nothing}
        ${webhook.pausedAt === null ? act('pause', 'Pause') : act('resume', 'Resume')} ${act('change', 'Change')}
        ${act('remove', 'Remove')}
      </div>`;
  }

  #gone(at: number) {
    return html`<p class="note warn">
      Its receiver said on ${exactTime(at)} that it is gone for good (410), so it is paused. Change its URL and resume it, or remove it.
    </p>`;
  }

  #state({ pausedAt, failures, waiting, begun }: Webhook) {
    if (pausedAt !== null)
      return html`<span class="pill warn">Paused${waiting > 0 ? `, ${waiting} waiting` : ''}</span>`;
    if (failures > 0) return html`<span class="pill bad">Failing, ${waiting} waiting</span>`;
    if (waiting > 0) return html`<span class="pill warn">${waiting} waiting</span>`;
    return begun
      ? html`<span class="pill good">Everything arrived</span>`
      : html`<span class="pill">Nothing sent yet</span>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'webhook-card': WebhookCard;
  }
}
