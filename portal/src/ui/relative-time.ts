// An instant as people say it, exact on hover; it grows older by itself.
import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { exactTime, relativeTime } from './words.ts';

const TICK_MS = 20_000;

@customElement('relative-time')
export class RelativeTime extends LitElement {
  @property({ attribute: false }) at: number | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => this.requestUpdate(), TICK_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  override render() {
    if (this.at === null) return nothing;
    return html`<time datetime=${new Date(this.at).toISOString()} title=${exactTime(this.at)}
      >${relativeTime(this.at, Date.now())}</time
    >`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'relative-time': RelativeTime;
  }
}
