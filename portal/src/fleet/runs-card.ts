// The chart of runs per day in its card, for 14 or 30 days. The chart itself is fetched once there is something to
// show; its room is there before.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import type { Hour } from '../../../schema/machine.ts';
import { shared } from '../ui/shared-styles.ts';
import { runsPerDay } from './runs-per-day.ts';

const CHOICES = [14, 30] as const;

@customElement('runs-card')
export class RunsCard extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: block;
        min-width: 0;
      }
      section {
        height: 100%;
        padding: 0.6rem 0.9rem;
      }
      .head {
        justify-content: space-between;
        margin-bottom: 0.25rem;
      }
      h2 {
        margin: 0;
        font-size: 1rem;
      }
      button {
        min-height: 1.75rem;
        padding: 0 0.6rem;
        font-size: 0.85rem;
      }
      button[aria-pressed="true"] {
        border-color: var(--accent);
        background: var(--accent-surface);
      }
      @media (forced-colors: active) {
        button[aria-pressed="true"] {
          outline: 2px solid Highlight;
        }
      }
    `,
  ];
  /** Null while they are on their way. */
  @property({ attribute: false }) hours: readonly Hour[] | null = null;
  @state() private days: (typeof CHOICES)[number] = 14;
  @state() private chartIs: 'coming' | 'there' | 'missing' = 'coming';
  #asked = false;

  protected override updated(): void {
    if (this.hours === null || this.#asked) return;
    this.#asked = true;
    import('./runs-chart.ts').then(
      () => {
        this.chartIs = 'there';
      },
      () => {
        this.chartIs = 'missing';
      },
    );
  }

  override render() {
    return html`<section class="card" aria-labelledby="title">
      <div class="row head">
        <h2 id="title">Runs per day</h2>
        <span class="row" role="group" aria-label="Days shown">
          ${CHOICES.map(
            (days) =>
              html`<button
                aria-pressed=${this.days === days ? 'true' : 'false'}
                @click=${() => {
                  this.days = days;
                }}
              >
                ${days} days
              </button>`,
          )}
        </span>
      </div>
      ${this.#chart()}
    </section>`;
  }

  #chart() {
    const { hours, days, chartIs } = this;
    if (chartIs === 'missing') return html`<p class="quiet">The chart could not be fetched. Reload the page.</p>`;
    if (chartIs === 'coming' || hours === null) return nothing;
    // Added up again when there is something new to add, and when it has become another day.
    const today = new Date().toDateString();
    return html`<runs-chart .days=${guard([hours, days, today], () => runsPerDay(hours, days, Date.now()))}></runs-chart>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'runs-card': RunsCard;
  }
}
