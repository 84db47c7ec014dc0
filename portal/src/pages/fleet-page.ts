// The fleet: what is going on, in tiles and a table that refresh by themselves and hold still under the pointer.
import { Task } from '@lit/task';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Overview } from '../../../schema/machine.ts';
import type { Membership } from '../../../schema/person.ts';
import * as api from '../api/tenant.ts';
import { type Rows, renewed, withPage, wouldMove } from '../fleet-rows.ts';
import { Polling } from '../polling.ts';
import { go } from '../router.ts';
import { shared } from '../styles/shared.ts';
import '../elements/fleet-table.ts';
import '../elements/fleet-tiles.ts';
import '../elements/problem-note.ts';
import '../elements/relative-time.ts';

const REFRESH_MS = 5_000;
const PAGE_SIZE = 100;
/** A refresh reads again what is shown, so that no row outlives its place in the list; in pages as large as the API gives. */
const REFRESH_PAGE_SIZE = 200;
const STATUSES = ['running', 'succeeded', 'failed', 'abandoned', 'stalled'] as const;
const isStatus = (text: string): text is (typeof STATUSES)[number] => STATUSES.some((status) => status === text);
const ARCHIVED = 'archived';
const NO_ROWS: Rows = { machines: [], next: null };
type Fleet = { overview: Overview; rows: Rows };

@customElement('fleet-page')
export class FleetPage extends LitElement {
  static override styles = [
    shared,
    css`
      .bar {
        justify-content: space-between;
        margin-bottom: 0.75rem;
      }
      .bar label {
        display: flex;
        align-items: center;
        gap: 0.4rem;
        margin: 0;
        font-weight: 400;
      }
      select {
        width: auto;
      }
      /* Keeps its room, so that nothing jumps when it comes. */
      .away {
        visibility: hidden;
      }
      .busy {
        opacity: 0.55;
        pointer-events: none;
      }
      .table {
        padding: 0.25rem;
      }
      .more {
        text-align: center;
        margin: 1rem 0;
      }
      .set-up {
        border-color: var(--accent);
        margin: 1.25rem 0;
      }
    `,
  ];

  @property({ attribute: false }) membership!: Membership;
  @state() private rows: Rows = NO_ROWS;
  /** What came while the pointer was over the rows. */
  @state() private waiting: Rows | null = null;
  /** The list that `rows` belongs to: another filter's rows are never shown under this one's. */
  @state() private rowsOf = '';
  @state() private overview: Overview | null = null;
  @state() private refreshedAt: number | null = null;
  @state() private failure: unknown = null;
  @state() private filter: api.FleetFilter = this.#filterOfUrl();
  #pointerInside = false;
  /** Counts what changes the list, so that an answer to an older question is dropped. */
  #turn = 0;
  #addingPage = false;

