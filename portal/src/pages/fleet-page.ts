// The fleet: what is going on, in tiles and a table that refresh by themselves and hold still under the pointer.
import { Task } from '@lit/task';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { MachinePage, MachineSummary, Overview } from '../../../schema/machine.ts';
import type { Membership } from '../../../schema/person.ts';
import * as api from '../api/tenant.ts';
import { Polling } from '../polling.ts';
import { go } from '../router.ts';
import { shared } from '../styles/shared.ts';
import '../elements/fleet-table.ts';
import '../elements/problem-note.ts';
import '../elements/relative-time.ts';

const REFRESH_MS = 5_000;
const PAGE_SIZE = 100;
type Fleet = { overview: Overview; first: MachinePage };

@customElement('fleet-page')
export class FleetPage extends LitElement {
  static override styles = [
    shared,
    css`
      .tiles {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr));
        gap: 0.75rem;
        margin: 1.25rem 0;
      }
      .tile {
        padding: 0.8rem 1rem;
      }
      .tile strong {
        display: block;
        font-size: 1.6rem;
        line-height: 1.2;
        font-variant-numeric: tabular-nums;
      }
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
  @state() private shown: MachineSummary[] = [];
  @state() private next: string | null = null;
  @state() private overview: Overview | null = null;
  @state() private refreshedAt: number | null = null;
  @state() private failure: unknown = null;
  @state() private waiting: MachineSummary[] | null = null;
  @state() private filter: api.FleetFilter = this.#filterOfUrl();
  #pointerInside = false;

  #load = new Task(this, {
    args: () => [this.membership.tenant, this.filter] as const,
    task: async ([tenant, filter]): Promise<Fleet> => {
      const [overview, first] = await Promise.all([
        api.overview(tenant),
        api.machines(tenant, filter, null, PAGE_SIZE),
      ]);
      return { overview, first };
    },
    onComplete: ({ overview, first }) => {
      this.overview = overview;
      this.shown = first.machines;
      this.next = first.next;
      this.refreshedAt = Date.now();
      this.failure = null;
    },
    onError: (error) => {
      this.failure = error;
    },
  });

  constructor() {
    super();
    new Polling(this, REFRESH_MS, () => this.#refresh());
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

  #filterOfUrl(): api.FleetFilter {
    const query = new URLSearchParams(location.search);
    return { sort: query.get('sort') === 'hostname' ? 'hostname' : 'started', status: query.get('status') ?? '' };
  }

  #setFilter(change: Partial<api.FleetFilter>): void {
    const next = { ...this.filter, ...change };
    const query = new URLSearchParams();
    if (next.sort !== 'started') query.set('sort', next.sort);
    if (next.status) query.set('status', next.status);
    go(`/t/${this.membership.tenant}${query.size > 0 ? `?${query}` : ''}`, true);
  }

  async #refresh(): Promise<void> {
    const { filter } = this;
    try {
      const { tenant } = this.membership;
      const [overview, first] = await Promise.all([
        api.overview(tenant),
        api.machines(tenant, filter, null, PAGE_SIZE),
      ]);
      if (filter !== this.filter) return;
      this.overview = overview;
      this.refreshedAt = Date.now();
      this.failure = null;
      const known = new Set(first.machines.map((machine) => machine.id));
      const whole = [...first.machines, ...this.shown.filter((machine) => !known.has(machine.id))];
      if (this.shown.length <= first.machines.length) this.next = first.next;
      if (this.#pointerInside && this.shown.length > 0) {
        // Rows hold still under the pointer: what is shown is renewed in place, new order waits.
        const fresh = new Map(first.machines.map((machine) => [machine.id, machine]));
        this.shown = this.shown.map((machine) => fresh.get(machine.id) ?? machine);
        this.waiting = whole;
      } else this.shown = whole;
    } catch (error) {
      this.failure = error;
    }
  }

  #pointer = (event: PointerEvent): void => {
    this.#pointerInside = event.type === 'pointerenter';
    if (this.#pointerInside || !this.waiting) return;
    this.shown = this.waiting;
    this.waiting = null;
  };

  async #more(): Promise<void> {
    try {
      const page = await api.machines(this.membership.tenant, this.filter, this.next, PAGE_SIZE);
      this.shown = [...this.shown, ...page.machines];
      this.next = page.next;
    } catch (error) {
      this.failure = error;
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

  #overview(overview: Overview) {
    return html`${overview.keyState === 'none' ? this.#setUpCard() : nothing}
      <div class="tiles">
        ${this.#tile('Machines', overview.machines)} ${this.#tile('Provisioning', overview.runs.running)}
        ${this.#tile('Succeeded', overview.runs.succeeded)} ${this.#tile('Failed', overview.runs.failed)}
        ${this.#tile('Need attention', overview.attention)} ${this.#tile('Secrets held', overview.secrets)}
      </div>
      <div class="row bar">
        <div class="row">
          <label
            >Status
            <select @change=${(event: Event) => this.#setFilter({ status: (event.target as HTMLSelectElement).value })}>
              ${[
                ['', 'All'],
                ['running', 'Provisioning'],
                ['succeeded', 'Succeeded'],
                ['failed', 'Failed'],
                ['abandoned', 'Abandoned'],
              ].map(
                ([value, words]) =>
                  html`<option value=${value ?? ''} ?selected=${this.filter.status === value}>${words}</option>`,
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
      </div>
      ${this.shown.length === 0 ? this.#empty(overview) : this.#table()}`;
  }

  #tile(words: string, count: number | undefined) {
    return html`<div class="card tile"><strong>${count ?? 0}</strong><span class="quiet">${words}</span></div>`;
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
    if (overview.machines > 0) return html`<div class="card"><p>No machine has this status.</p></div>`;
    return html`<div class="card stack">
      <h2>No machines yet</h2>
      <p>A machine appears here with its engine’s first report. Give the engine this API’s address and a machine token.</p>
    </div>`;
  }

  #table() {
    return html`<div class="card table" @pointerenter=${this.#pointer} @pointerleave=${this.#pointer}>
        <fleet-table .machines=${this.shown} .tenant=${this.membership.tenant}></fleet-table>
      </div>
      ${this.next ? html`<p class="more"><button @click=${() => void this.#more()}>Show more</button></p>` : nothing}`;
  }
}
