// A run's events, newest last, with a filter by level. It shows what it is given.
import { css, html, LitElement } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { StoredEvent } from '../../../schema/report.ts';
import { shared } from '../styles/shared.ts';
import { exactTime, phaseWords } from '../words.ts';

const RANK: Record<StoredEvent['level'], number> = { debug: 0, info: 1, warning: 2, error: 3 };
/** Below it a difference only means that events are still on their way. */
const LONG_RUN = 5_000;
const CLOCK = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

@customElement('event-list')
export class EventList extends LitElement {
  static override styles = [
    shared,
    css`
      .filter {
        width: auto;
        min-width: 0;
      }
      label {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        margin: 0;
        font-weight: 400;
        min-width: 0;
      }
      .head {
        display: flex;
        justify-content: space-between;
        align-items: center;
        gap: 1rem;
        margin-bottom: 0.5rem;
      }
      h2 {
        margin: 0;
      }
      ol {
        list-style: none;
        margin: 0;
        padding: 0;
        max-height: 30rem;
        overflow: auto;
        font-size: 0.92rem;
      }
      li {
        display: grid;
        grid-template-columns: 6.6rem 6.5rem 1fr;
        gap: 0.6rem;
        padding: 0.25rem 0.3rem;
        border-bottom: 1px solid var(--sunken);
      }
      time {
        font-variant-numeric: tabular-nums;
        white-space: nowrap;
      }
      .warning {
        background: var(--warn-surface);
      }
      .error {
        background: var(--bad-surface);
      }
      .message {
        overflow-wrap: anywhere;
      }
      @media (max-width: 46rem) {
        li {
          grid-template-columns: 1fr auto;
        }
        .message {
          grid-column: 1 / -1;
        }
      }
    `,
  ];
  @property({ attribute: false }) events: readonly StoredEvent[] = [];
  /** How many the run has, where that is more than are given. */
  @property({ attribute: false }) total = 0;
  @query('ol') private list!: HTMLOListElement | null;
  #following = true;

  /** Stays at the newest while the reader is there, and nowhere else. */
  override updated(): void {
    if (this.#following && this.list) this.list.scrollTop = this.list.scrollHeight;
  }

  #scrolled = (event: Event): void => {
    const { scrollTop, scrollHeight, clientHeight } = event.target as HTMLElement;
    this.#following = scrollHeight - scrollTop - clientHeight < 24;
  };

  @state() private level: StoredEvent['level'] = 'debug';

  override render() {
    const shown = this.events.filter((event) => RANK[event.level] >= RANK[this.level]);
    return html`<div class="head">
        <h2>Events</h2>
        <label
          ><span class="quiet">Level</span>
          <select
            class="filter"
            @change=${(event: Event) => {
              this.level = (event.target as HTMLSelectElement).value as StoredEvent['level'];
            }}
          >
            <option value="debug">All</option>
            <option value="info">Info and above</option>
            <option value="warning">Warnings and errors</option>
            <option value="error">Errors</option>
          </select>
        </label>
      </div>
      ${
        this.total > this.events.length && this.events.length >= LONG_RUN
          ? html`<p class="quiet">The latest ${this.events.length} of ${this.total} events.</p>`
          : ''
      }
      ${
        shown.length === 0
          ? html`<p class="quiet">No events${this.level === 'debug' ? ' yet' : ' of this level'}.</p>`
          : html`<ol tabindex="0" aria-label="Events" @scroll=${this.#scrolled}>
              ${repeat(
                shown,
                (event) => event.seq,
                (event) => html`<li class=${event.level}>
                  <time datetime=${new Date(event.at).toISOString()} title=${exactTime(event.at)}
                    >${CLOCK.format(event.at)}</time
                  >
                  <span class="quiet">${event.phase ? phaseWords(event.phase) : ''}</span>
                  <span class="message"
                    >${event.level === 'error' || event.level === 'warning' ? html`<strong>${event.level === 'error' ? 'Error: ' : 'Warning: '}</strong>` : ''}${event.message}</span
                  >
                </li>`,
              )}
            </ol>`
      }`;
  }
}
