// How the live connection stands, in words that are announced politely.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { LiveState } from '../api/live.ts';
import { shared } from '../ui/shared-styles.ts';
import { timeOfDay } from '../ui/words.ts';

@customElement('live-note')
export class LiveNote extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        font-size: 13px;
        color: var(--text-3);
      }
      .dot {
        display: inline-block;
        width: 8px;
        height: 8px;
        border-radius: 50%;
        border: 2px solid var(--line-strong);
        margin-right: 6px;
      }
      .live .dot {
        background: var(--good);
        border-color: var(--good);
      }
      .down {
        color: var(--warn);
      }
      .down .dot {
        border-color: var(--warn);
      }
    `,
  ];
  @property() state: LiveState = 'connecting';
  /** When the shown data was true, ms since the epoch. */
  @property({ attribute: false }) at: number | null = null;

  override render() {
    return html`<span class=${this.state}
      ><span class="dot"></span
      ><span role="status"
        >${
          {
            connecting: 'Connecting …',
            live: 'Live',
            down: 'Not live: trying again …',
          }[this.state]
        }</span
      >${this.#asOf()}</span
    >`;
  }

  /** Not part of what is announced: it would be said again with each try. */
  #asOf() {
    if (this.state !== 'down' || this.at === null) return nothing;
    return html` <span class="quiet">As of ${timeOfDay(this.at)}.</span>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'live-note': LiveNote;
  }
}
