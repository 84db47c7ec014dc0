// The fleet in one line of figures, each a filter of the list; the last cell has the runs of a fortnight, and opens their chart. They come
// counted: nothing here adds up rows.
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import type { Hour, Overview } from '../../../schema/machine.ts';
import { DropDown } from '../core/drop-down.ts';
import {
  circleCheckIcon,
  circleDashedIcon,
  circleXIcon,
  loaderCircleIcon,
  rotateCwIcon,
  triangleAlertIcon,
} from '../ui/icons.ts';
import { shared } from '../ui/shared-styles.ts';
import { lastHours } from './runs-per-day.ts';
import { sparkOf } from './spark.ts';
import { type Question, urlOfQuestion } from './url.ts';
import './runs-card.ts';

const NUMBER = new Intl.NumberFormat();
const DAY_HOURS = 24;
const WEEK_HOURS = 7 * DAY_HOURS;

type Cell = {
  words: string;
  count: number | undefined;
  tone: string;
  icon: TemplateResult | typeof nothing;
  filter: Partial<Question>;
  /** In full words, where the others do not say it. */
  about?: string;
};

@customElement('fleet-strip')
export class FleetStrip extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        position: relative;
        display: block;
        z-index: 2;
      }
      .strip {
        display: flex;
        min-height: 60px;
        border: 1px solid var(--line);
        border-radius: var(--radius);
      }
      .strip > * {
        flex: 1;
        position: relative;
        min-width: 0;
        padding: 7px 12px 8px;
        border: 0;
        border-right: 1px solid var(--line);
        border-radius: 0;
        color: var(--text);
        text-decoration: none;
        outline-offset: -2px;
        overflow: hidden;
      }
      .strip > :first-child {
        border-radius: 11px 0 0 11px;
      }
      .strip > :last-child {
        border-right: 0;
        border-radius: 0 11px 11px 0;
      }
      a:hover {
        background: var(--hover);
      }
      b {
        display: flex;
        align-items: center;
        gap: 6px;
        font-size: 18px;
        line-height: 24px;
        font-weight: 600;
        letter-spacing: -0.01em;
        font-variant-numeric: tabular-nums;
        /* Its room before its figure comes. */
        min-height: 24px;
      }
      .words {
        display: block;
        font-size: 12px;
        line-height: 16px;
        color: var(--text-3);
        white-space: nowrap;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      [aria-current] {
        background: var(--selected);
        box-shadow: inset 0 -2px 0 var(--accent);
      }
      [aria-current] .words {
        color: var(--accent-strong);
        font-weight: 550;
      }
      b .i {
        color: var(--text-3);
      }
      .good .i {
        color: var(--good);
      }
      .warn .i {
        color: var(--warn);
      }
      .bad .i {
        color: var(--bad);
      }
      .accent .i {
        color: var(--accent);
      }
      .strip > .spark {
        flex: 0 0 216px;
        display: flex;
        gap: 12px;
        justify-content: flex-start;
        align-items: center;
        background: none;
        font: inherit;
        text-align: left;
      }
      .spark:hover {
        background: var(--hover);
      }
      .spark svg {
        flex: none;
        width: 110px;
        height: 32px;
      }
      .spark .ok {
        fill: light-dark(#b4bac2, #4a525d);
      }
      .spark .today {
        fill: var(--accent);
      }
      .spark .no {
        fill: var(--bad);
      }
      .pop {
        position: absolute;
        right: 0;
        top: calc(100% + 6px);
        width: min(560px, 100%);
        padding: 12px;
      }
      runs-card {
        min-height: 232px;
      }
      .lately {
        margin: 8px 4px 0;
        color: var(--text-3);
      }
      @media (max-width: 1099px) {
        .strip > * {
          padding-inline: 9px;
        }
        .strip > .spark {
          flex: 0 0 60px;
        }
        .spark svg {
          width: 40px;
        }
        .spark .words {
          position: absolute;
          width: 1px;
          clip-path: inset(50%);
        }
      }
      @media (max-width: 719px) {
        .strip {
          border-radius: 0;
          border-inline: 0;
          overflow-x: auto;
          scrollbar-width: none;
        }
        .strip > *,
        .strip > .spark {
          flex: 0 0 auto;
          padding: 8px 14px;
        }
        .strip > :is(:first-child, :last-child) {
          border-radius: 0;
        }
        .pop {
          left: var(--edge);
          right: var(--edge);
          width: auto;
        }
      }
      @media (forced-colors: active) {
        [aria-current] {
          outline: 2px solid Highlight;
        }
      }
    `,
  ];
  /** Null while it is on its way: its room is there before. */
  @property({ attribute: false }) overview: Overview | null = null;
  @property({ attribute: false }) hours: readonly Hour[] | null = null;
  @property() tenant = '';
  /** What the list shows, to mark its cell. */
  @property({ attribute: false }) question!: Question;
  @query('.spark') private button!: HTMLButtonElement;
  #chart = new DropDown(this, {
    button: () => this.button,
    items: () => [...(this.renderRoot.querySelector('runs-card')?.renderRoot?.querySelectorAll('button') ?? [])],
  });

  override render() {
    return html`<div class="strip">${this.#cells().map((cell) => this.#cell(cell))} ${this.#spark()}</div>
      <div class="pop menu" id="chart" ?hidden=${!this.#chart.open}>${this.#chart.open ? this.#popped() : nothing}</div>`;
  }

  #cells(): Cell[] {
    const { machines, runs, attention, stalled, rotating } = this.overview ?? {};
    return [
      { words: 'All PCs', count: machines, tone: '', icon: nothing, filter: {} },
      {
        words: 'Provisioning',
        count: runs?.running,
        tone: 'accent',
        icon: loaderCircleIcon,
        filter: { status: 'running' },
      },
      {
        words: 'Succeeded',
        count: runs?.succeeded,
        tone: 'good',
        icon: circleCheckIcon,
        filter: { status: 'succeeded' },
      },
      { words: 'Failed', count: runs?.failed, tone: 'bad', icon: circleXIcon, filter: { status: 'failed' } },
      { words: 'Stalled', count: stalled, tone: 'warn', icon: circleDashedIcon, filter: { status: 'stalled' } },
      {
        words: 'Need attention',
        count: attention,
        tone: 'warn',
        icon: triangleAlertIcon,
        filter: { attention: 'yes' },
      },
      {
        words: 'To rotate',
        about: 'PCs with a secret that was revealed and waits for a newer version',
        count: rotating,
        tone: '',
        icon: rotateCwIcon,
        filter: { toRotate: 'yes' },
      },
    ];
  }

  #cell({ words, about = words, count, tone, icon, filter }: Cell) {
    const content = html`<b class=${tone}>${this.overview ? NUMBER.format(count ?? 0) : nothing}${icon}</b><span class="words" title=${about}>${words}</span>`;
    const asked = urlOfQuestion({ ...filter, sort: this.question.sort, shelf: 'fleet', q: '' });
    return html`<a href="/t/${this.tenant}${asked}" aria-current=${asked === urlOfQuestion(this.question) ? 'true' : nothing}>${content}</a>`;
  }

  #spark() {
    const { hours } = this;
    return html`<button
      class="spark"
      aria-expanded=${this.#chart.open ? 'true' : 'false'}
      aria-controls="chart"
      @click=${this.#chart.toggle}
    >
      ${guard([hours, new Date().toDateString()], () => sparkOf(hours ?? [], Date.now()))}<span class="words">Runs a day<br />14 days<span class="visually-hidden">: open the chart</span></span>
    </button>`;
  }

  #popped() {
    const { hours, overview } = this;
    const lately = (words: string, count: number) => {
      if (!hours) return nothing;
      const { started, succeeded, failed } = lastHours(hours, count, Date.now());
      return html`<p class="lately">${words}: ${NUMBER.format(started)} begun, ${NUMBER.format(succeeded)} succeeded, ${NUMBER.format(failed)} failed</p>`;
    };
    return html`<runs-card .hours=${hours}></runs-card>
      ${lately('Last 24 hours', DAY_HOURS)} ${lately('Last 7 days', WEEK_HOURS)}
      <p class="lately">Secrets held: ${NUMBER.format(overview?.secrets ?? 0)}</p>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'fleet-strip': FleetStrip;
  }
}
