// Runs per day as stacked bars, told apart by pattern and place as well as by colour, with the same numbers as a table
// for people who do not see it. Fetched after the first screen, with uPlot.
import { css, html, LitElement, type PropertyValues, unsafeCSS } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import uPlot from 'uplot';
import chartStyles from 'uplot/dist/uPlot.min.css?inline';
import { shared } from '../ui/shared-styles.ts';
import type { Day } from './runs-per-day.ts';

const DATE = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const DAY_NAMED = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' });
const HEIGHT_PX = 132;
const BAR_PX = 36;
/** From the bottom of a bar to its top. */
const PARTS = [
  ['succeeded', 'succeeded'],
  ['failed', 'failed'],
  ['other', 'without a result that day'],
] as const;
type Part = (typeof PARTS)[number][0];

const says = (sums: Record<Part, number>): string => PARTS.map(([part, words]) => `${sums[part]} ${words}`).join(', ');

/** A colour with stripes or dots of the background in it. */
function pattern(part: Part, colour: string, background: string): string | CanvasPattern {
  if (part === 'succeeded') return colour;
  const tile = document.createElement('canvas');
  tile.width = tile.height = 8;
  const draw = tile.getContext('2d');
  if (!draw) return colour;
  draw.fillStyle = colour;
  draw.fillRect(0, 0, 8, 8);
  draw.strokeStyle = draw.fillStyle = background;
  draw.lineWidth = 2;
  draw.beginPath();
  if (part === 'failed')
    for (const x of [-8, 0, 8]) {
      draw.moveTo(x, 8);
      draw.lineTo(x + 8, 0);
    }
  else draw.arc(4, 4, 1.5, 0, 2 * Math.PI);
  draw[part === 'failed' ? 'stroke' : 'fill']();
  return draw.createPattern(tile, 'repeat') ?? colour;
}

@customElement('runs-chart')
export class RunsChart extends LitElement {
  static override styles = [
    unsafeCSS(chartStyles),
    shared,
    css`
      :host {
        display: block;
        min-width: 0;
      }
      .plot {
        height: ${HEIGHT_PX}px;
        overflow: hidden;
      }
      .says {
        display: flex;
        flex-wrap: wrap;
        gap: 0 1rem;
        margin: 0.2rem 0 0;
        font-size: 0.82rem;
        min-height: 2.5em;
        line-height: 1.25;
      }
      .swatch {
        display: inline-block;
        width: 0.8rem;
        height: 0.8rem;
        margin-right: 0.3rem;
        vertical-align: -0.1rem;
        background: currentColor;
      }
      .succeeded {
        color: var(--good);
      }
      .failed {
        color: var(--bad);
        background: repeating-linear-gradient(135deg, currentColor 0 2px, var(--surface) 2px 4px);
      }
      .other {
        color: var(--accent);
        background: radial-gradient(var(--surface) 1.2px, currentColor 1.4px) 0 0 / 5px 5px;
      }
      .axis {
        color: var(--text-3);
      }
      .grid {
        color: var(--line);
      }
      .background {
        color: var(--surface);
      }
      /* In one forced colour the parts of a bar would be one, and its words drawn unseen. */
      @media (forced-colors: active) {
        :host {
          forced-color-adjust: none;
        }
        .says {
          forced-color-adjust: auto;
        }
        .swatch {
          forced-color-adjust: none;
        }
      }
    `,
  ];
  @property({ attribute: false }) days: readonly Day[] = [];
  @state() private shown: Day | null = null;
  @query('.plot') private plot!: HTMLElement;
  #chart: uPlot | null = null;
  #width = 0;
  #resized = new ResizeObserver(([entry]) => {
    const width = Math.floor(entry?.contentRect.width ?? 0);
    if (width === 0 || width === this.#width) return;
    this.#width = width;
    if (this.#chart) this.#chart.setSize({ width, height: HEIGHT_PX });
    else this.#draw();
  });
  #themed = new MutationObserver(() => this.#draw());
  #dark = window.matchMedia('(prefers-color-scheme: dark)');
  #redraw = (): void => this.#draw();

