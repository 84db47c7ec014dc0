// An instant as people say it, exact on hover; it grows older by itself.
import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { exactTime, relativeTime } from './words.ts';

const TICK_MS = 20_000;
const HOUR_MS = 3_600_000;

@customElement('relative-time')
export class RelativeTime extends LitElement {
  @property({ attribute: false }) at: number | null = null;
  /** It is known to the hour only: nothing more exact is said. */
  @property({ type: Boolean }) hourly = false;
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
    const now = Date.now();
    return html`<time datetime=${new Date(this.at).toISOString()} title=${this.hourly ? `Noted to the hour: ${exactTime(this.at)}` : exactTime(this.at)}
      >${this.hourly && now - this.at < HOUR_MS ? 'within the hour' : relativeTime(this.at, now)}</time
    >`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'relative-time': RelativeTime;
  }
}
