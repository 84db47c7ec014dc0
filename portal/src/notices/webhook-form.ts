// A form that adds or changes a webhook: its URL, its name, its receiver, its kinds.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { NoticeKind } from '../../../schema/notice.ts';
import { NOTICE_WORDS } from '../../../schema/notice-words.ts';
import type { Receiver, Webhook, WebhookWrite } from '../../../schema/webhook.ts';
import { RefusedFields } from '../ui/refused-fields.ts';
import { shared } from '../ui/shared-styles.ts';
import { NOTICE_KINDS, RECEIVER_WORDS } from '../ui/words.ts';
import { chatOf } from './chats.ts';

export type WebhookWanted = CustomEvent<WebhookWrite>;

@customElement('webhook-form')
export class WebhookForm extends LitElement {
  static override styles = [
    shared,
    css`
      .field {
        margin-bottom: 0.9rem;
      }
      fieldset {
        border: 0;
        margin: 0 0 1rem;
        padding: 0;
      }
      legend {
        font-weight: 500;
        padding: 0;
        margin-bottom: 0.4rem;
      }
      .kinds {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr));
        gap: 0.25rem 1rem;
      }
      .kinds label {
        display: flex;
        gap: 0.5rem;
        align-items: baseline;
        font-weight: 400;
        margin: 0;
      }
    `,
  ];
  /** An act of the page is under way. */
  @property({ type: Boolean }) busy = false;
  /** It ends with a secret that is shown in place of this form: text typed now would be lost. */
  @property({ attribute: false }) adding = false;
  /** Why what was sent was refused. */
  @property({ attribute: false }) failure: unknown = null;
  /** The one that is changed; null: a new one is added. */
  @property({ attribute: false }) webhook: Webhook | null = null;
  @state() private kinds: ReadonlySet<NoticeKind> = new Set(NOTICE_KINDS);
  @state() private receiver: Receiver = 'generic';
  /** Once a person has chosen, no URL chooses for them. */
  #chosen = false;
  @query('#label') private labelField!: HTMLInputElement;
  @query('#url') private urlField!: HTMLInputElement;

  constructor() {
    super();
    new RefusedFields(this, { failure: () => this.failure });
  }

  override willUpdate(changed: Map<string, unknown>): void {
    // The list is read anew every few seconds: a person's choice since then stays.
    const before = changed.get('webhook') as Webhook | null | undefined;
    if (this.webhook && this.webhook.id !== before?.id && changed.has('webhook'))
      this.kinds = new Set(this.webhook.kinds);
  }

  #submit = (event: Event): void => {
    event.preventDefault();
    const detail: WebhookWrite = {
      label: this.labelField.value.trim(),
      url: this.urlField.value.trim(),
      kinds: NOTICE_KINDS.filter((kind) => this.kinds.has(kind)),
      receiver: this.receiver,
    };
    this.dispatchEvent(new CustomEvent('webhook-wanted', { detail }));
  };

  #typed = (): void => {
    if (!this.#chosen) this.receiver = chatOf(this.urlField.value.trim());
  };

  #choose = (event: Event): void => {
    this.#chosen = true;
    this.receiver = (event.target as HTMLSelectElement).value as Receiver;
  };

  #toggle(kind: NoticeKind, chosen: boolean): void {
    const next = new Set(this.kinds);
    if (chosen) next.add(kind);
    else next.delete(kind);
    this.kinds = next;
  }

  override render() {
    const { webhook } = this;
    return html`<form @submit=${this.#submit}>
      <div class="field">
        <label for="label">Name</label>
        <input id="label" name="label" required maxlength="100" placeholder="Ticket system" autocomplete="off" .value=${webhook?.label ?? ''} ?readonly=${this.adding} />
      </div>
      <div class="field">
        <label for="url">URL</label>
        <input
          id="url"
          name="url"
          type="url"
          required
          maxlength="2000"
          placeholder="https://"
          autocomplete="off"
          spellcheck="false"
          .value=${webhook?.url ?? ''}
          ?readonly=${this.adding}
          @input=${this.#typed}
        />
      </div>
      ${webhook ? nothing : this.#receivers()}
      <fieldset>
        <legend>Tell it when</legend>
        <div class="kinds">${NOTICE_KINDS.map((kind) => this.#kind(kind))}</div>
      </fieldset>
      <div class="row">
        <button class="primary" ?disabled=${this.busy || this.kinds.size === 0}>${webhook ? 'Save' : 'Add the webhook'}</button>
        ${
          webhook
            ? html`<button type="button" @click=${() => this.dispatchEvent(new CustomEvent('closed'))}>Cancel</button>`
            : nothing
        }
      </div>
    </form>`;
  }

  #receivers() {
    return html`<div class="field">
      <label for="receiver">What reads it</label>
      <select id="receiver" name="receiver" .value=${this.receiver} @change=${this.#choose}>
        ${(Object.keys(RECEIVER_WORDS) as Receiver[]).map(
          (receiver) =>
            html`<option value=${receiver} ?selected=${receiver === this.receiver}>${RECEIVER_WORDS[receiver]}</option>`,
        )}
      </select>
    </div>`;
  }

  #kind(kind: NoticeKind) {
    return html`<label
      ><input
        type="checkbox"
        name="kinds"
        .checked=${this.kinds.has(kind)}
        @change=${(event: Event) => this.#toggle(kind, (event.target as HTMLInputElement).checked)}
      />${NOTICE_WORDS[kind]}</label
    >`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'webhook-form': WebhookForm;
  }
}
