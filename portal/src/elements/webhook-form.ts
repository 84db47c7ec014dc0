// A new webhook: where, what it is called, what it is for.
import { css, html, LitElement } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { NoticeKind } from '../../../schema/notice.ts';
import type { WebhookWrite } from '../../../schema/webhook.ts';
import { shared } from '../styles/shared.ts';
import { NOTICE_KINDS, NOTICE_WORDS } from '../words.ts';

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
  /** An act of the page works. */
  @property({ type: Boolean }) busy = false;
  /** It ends with a secret that is shown in place of this form: what would be typed now would be lost. */
  @property({ attribute: false }) adding = false;
  @state() private kinds: ReadonlySet<NoticeKind> = new Set(NOTICE_KINDS);
  @query('#label') private labelField!: HTMLInputElement;
  @query('#url') private urlField!: HTMLInputElement;

  #submit = (event: Event): void => {
    event.preventDefault();
    const detail: WebhookWrite = {
      label: this.labelField.value.trim(),
      url: this.urlField.value.trim(),
      kinds: NOTICE_KINDS.filter((kind) => this.kinds.has(kind)),
    };
    this.dispatchEvent(new CustomEvent('webhook-wanted', { detail }));
  };

  #toggle(kind: NoticeKind, chosen: boolean): void {
    const next = new Set(this.kinds);
    if (chosen) next.add(kind);
    else next.delete(kind);
    this.kinds = next;
  }

  override render() {
    return html`<form @submit=${this.#submit}>
      <div class="field">
        <label for="label">Name</label>
        <input id="label" required maxlength="100" placeholder="Ticket system" autocomplete="off" ?readonly=${this.adding} />
      </div>
      <div class="field">
        <label for="url">URL</label>
        <input id="url" type="url" required maxlength="2000" placeholder="https://" autocomplete="off" spellcheck="false" ?readonly=${this.adding} />
      </div>
      <fieldset>
        <legend>Tell it when</legend>
        <div class="kinds">${NOTICE_KINDS.map((kind) => this.#kind(kind))}</div>
      </fieldset>
      <button class="primary" ?disabled=${this.busy || this.kinds.size === 0}>Add the webhook</button>
    </form>`;
  }

  #kind(kind: NoticeKind) {
    return html`<label
      ><input
        type="checkbox"
        .checked=${this.kinds.has(kind)}
        @change=${(event: Event) => this.#toggle(kind, (event.target as HTMLInputElement).checked)}
      />${NOTICE_WORDS[kind]}</label
    >`;
  }
}