  override connectedCallback(): void {
    super.connectedCallback();
    this.#themed.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    this.#dark.addEventListener('change', this.#redraw);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
    this.#themed.disconnect();
    this.#dark.removeEventListener('change', this.#redraw);
    this.#chart?.destroy();
    this.#chart = null;
    this.#width = 0;
  }

  protected override firstUpdated(): void {
    this.#resized.observe(this.plot);
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has('days') || !this.#chart) return;
    if (this.#chart.data[0].length === this.days.length) this.#chart.setData(this.#data());
    else this.#draw();
  }

  /** Stacked by hand: the whole bar first, and the lower parts drawn over it. */
  #data(): uPlot.AlignedData {
    return [
      this.days.map((_, index) => index),
      this.days.map(({ succeeded, failed, other }) => succeeded + failed + other),
      this.days.map(({ succeeded, failed }) => succeeded + failed),
      this.days.map(({ succeeded }) => succeeded),
    ];
  }

  #colour(name: string): string {
    const probe = this.renderRoot.querySelector(`.${name}`);
    return probe ? getComputedStyle(probe).color : 'currentColor';
  }

  #draw(): void {
    this.#chart?.destroy();
    if (this.#width === 0) return;
    const [axis, grid, background] = [this.#colour('axis'), this.#colour('grid'), this.#colour('background')];
    const bars = uPlot.paths.bars?.({ size: [0.7, BAR_PX] });
    const series = [...PARTS].reverse().map(([part]): uPlot.Series => {
      const fill = pattern(part, this.#colour(part), background);
      return { paths: bars, points: { show: false }, width: 0, fill: () => fill };
    });
    // Not `font` as a whole, which is empty where a browser cannot say it in one line, as with forced colours.
    const { fontFamily } = getComputedStyle(this);
    const common = { stroke: axis, font: `11px ${fontFamily}`, ticks: { show: false } };
    this.#chart = new uPlot(
      {
        width: this.#width,
        height: HEIGHT_PX,
        legend: { show: false },
        cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
        // A bar has room to either side of its day.
        scales: {
          x: { time: false, range: (_, from, to) => [from - 0.6, to + 0.6] },
          y: { range: (_, _from, to) => [0, Math.max(1, to * 1.05)] },
        },
        axes: [
          {
            ...common,
            size: 22,
            space: 56,
            grid: { show: false },
            incrs: [1, 2, 3, 5, 7, 10],
            values: (_, places) => places.map((place) => this.#dateAt(place)),
          },
          {
            ...common,
            size: 38,
            incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000],
            grid: { stroke: grid, width: 1 },
          },
        ],
        series: [{}, ...series],
        hooks: {
          setCursor: [
            ({ cursor }) => {
              this.shown = this.days[cursor.idx ?? -1] ?? null;
            },
          ],
        },
      },
      this.#data(),
      this.plot,
    );
  }

  #dateAt(place: number): string {
    const day = this.days[place];
    return day ? DATE.format(day.at) : '';
  }

  override render() {
    const whole = this.days.reduce(
      (sums, { succeeded, failed, other }) => ({
        succeeded: sums.succeeded + succeeded,
        failed: sums.failed + failed,
        other: sums.other + other,
      }),
      { succeeded: 0, failed: 0, other: 0 },
    );
    const now = this.shown ?? whole;
    return html`<div class="plot" aria-hidden="true"></div>
      <p class="says quiet" aria-hidden="true">
        <span>${this.shown ? DAY_NAMED.format(this.shown.at) : `${this.days.length} days`}:</span>
        ${PARTS.map(([part, words]) => html`<span><span class="swatch ${part}"></span>${now[part]} ${words}</span>`)}
      </p>
      <span class="axis"></span><span class="grid"></span><span class="background"></span>
      <div class="visually-hidden">
        <table>
          <caption>
            Runs per day, ${this.days.length} days: ${says(whole)}
          </caption>
          <thead>
            <tr>
              <th scope="col">Day</th>
              ${PARTS.map(([, words]) => html`<th scope="col">${words}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${this.days.map((day) => html`<tr><th scope="row">${DAY_NAMED.format(day.at)}</th>${PARTS.map(([part]) => html`<td>${day[part]}</td>`)}</tr>`)}
          </tbody>
        </table>
      </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'runs-chart': RunsChart;
  }
}
