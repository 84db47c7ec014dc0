// The fleet in numbers: now, and for the last day and week. They come counted: nothing here adds up rows. A tile that
// stands for a filter is a link to it.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Hour, Overview } from '../../../schema/machine.ts';
import { shared } from '../ui/shared-styles.ts';
import { lastHours, type Sums } from './runs-per-day.ts';
import { type Question, urlOfQuestion } from './url.ts';

const NUMBER = new Intl.NumberFormat();
const DAY_HOURS = 24;
const WEEK_HOURS = 7 * DAY_HOURS;

type Tile = { words: string; count: number | undefined; of?: keyof Sums; filter?: Partial<Question> };

@customElement('fleet-tiles')
export class FleetTiles extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        grid-template-columns: repeat(4, minmax(0, 1fr));
        grid-auto-rows: 1fr;
        gap: 0.6rem;
      }
      .tile {
        display: flex;
        flex-direction: column;
        padding: 0.5rem 0.75rem;
        min-width: 0;
        color: inherit;
        text-decoration: none;
        background: var(--surface);
        border: 1px solid var(--line);
        border-radius: var(--radius);
      }
      a.tile:hover {
        border-color: var(--accent);
      }
      a.tile[aria-current] {
        border-color: var(--accent);
        background: var(--accent-surface);
      }
      strong {
        font-size: 1.5rem;
        line-height: 1.2;
        font-variant-numeric: tabular-nums;
      }
      .words {
        font-size: 0.9rem;
        line-height: 1.3;
      }
      a .words {
        text-decoration: underline;
        text-decoration-color: var(--line);
        text-underline-offset: 0.2em;
      }
      .lately {
        display: flex;
        flex-wrap: wrap;
        gap: 0 0.6em;
        font-size: 0.78rem;
        min-height: 2.4em;
        line-height: 1.2;
        font-variant-numeric: tabular-nums;
      }
      @media (max-width: 46rem) {
        :host {
          grid-template-columns: repeat(2, minmax(0, 1fr));
          grid-auto-rows: auto;
        }
        .tile {
          display: grid;
          grid-template-columns: 1fr auto;
          align-items: baseline;
          padding: 0.35rem 0.6rem;
        }
        strong {
          font-size: 1.1rem;
          order: 1;
        }
        .lately {
          order: 2;
          grid-column: 1 / -1;
          min-height: 1.2em;
        }
      }
    `,
  ];
  @property({ attribute: false }) overview!: Overview;
  @property({ attribute: false }) hours: readonly Hour[] | null = null;
  /** What the list shows, to mark its tile. */
  @property({ attribute: false }) question!: Question;

  override render() {
    const { machines, runs, attention, stalled, toRotate, secrets } = this.overview;
    const tiles: Tile[] = [
      { words: 'Machines', count: machines, filter: {} },
      { words: 'Provisioning', count: runs.running, of: 'started', filter: { status: 'running' } },
      { words: 'Succeeded', count: runs.succeeded, of: 'succeeded', filter: { status: 'succeeded' } },
      { words: 'Failed', count: runs.failed, of: 'failed', filter: { status: 'failed' } },
      { words: 'Need attention', count: attention, filter: { attention: 'yes' } },
      { words: 'Stalled', count: stalled, filter: { status: 'stalled' } },
      { words: 'To be rotated', count: toRotate },
      { words: 'Secrets held', count: secrets },
    ];
    const now = Date.now();
    const [day, week] = [DAY_HOURS, WEEK_HOURS].map((hours) => this.hours && lastHours(this.hours, hours, now));
    return tiles.map((tile) => this.#tile(tile, day ?? null, week ?? null));
  }

  #tile({ words, count, of, filter }: Tile, day: Sums | null, week: Sums | null) {
    const lately = (span: string, sums: Sums | null) =>
      of && sums ? html`<span>${span}${of === 'started' ? ' begun' : ''}: ${NUMBER.format(sums[of])}</span>` : nothing;
    const content = html`<strong>${NUMBER.format(count ?? 0)}</strong><span class="words">${words}</span>
      <span class="lately quiet">${lately('24 h', day)} ${lately('7 d', week)}</span>`;
    if (!filter) return html`<div class="tile">${content}</div>`;
    const asked = urlOfQuestion({ ...filter, sort: this.question.sort, shelf: 'fleet', q: '' });
    return html`<a
      class="tile"
      href="/t/${this.overview.tenant}${asked}"
      aria-current=${asked === urlOfQuestion(this.question) ? 'true' : nothing}
      >${content}</a
    >`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'fleet-tiles': FleetTiles;
  }
}