  #load = new Task(this, {
    args: () => [this.membership.tenant, this.filter] as const,
    task: async () => {
      if (this.overview?.tenant !== this.membership.tenant) this.overview = null;
      await this.#refresh(false);
    },
  });

  constructor() {
    super();
    new Polling(this, REFRESH_MS, async () => {
      if (!this.#addingPage) await this.#refresh(true);
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('popstate', this.#moved);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('popstate', this.#moved);
  }

  #moved = (): void => {
    this.filter = this.#filterOfUrl();
  };

  get #listKey(): string {
    return JSON.stringify([this.membership.tenant, this.filter]);
  }

  #filterOfUrl(): api.FleetFilter {
    const query = new URLSearchParams(location.search);
    const status = query.get('status') ?? '';
    return {
      sort: query.get('sort') === 'hostname' ? 'hostname' : 'started',
      ...(isStatus(status) ? { status } : {}),
      shelf: query.get('shelf') === 'archived' ? 'archived' : 'fleet',
    };
  }

  #setFilter(change: Partial<api.FleetFilter>): void {
    const next = { ...this.filter, ...change };
    const query = new URLSearchParams();
    if (next.sort !== 'started') query.set('sort', next.sort);
    if (next.status) query.set('status', next.status);
    if (next.shelf !== 'fleet') query.set('shelf', next.shelf);
    go(`/t/${this.membership.tenant}${query.size > 0 ? `?${query}` : ''}`, true);
  }

  /** Reads as many rows as are shown. `still` keeps them where they are under a pointer. */
  async #refresh(still: boolean): Promise<void> {
    const turn = ++this.#turn;
    const key = this.#listKey;
    const same = this.rowsOf === key;
    try {
      const [overview, rows] = await Promise.all([
        api.overview(this.membership.tenant),
        this.#read(same ? this.rows.machines.length : 0),
      ]);
      if (turn !== this.#turn) return;
      this.#take({ overview, rows }, key, still && same && this.#pointerInside && this.rows.machines.length > 0);
    } catch (error) {
      if (turn === this.#turn) this.failure = error;
    }
  }

  async #read(count: number): Promise<Rows> {
    const { tenant } = this.membership;
    const { filter } = this;
    const limit = count > PAGE_SIZE ? REFRESH_PAGE_SIZE : PAGE_SIZE;
    let rows: Rows = await api.machines(tenant, filter, null, limit);
    while (rows.next !== null && rows.machines.length < count)
      rows = withPage(rows, await api.machines(tenant, filter, rows.next, limit));
    return rows;
  }

  #take({ overview, rows }: Fleet, key: string, still: boolean): void {
    this.overview = overview;
    this.refreshedAt = Date.now();
    this.failure = null;
    this.rowsOf = key;
    if (still && wouldMove(this.rows.machines, rows.machines)) {
      this.waiting = rows;
      this.rows = { ...this.rows, machines: renewed(this.rows.machines, rows.machines) };
    } else {
      this.waiting = null;
      this.rows = rows;
    }
  }

  #pointer = (event: PointerEvent): void => {
    // A finger lifts off without a word that it has left.
    this.#pointerInside = event.type === 'pointerenter' && event.pointerType !== 'touch';
    if (!this.#pointerInside) this.#letIn();
  };

  #letIn = (): void => {
    if (this.waiting) this.rows = this.waiting;
    this.waiting = null;
  };

  async #more(): Promise<void> {
    this.#letIn();
    this.#addingPage = true;
    const turn = ++this.#turn;
    try {
      const page = await api.machines(this.membership.tenant, this.filter, this.rows.next, PAGE_SIZE);
      if (turn === this.#turn) this.rows = withPage(this.rows, page);
    } catch (error) {
      if (turn === this.#turn) this.failure = error;
    } finally {
      this.#addingPage = false;
    }
  }

  override render() {
    const { overview } = this;
    return html`<div class="row bar">
        <h1>Fleet</h1>
        <span class="quiet" role="status"
          >${this.refreshedAt === null ? nothing : html`Updated <relative-time .at=${this.refreshedAt}></relative-time>`}</span
        >
      </div>
      <problem-note .error=${this.failure} retry @retry=${() => void this.#load.run()}></problem-note>
      ${overview ? this.#overview(overview) : nothing}
      ${
        overview === null && this.failure === null
          ? html`<p role="status">Loading the fleet …</p><progress aria-label="Loading"></progress>`
          : nothing
      }`;
  }

  /** Archived is a shelf of its own to the API, and to people one more thing that a machine can be. */
  #chooseStatus = (event: Event): void => {
    const { value } = event.target as HTMLSelectElement;
    this.#setFilter(
      value === ARCHIVED
        ? { status: undefined, shelf: 'archived' }
        : { status: isStatus(value) ? value : undefined, shelf: 'fleet' },
    );
  };

  #overview(overview: Overview) {
    const shown = this.filter.shelf === 'archived' ? ARCHIVED : (this.filter.status ?? '');
    return html`${overview.keyState === 'none' ? this.#setUpCard() : nothing}
      <fleet-tiles .overview=${overview}></fleet-tiles>
      <div class="row bar">
        <div class="row">
          <label
            >Status
            <select @change=${this.#chooseStatus}>
              ${[
                ['', 'All'],
                ['running', 'Provisioning'],
                ['succeeded', 'Succeeded'],
                ['failed', 'Failed'],
                ['abandoned', 'Abandoned'],
                [ARCHIVED, 'Archived'],
              ].map(
                ([value, words]) => html`<option value=${value ?? ''} ?selected=${shown === value}>${words}</option>`,
              )}
            </select></label
          >
          <label
            >Sort by
            <select
              @change=${(event: Event) =>
                this.#setFilter({ sort: (event.target as HTMLSelectElement).value as api.FleetFilter['sort'] })}
            >
              <option value="started" ?selected=${this.filter.sort === 'started'}>Latest run</option>
              <option value="hostname" ?selected=${this.filter.sort === 'hostname'}>Name</option>
            </select></label
          >
        </div>
        <div class="row">
          <button class=${this.waiting ? '' : 'away'} @click=${this.#letIn}>Show the new order</button>
          ${
            this.membership.role === 'auditor'
              ? nothing
              : html`<a href="/t/${this.membership.tenant}/upload">Upload a spool file</a>`
          }
        </div>
      </div>
      ${this.rowsOf === this.#listKey ? this.#list(overview) : this.#pending()}`;
  }

  #setUpCard() {
    const admin = this.membership.role === 'admin';
    return html`<section class="card set-up stack">
      <h2>${admin ? 'Start with the first-time set-up' : 'Waiting for the first-time set-up'}</h2>
      <p>
        ${
          admin
            ? 'It makes the keys of this tenant in your browser. Until then engines can report, but have nothing to seal secrets to.'
            : 'An admin has to make the keys of this tenant first. Until then engines can report, but not hand over secrets.'
        }
      </p>
      ${admin ? html`<a class="button primary" href="/t/${this.membership.tenant}/set-up">First-time set-up</a>` : nothing}
    </section>`;
  }

  #empty(overview: Overview) {
    if (this.filter.shelf === 'archived') return html`<div class="card"><p>No machine is archived.</p></div>`;
    if (overview.machines > 0) return html`<div class="card"><p>No machine has this status.</p></div>`;
    if (overview.archived > 0) return html`<div class="card"><p>Every machine is archived.</p></div>`;
    return html`<div class="card stack">
      <h2>No machines yet</h2>
      <p>A machine appears here with its engine’s first report. Give the engine this API’s address and a machine token.</p>
    </div>`;
  }

  #list(overview: Overview) {
    if (this.rows.machines.length > 0) return this.#table();
    this.#pointerInside = false;
    return this.#empty(overview);
  }

  /** The rows before stay, dimmed, while another list is on its way; if it does not come they go: they are not its rows. */
  #pending() {
    if (this.failure !== null) return nothing;
    return html`<div class="busy" aria-busy="true">${this.rows.machines.length > 0 ? this.#table() : nothing}</div>`;
  }

  #table() {
    return html`<div class="card table" @pointerenter=${this.#pointer} @pointerleave=${this.#pointer}>
        <fleet-table .machines=${this.rows.machines} .tenant=${this.membership.tenant}></fleet-table>
      </div>
      ${this.rows.next ? html`<p class="more"><button @click=${() => void this.#more()}>Show more</button></p>` : nothing}`;
  }
}
