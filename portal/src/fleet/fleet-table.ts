// The fleet as a table of any length: only the rows near the screen are in the document; on a narrow one each is a card. Its row cursor
// is the focus: `j` and `k` move it. It shows what it is given and fetches nothing.
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Match } from '../../../schema/machine.ts';
import { Shortcuts } from '../core/shortcuts.ts';
import { placed, Windowing } from '../core/windowing.ts';
import { arrowDownIcon, chevronUpIcon } from '../ui/icons.ts';
import { shared } from '../ui/shared-styles.ts';
import { CHOOSABLE, type Choice, COLUMNS, type Column, type Sort } from './columns.ts';
import { fleetRow } from './fleet-row.ts';
import { rowStyles, tableStyles } from './row-styles.ts';
import type { FleetRows } from './rows.ts';
import { stepStyles } from './steps.ts';

/** Fired with the PCs that are selected from now on. */
export type SelectWanted = CustomEvent<ReadonlySet<string>>;
/** Fired with the order that a column's head stands for. */
export type SortWanted = CustomEvent<Sort>;
/** Fired with whether a pointer or the focus is at the rows. */
export type Attended = CustomEvent<boolean>;

const TICK_MS = 20_000;
/** The next page is fetched this many rows before the end. */
const MORE_BEFORE_ROWS = 30;

@customElement('fleet-table')
export class FleetTable extends LitElement {
  static override styles = [shared, rowStyles, tableStyles, stepStyles];
  @property({ attribute: false }) rows!: FleetRows;
  /** Counts what changed in `rows`: they are the same object. */
  @property({ attribute: false }) version = 0;
  /** How long the list is at its end; null where nobody knows. */
  @property({ attribute: false }) total: number | null = null;
  @property({ attribute: false }) found: ReadonlyMap<string, Match> | null = null;
  @property() q = '';
  @property() tenant = '';
  @property() sort: Sort = 'attention';
  @property({ attribute: false }) selected: ReadonlySet<string> = new Set();
  /** Which columns somebody wants, or does not want. */
  @property({ attribute: false }) choice: Choice = {};
  /** Moves on by ticks, and not with each change: every row would be drawn anew for it. */
  @state() private now = Date.now();
  /** The machine whose row has the cursor; `j` and `k` go on from it. */
  @property({ attribute: false }) cursor: string | null = null;
  @query('.body') private body!: HTMLElement | null;
  @query('.ruler') private ruler!: HTMLElement | null;
  @query('.head') private head!: HTMLElement | null;
  #timer: ReturnType<typeof setInterval> | undefined;
  #pointer = false;
  #focus = false;
  #drawing = false;
  #cursorIndex = 0;
  /** The machine whose row has the focus: it keeps its element, with which the focus would go. */
  #kept: string | null = null;

