// A run's events, oldest first: filtered, searched, and followed to the newest while its reader is there. It shows what it is given.
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Mended, StoredEvent } from '../../../schema/report.ts';
import { shared } from '../ui/shared-styles.ts';
import { theirLines } from '../ui/theirs.ts';
import { dayOf, exactTime, phaseWords, timeOfDay } from '../ui/words.ts';
import { ALL_EVENTS, cutAtMatches, dataLines, type EventFilter, filtered, foundInData } from './event-filter.ts';
import { eventStyles } from './event-styles.ts';
import '../ui/problem-note.ts';

const LEVEL_WORDS = { error: 'Error: ', warning: 'Warning: ', info: '', debug: '' };
/** A line that stands for a lost event says so itself. */
const MENDED_WORDS: Record<Mended, string> = {
  at: 'time',
  level: 'level',
  phase: 'phase',
  message: 'message',
  data: 'details',
  lost: '',
};
/** Nearer to the end than this is at the end. */
const AT_END_PX = 24;

const marked = (text: string, sought: string) =>
  cutAtMatches(text, sought).map(([part, found]) => (found ? html`<mark>${part}</mark>` : part));

@customElement('event-list')
export class EventList extends LitElement {
  static override styles = [shared, eventStyles];
  /** Which run they are of: another one is read from its end. */
  @property() run = '';
  @property({ attribute: false }) events: readonly StoredEvent[] = [];
  /** From which seq on they are given; 1: from the first. */
  @property({ attribute: false }) from = 1;
  /** When those that were there were removed, as the settings say; null: none was. */
  @property({ attribute: false }) prunedAt: number | null = null;
  /** The run's phases, to choose among. */
  @property({ attribute: false }) phases: readonly string[] = [];
  @property({ attribute: false }) failure: unknown = null;
  @property({ attribute: false }) loading = false;
  /** Whether more may come by themselves. */
  @property({ attribute: false }) live = false;
  @state() private filter: EventFilter = ALL_EVENTS;
  @state() private following = true;
  /** The filter's result, announced once when it changes. */
  @state() private said = '';
  @query('ol') private list!: HTMLOListElement | null;
  @query('input') private search!: HTMLInputElement;
  /** The newest event that its reader has had before them. */
  #seenSeq = 0;
  #firstSeq = 0;
  #heightBefore = 0;

  /** Another width means another height: a reader who was at the end stays there. */
  #size = new ResizeObserver(() => this.#follow());

  override connectedCallback(): void {
    super.connectedCallback();
    this.#size.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#size.disconnect();
  }

