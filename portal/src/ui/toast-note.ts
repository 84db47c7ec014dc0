// What was just done, near the act, with a way to undo it. It goes by itself after eight seconds, but not while a pointer or the focus is at
// it; never for a failure, never the only sign of success.
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { shared } from './shared-styles.ts';

const STAYS_MS = 8_000;

/** Fires `undo-wanted`, and `over` when it has been read. */
@customElement('toast-note')
export class ToastNote extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        position: fixed;
        left: calc(var(--rail-width) + 24px);
        bottom: 24px;
        z-index: 4;
      }
      .toast {
        display: flex;
        align-items: center;
        gap: 12px;
        padding: 10px 10px 10px 16px;
        border-radius: 10px;
        background: var(--ink);
        color: var(--on-ink);
        font-size: 13px;
        box-shadow: var(--e2);
      }
      button {
        min-height: 28px;
        border-color: transparent;
        background: color-mix(in srgb, var(--on-ink) 14%, transparent);
        color: inherit;
      }
      button:hover:not(:disabled) {
        background: color-mix(in srgb, var(--on-ink) 24%, transparent);
      }
      button:focus-visible {
        outline-color: var(--on-ink);
      }
      @media (max-width: 719px) {
        :host {
          left: 16px;
          bottom: 76px;
        }
      }
      @media (forced-colors: active) {
        .toast {
          border: 1px solid CanvasText;
        }
      }
    `,
  ];
  /** Blank: there is nothing to say. */
  @property() words = '';
  @property({ type: Boolean }) undoable = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('words')) this.#wait();
  }

  #stay = (): void => clearTimeout(this.#timer);

  #wait = (): void => {
    clearTimeout(this.#timer);
    if (this.words !== '') this.#timer = setTimeout(() => this.dispatchEvent(new CustomEvent('over')), STAYS_MS);
  };

  override render() {
    // The live region stands empty before it speaks: one that comes with its words is not read out.
    return html`<div role="status" @pointerenter=${this.#stay} @pointerleave=${this.#wait} @focusin=${this.#stay} @focusout=${this.#wait}>
      ${
        this.words === ''
          ? nothing
          : html`<div class="toast">
              ${this.words}
              ${this.undoable ? html`<button @click=${() => this.dispatchEvent(new CustomEvent('undo-wanted'))}>Undo</button>` : nothing}
            </div>`
      }
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'toast-note': ToastNote;
  }
}