  #window = new Windowing(this, {
    length: () => this.rows.length,
    body: () => this.body,
    ruler: () => this.ruler,
  });

  constructor() {
    super();
    new Shortcuts(this, {
      j: { words: 'The next PC', press: () => this.#step(1) },
      k: { words: 'The PC before', press: () => this.#step(-1) },
      Enter: { words: 'Open the PC', press: () => this.#link()?.click() },
      x: { words: 'Select the PC', press: () => this.#select(this.cursor) },
      Home: { words: 'The first PC', press: () => void this.#moveTo(0) },
      End: { words: 'The last PC that has been fetched', press: () => void this.#moveTo(this.rows.length - 1) },
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => {
      this.now = Date.now();
    }, TICK_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
    // When a row is removed, pointer and focus leave it without an event.
    this.#pointer = this.#focus = false;
    this.#keep(null);
    this.#attend();
  }

  /** Up to which row the reader sees, and a few more. */
  get seen(): number {
    return this.#window.end;
  }

  /** Puts the cursor on the first row, as from the search field. */
  focusFirst(): void {
    void this.#moveTo(0);
  }

  /** Goes to the row with the cursor, wherever it is now; without one, to the first that is seen. */
  focusCursor(): void {
    this.#step(0);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    this.#drawing = true;
    if (changed.has('rows')) this.now = Date.now();
    if (this.cursor === null) return;
    const index = this.rows.indexOf(this.cursor);
    if (index >= 0) this.#cursorIndex = index;
    // Its row has gone: the one in its place takes over.
    else this.cursor = this.rows.at(Math.min(this.#cursorIndex, this.rows.length - 1))?.id ?? null;
  }

  protected override updated(): void {
    this.#drawing = false;
    if (this.#focus && !this.#focusIsInside()) {
      // Its row went with this render, and the focus with it.
      this.#focus = this.#link() !== null;
      if (this.#focus) this.#link()?.focus({ preventScroll: true });
      else {
        this.#keep(null);
        this.#attend();
      }
    }
    if (this.rows.next !== null && this.#window.end >= this.rows.length - MORE_BEFORE_ROWS)
      this.dispatchEvent(new CustomEvent('more-wanted'));
  }

  #keep(id: string | null): void {
    this.#kept = id;
    this.#window.pin(id === null ? null : this.rows.indexOf(id));
  }

  #focusIsInside(): boolean {
    return this.body?.contains((this.renderRoot as ShadowRoot).activeElement) ?? false;
  }

  #link(): HTMLAnchorElement | null {
    return this.renderRoot.querySelector<HTMLAnchorElement>('.cursor .name');
  }

  #step(by: number): void {
    // From where the reader is, if there is no cursor yet.
    void this.#moveTo(this.cursor === null ? this.#firstSeen() : this.#cursorIndex + by);
  }

  /** What the bar and the head cover while they stick; on a narrow screen the head is not seen. */
  #covered(): number {
    if (!this.head) return 0;
    const { position, top } = getComputedStyle(this.head);
    return position === 'sticky' ? this.head.offsetHeight + (Number.parseFloat(top) || 0) : 0;
  }

  /** `id` in or out of the selection. */
  #select(id: string | null): void {
    if (id === null) return;
    const selected = new Set(this.selected);
    if (!selected.delete(id)) selected.add(id);
    this.#tell('select-wanted', selected);
  }

  /** All that have been fetched, or none. */
  #selectAll = (event: Event): void => {
    const all = (event.target as HTMLInputElement).checked;
    const ids = Array.from({ length: all ? this.rows.length : 0 }, (_, index) => this.rows.at(index)?.id);
    this.#tell('select-wanted', new Set(ids.filter((id) => id !== undefined)));
  };

  #tell(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  #changed = (event: Event): void => {
    const box = event.target as Element;
    this.#select(box.closest<HTMLElement>('[data-machine]')?.dataset.machine ?? null);
  };

  /** The first row of which more than half is seen. */
  #firstSeen(): number {
    const top = this.body?.getBoundingClientRect().top ?? 0;
    return Math.max(0, Math.round((this.#covered() - top) / this.#window.rowHeight));
  }

  async #moveTo(index: number): Promise<void> {
    const machine = this.rows.at(Math.max(0, Math.min(index, this.rows.length - 1)));
    if (!machine) return;
    this.cursor = machine.id;
    this.#cursorIndex = this.rows.indexOf(machine.id);
    this.#window.bringIntoView(this.#cursorIndex, this.#covered());
    await this.updateComplete;
    this.#link()?.focus({ preventScroll: true });
  }

  #attend(): void {
    this.dispatchEvent(new CustomEvent('attended', { detail: this.#pointer || this.#focus }));
  }

  #pointed = (event: PointerEvent): void => {
    // A finger lifts off without an event that says it has left.
    this.#pointer = event.type === 'pointerenter' && event.pointerType !== 'touch';
    this.#attend();
  };

  #focused = (event: FocusEvent): void => {
    // From row to row the focus stays inside; and a render gives back what it takes away.
    if (event.type === 'focusout' && (this.#drawing || this.body?.contains(event.relatedTarget as Node | null))) return;
    this.#focus = event.type === 'focusin';
    const row = this.#focus && (event.target as Element).closest<HTMLElement>('[data-machine]');
    const id = row ? row.dataset.machine : undefined;
    if (!this.#focus) this.#keep(null);
    else if (id !== undefined) {
      this.#keep(id);
      this.cursor = id;
    }
    this.#attend();
  };

  override render() {
    return html`<div
      role="table"
      class="table ${this.#columns()}"
      aria-label="PCs"
      aria-rowcount=${this.total === null ? -1 : this.total + 1}
      aria-colcount=${COLUMNS.length + 1}
    >
      <div role="rowgroup" class="head">
        <div role="row" class="line" aria-rowindex="1">
          <div role="columnheader" class="pick">
            <input
              type="checkbox"
              aria-label="Select all that are shown"
              .checked=${this.selected.size > 0 && this.selected.size >= this.rows.length}
              .indeterminate=${this.selected.size > 0 && this.selected.size < this.rows.length}
              @change=${this.#selectAll}
            />
          </div>
          ${COLUMNS.map((column) => this.#columnHead(column))}
        </div>
      </div>
      <div
        role="rowgroup"
        class="body"
        @pointerenter=${this.#pointed}
        @pointerleave=${this.#pointed}
        @focusin=${this.#focused}
        @focusout=${this.#focused}
        @change=${this.#changed}
      >
        ${repeat(
          this.#window.drawn(this.#kept === null ? null : this.rows.indexOf(this.#kept)),
          ({ element }) => element,
          ({ row }) => this.#row(row),
        )}
        <div class="line ruler" role="presentation"></div>
      </div>
    </div>`;
  }

  /** What was found always says whose it is, and by what it was found. */
  #columns(): string {
    return CHOOSABLE.flatMap(({ part }) => {
      const wanted = this.choice[part];
      if (wanted === undefined) return [];
      if (wanted) return [`with-${part}`];
      return this.found ? [] : [`no-${part}`];
    }).join(' ');
  }

  /** What was found is in no order, and says in its last column by what it was found. */
  #columnHead(column: Column) {
    const { words, part } = column;
    const found = this.found !== null;
    if (found && part === 'attention') return html`<div role="columnheader" class=${part}>Found by</div>`;
    if (!('sort' in column) || found) return html`<div role="columnheader" class=${part}>${words}</div>`;
    const { sort, order } = column;
    const here = sort === this.sort;
    return html`<div role="columnheader" class=${part} aria-sort=${here ? order : 'none'}>
      <button @click=${() => this.#tell('sort-wanted', sort)}>${words}${here ? (order === 'ascending' ? chevronUpIcon : arrowDownIcon) : nothing}</button>
    </div>`;
  }

  #row(index: number) {
    const machine = this.rows.at(index);
    if (!machine) return nothing;
    const { id } = machine;
    const { tenant, now, q } = this;
    const match = this.found?.get(id);
    const selected = this.selected.has(id);
    return html`<div
      role="row"
      class="line ${id === this.cursor ? 'cursor' : ''} ${selected ? 'selected' : ''}"
      aria-rowindex=${index + 2}
      data-machine=${id}
      ${placed(index * this.#window.rowHeight)}
    >
      ${guard([machine, now, q, match, selected], () => fleetRow(machine, `status-${id}`, { tenant, now, q, match, selected }))}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'fleet-table': FleetTable;
  }
}
