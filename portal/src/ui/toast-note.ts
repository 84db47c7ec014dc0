// What was just done, near the act, with a way to undo it. It goes by itself after ten seconds, but not while a pointer or the focus is at
// it; never for a failure, never the only sign of success.
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { OneAct, Passing } from '../core/one-act.ts';
import { Shortcuts, type Uses } from '../core/shortcuts.ts';
import { shared } from './shared-styles.ts';

/** Long enough to read it and to reach its button. */
export const STAYS_MS = 10_000;
const NOTHING: Uses = {};

/** Fires `undo-wanted`, and `over` when it has been read. `z` undoes too, from anywhere on the page. */
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
      kbd {
        border-color: currentcolor;
        background: none;
        color: inherit;
      }
      @media (max-width: 719px) {
        kbd {
          display: none;
        }
        :host {
          left: 16px;
          bottom: 76px;
        }
      }
      @media print {
        :host {
          display: none;
        }
      }
      @media (forced-colors: active) {
        .toast {
          border: 1px solid CanvasText;
        }
      }
    `,
  ];
  /** Null: there is nothing to say. */
  @property({ attribute: false }) passing: Passing | null = null;
  /** It is still read what the act has changed: nothing is taken back meanwhile. */
  @property({ attribute: false }) busy = false;
  @property({ attribute: false }) staysMs = STAYS_MS;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    const undo: Uses = { z: { words: 'Undo what was just done', press: this.#undo } };
    new Shortcuts(this, () => (this.passing?.undo ? undo : NOTHING));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('passing')) this.#wait();
  }

  #undo = (): void => {
    if (!this.busy) this.dispatchEvent(new CustomEvent('undo-wanted'));
  };

  /** What takes the pointer or the focus away begins the time anew. */
  #wait = (): void => {
    clearTimeout(this.#timer);
    if (this.passing) this.#timer = setTimeout(this.#end, this.staysMs);
  };

  #end = (): void => {
    if (!this.matches(':hover, :focus-within')) this.dispatchEvent(new CustomEvent('over'));
  };

  override render() {
    // The live region stands empty before it speaks: one that comes with its words is not read out.
    return html`<div role="status" @pointerleave=${this.#wait} @focusout=${this.#wait}>
      ${
        this.passing === null
          ? nothing
          : html`<div class="toast">
              <span>${this.passing.words}</span>
              ${this.passing.undo ? html`<button aria-keyshortcuts="z" ?disabled=${this.busy} @click=${this.#undo}>Undo<kbd aria-hidden="true">Z</kbd></button>` : nothing}
            </div>`
      }
    </div>`;
  }
}

/** The toast of what an act has just done: words of success do not outlive what they speak of. Put it at the end of the act's page. */
export const toastOf = (act: OneAct) =>
  html`<toast-note .passing=${act.news} .busy=${act.busy} @undo-wanted=${act.takeBack} @over=${act.letPass}></toast-note>`;

declare global {
  interface HTMLElementTagNameMap {
    'toast-note': ToastNote;
  }
}