  #follow(): void {
    if (this.list && this.following) this.list.scrollTop = this.list.scrollHeight;
  }

  /** Puts the cursor into the search field. */
  focusSearch(): void {
    this.search.focus();
    this.search.select();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('run')) this.following = true;
    if (!changed.has('events')) return;
    if (this.following) this.#seenSeq = this.events.at(-1)?.seq ?? 0;
    this.#heightBefore = this.list?.scrollHeight ?? 0;
  }

  /**
   * At the end it follows; anywhere else the text being read stays where it is, also when earlier events come in above
   * it.
   */
  override updated(changed: PropertyValues<this>): void {
    const { list } = this;
    const first = this.events[0]?.seq ?? 0;
    this.#follow();
    if (list && !this.following && changed.has('events') && first < this.#firstSeq)
      list.scrollTop += list.scrollHeight - this.#heightBefore;
    this.#firstSeq = first;
    // A filter may leave so few that there is nowhere to scroll to.
    if (list && !this.following && list.scrollHeight <= list.clientHeight) this.#scrolled();
  }

  #scrolled = (): void => {
    if (!this.list) return;
    const { scrollTop, scrollHeight, clientHeight } = this.list;
    this.following = scrollHeight - scrollTop - clientHeight < AT_END_PX;
    if (this.following) this.#seenSeq = this.events.at(-1)?.seq ?? 0;
  };

  /** Goes to the newest event, and follows from there. */
  jump = (): void => {
    this.following = true;
    this.#seenSeq = this.events.at(-1)?.seq ?? 0;
    this.requestUpdate();
    this.list?.focus();
  };

  #change(part: Partial<EventFilter>): void {
    this.filter = { ...this.filter, ...part };
    const found = filtered(this.events, this.filter).length;
    this.said = this.filter === ALL_EVENTS ? '' : found === 1 ? '1 event' : `${found} events`;
  }

  override render() {
    const { events, filter } = this;
    const shown = filtered(events, filter);
    const waiting = this.following ? 0 : shown.filter(({ seq }) => seq > this.#seenSeq).length;
    return html`<div class="card-head">
        <h2>Events</h2>
        ${this.live ? html`<span class="pill accent">Live</span>` : nothing}
        <span class="quiet number push">${shown.length === events.length ? events.length : `${shown.length} of ${events.length}`}</span>
      </div>
      ${this.#filters()}
      <span class="visually-hidden" role="status">${this.said}</span>
      ${events.length > 0 ? this.#pruned('Earlier events') : nothing}
      ${
        this.from > 1 && (events.length > 0 || this.prunedAt === null)
          ? html`<p class="quiet row">
              <span>${this.#partWords(events.length)}</span>
              <button class="small" @click=${() => this.dispatchEvent(new CustomEvent('earlier-wanted'))}>Read earlier ones</button>
            </p>`
          : nothing
      }
      <problem-note .error=${this.failure} retry @retry=${() => this.dispatchEvent(new CustomEvent('retry'))}></problem-note>
      ${shown.length === 0 ? this.#none() : this.#list(shown, waiting)}`;
  }

  #pruned(what: string) {
    return this.prunedAt === null
      ? nothing
      : html`<p class="quiet">${what} of this run were removed on ${dayOf(this.prunedAt)}, as the tenant’s settings say.</p>`;
  }

  #partWords(held: number): string {
    const words = `The latest ${held} events of this run`;
    return this.filter === ALL_EVENTS ? `${words}.` : `${words}; only these are filtered and searched.`;
  }

  #filters() {
    const chosen = (event: Event): string => (event.target as HTMLInputElement | HTMLSelectElement).value;
    return html`<div class="filters">
      <label>
        <span>Search</span>
        <input type="search" autocomplete="off" spellcheck="false" .value=${this.filter.text} @input=${(event: Event) => this.#change({ text: chosen(event) })} />
      </label>
      <label>
        <span>Level</span>
        <select @change=${(event: Event) => this.#change({ level: chosen(event) as StoredEvent['level'] })}>
          <option value="debug">All</option>
          <option value="info">Info and above</option>
          <option value="warning">Warnings and errors</option>
          <option value="error">Errors</option>
        </select>
      </label>
      <label>
        <span>Phase</span>
        <select @change=${(event: Event) => this.#change({ phase: chosen(event) })}>
          <option value="">All</option>
          ${this.phases.map((phase) => html`<option value=${phase} ?selected=${phase === this.filter.phase}>${phaseWords(phase)}</option>`)}
        </select>
      </label>
    </div>`;
  }

  /** A failure is said above; it is never an empty list. */
  #none() {
    if (this.failure) return nothing;
    if (this.loading) return html`<p class="quiet" role="status">Reading the events …</p>`;
    if (this.events.length === 0)
      return this.prunedAt === null ? html`<p class="quiet">No events yet.</p>` : this.#pruned('The events');
    return html`<p class="quiet">No event is like that.</p>
      <button
        @click=${() => {
          this.filter = ALL_EVENTS;
          this.said = '';
          for (const select of this.renderRoot.querySelectorAll('select')) select.selectedIndex = 0;
          this.search.focus();
        }}
      >
        Show all
      </button>`;
  }

  #list(shown: readonly StoredEvent[], waiting: number) {
    return html`<div class="frame">
      <ol tabindex="0" aria-label="Events" @scroll=${this.#scrolled}>
        ${repeat(
          shown,
          ({ seq }) => seq,
          (event) => this.#event(event),
        )}
      </ol>
      ${
        this.following
          ? nothing
          : html`<button class="jump primary" @click=${this.jump}>
              ${waiting === 0 ? 'Jump to the newest' : waiting === 1 ? '1 new event' : `${waiting} new events`}
              <span aria-hidden="true">↓</span>
            </button>`
      }
    </div>`;
  }

  #mended({ mended = [] }: StoredEvent) {
    const names = mended.map((one) => MENDED_WORDS[one]).filter(Boolean);
    return names.length > 0
      ? html`<p class="mended">Not as it was sent, but cleaned or cut: ${names.join(', ')}</p>`
      : nothing;
  }

  #event(event: StoredEvent) {
    const { text } = this.filter;
    const at = event.takenAt ?? event.at;
    return html`<li class=${event.level}>
      <time datetime=${new Date(at).toISOString()} title=${exactTime(at)}>${timeOfDay(at)}</time>
      <span class="phase">${event.phase ? phaseWords(event.phase) : ''}</span>
      <div class="message">
        <strong>${LEVEL_WORDS[event.level]}</strong><bdi class="text">${marked(theirLines(event.message), text)}</bdi>
        ${this.#mended(event)}
        ${event.takenAt === undefined ? nothing : html`<p class="mended">By the PC’s clock: ${exactTime(event.at)}</p>`}
        ${
          event.data && Object.keys(event.data).length > 0
            ? html`<details>
                <summary>${foundInData(event, text) ? html`<mark>Details</mark>` : 'Details'}</summary>
                <dl>
                  ${dataLines(event.data).map(([name, value]) => html`<dt><bdi>${marked(theirLines(name), text)}</bdi></dt><dd><bdi>${marked(theirLines(value), text)}</bdi></dd>`)}
                </dl>
              </details>`
            : nothing
        }
      </div>
    </li>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'event-list': EventList;
  }
}
