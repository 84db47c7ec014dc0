// A run as a table whose middle column is drawn: a bar a phase on one axis of time. The words beside it say what is
// drawn.

import { html, LitElement, nothing, type PropertyValues, svg, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { DAY_MS } from '../../../schema/facts/days.ts';
import type { Phase, Run } from '../../../schema/machine.ts';
import { checkIcon, circleDashedIcon, loaderCircleIcon, minusIcon, xIcon } from '../ui/icons.ts';
import { shared } from '../ui/shared-styles.ts';
import { dateTime, duration, exactTime, phaseWords, shortTime, timeOfDay } from '../ui/words.ts';
import { type Bar, type Starts, type Timeline, timelineOf } from './timeline.ts';
import { timelineStyles } from './timeline-styles.ts';

const TICK_MS = 1_000;
/** So much room a label on the axis needs, with its date. */
const LABEL_PX = 96;
const TICKS_MAX = 6;

const STATES: Record<Phase['state'], [TemplateResult, string]> = {
  pending: [circleDashedIcon, 'Not begun'],
  running: [loaderCircleIcon, 'Running'],
  succeeded: [checkIcon, 'Done'],
  failed: [xIcon, 'Failed'],
  skipped: [minusIcon, 'Skipped'],
};
const MINUTES_MS = 6 * 60_000;

/** As exact as the length of the axis requires. */
const axisTime = ({ from, to }: Timeline): ((at: number) => string) =>
  to - from < MINUTES_MS ? timeOfDay : to - from < DAY_MS ? shortTime : dateTime;
const percent = (value: number): string => `${value.toFixed(3)}%`;

@customElement('run-timeline')
export class RunTimeline extends LitElement {
  static override styles = [shared, timelineStyles];
  @property({ attribute: false }) run: Run | null = null;
  /** If the run is stalled: the instant since which nothing has been heard of it, ms since the epoch. */
  @property({ attribute: false }) silentSince: number | null = null;
  /** When its phases were started, as far as the events that are here say. */
  @property({ attribute: false }) starts: Starts = new Map();
  /** How wide the axis is drawn, in px. */
  @state() private axis = TICKS_MAX * LABEL_PX;
  #timer: ReturnType<typeof setInterval> | undefined;
  #size = new ResizeObserver(() => {
    this.axis = this.renderRoot.querySelector('.axis')?.getBoundingClientRect().width || this.axis;
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.#size.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#size.disconnect();
  }

  /** A running phase grows while the reader watches. */
  override updated(changed: PropertyValues<this>): void {
    if (!changed.has('run')) return;
    clearInterval(this.#timer);
    if (this.run?.status === 'running')
      this.#timer = setInterval(() => {
        if (!document.hidden) this.requestUpdate();
      }, TICK_MS);
  }

  override render() {
    const { run } = this;
    if (!run) return nothing;
    const timeline = timelineOf(run, Date.now(), this.silentSince, this.starts, this.#ticks);
    const time = axisTime(timeline);
    return html`<table>
        <caption class="visually-hidden">
          Phases from ${exactTime(timeline.from)} to ${exactTime(timeline.to)}
        </caption>
        <thead>
          <tr>
            <th scope="col"><span class="visually-hidden">Phase</span></th>
            <th scope="col" class="drawn" aria-hidden="true">${this.#axis(timeline, time)}</th>
            <th scope="col" class="state"><span class="visually-hidden">State</span></th>
          </tr>
        </thead>
        <tbody>
          ${timeline.bars.map((bar) => this.#row(bar, timeline, run))}
        </tbody>
      </table>
      ${
        timeline.reboots.length > 0
          ? html`<p class="quiet below">
              <span aria-hidden="true">↻</span> Restarted at ${timeline.reboots.map(({ at }, index) => html`${index > 0 ? ', ' : ''}<time datetime=${new Date(at).toISOString()} title=${exactTime(at)}>${time(at)}</time>`)}${
                run.reboots > timeline.reboots.length
                  ? `, and ${run.reboots - timeline.reboots.length} times more`
                  : nothing
              }
            </p>`
          : nothing
      }
      ${
        timeline.silence && this.silentSince !== null
          ? html`<p class="quiet below">Nothing has been heard of it since ${exactTime(this.silentSince)}.</p>`
          : nothing
      }`;
  }

  /** No more than have room beside each other. */
  get #ticks(): number {
    return Math.max(1, Math.min(TICKS_MAX, Math.floor(this.axis / LABEL_PX)));
  }

  /** Nearer to an end than half a label, it is drawn from there. */
  #anchor(left: number): 'start' | 'middle' | 'end' {
    const edge = (50 * LABEL_PX) / this.axis;
    return left < edge ? 'start' : left > 100 - edge ? 'end' : 'middle';
  }

  #axis({ ticks, reboots }: Timeline, time: (at: number) => string) {
    return html`<svg class="axis">
      ${ticks.map(({ at, left }) => svg`<text x=${percent(left)} y="12" text-anchor=${this.#anchor(left)}>${time(at)}</text>`)}
      ${reboots.map(({ at, left }) => svg`<text class="glyph" x=${percent(left)} y="28" text-anchor="middle">↻<title>Restarted ${exactTime(at)}</title></text>`)}
    </svg>`;
  }

  #row({ phase, span, durationMs, retries }: Bar, { ticks, reboots, silence }: Timeline, run: Run) {
    const [mark, words] = STATES[phase.state];
    const left = phase.state === 'running' && run.status !== 'running';
    const retry = phase.tries > 1;
    // Its mark says it, and to most readers how long it took is what there is to say.
    const usual = phase.state === 'succeeded' && durationMs !== null;
    return html`<tr class=${left ? 'skipped' : phase.state}>
      <th scope="row"><span class="mark">${left ? minusIcon : mark}</span>${phaseWords(phase.name)}</th>
      <td class="drawn" aria-hidden="true">
        <svg>
          ${ticks.map((tick) => svg`<line class="tick" x1=${percent(tick.left)} x2=${percent(tick.left)} y1="-4" y2="24" />`)}
          ${
            span && durationMs !== null
              ? svg`<rect class="bar" x=${percent(span.left)} width=${percent(span.width)} y="4" height="12" rx="3">
                  <title>${phaseWords(phase.name)}: ${duration(durationMs)}</title>
                </rect>
                ${phase.state === 'failed' ? svg`<text class="cross" x=${percent(span.left + span.width / 2)} y="14" text-anchor="middle">✕</text>` : nothing}
                ${phase.state === 'running' && silence ? svg`<rect class="silence" x=${percent(silence.left)} width=${percent(silence.width)} y="4" height="12" rx="3" />` : nothing}
                ${retries.map((at) => svg`<line class="retry" x1=${percent(at)} x2=${percent(at)} y1="2" y2="18" />`)}`
              : nothing
          }
          ${reboots.map(({ at, left }) => svg`<line class="reboot" x1=${percent(left)} x2=${percent(left)} y1="-4" y2="24"><title>Restarted ${exactTime(at)}</title></line>`)}
        </svg>
      </td>
      <td class="state">
        <span class=${usual ? 'visually-hidden' : ''}>${left ? 'Not finished' : words}${durationMs === null ? nothing : ', '}</span>${durationMs === null ? nothing : duration(durationMs)}${
          phase.startedAt === null
            ? nothing
            : html`<span class="visually-hidden">, began ${exactTime(phase.startedAt)}</span>`
        }
        ${retry ? html`<span class="pill warn">${phase.tries} tries</span>` : nothing}
      </td>
    </tr>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'run-timeline': RunTimeline;
  }
}
