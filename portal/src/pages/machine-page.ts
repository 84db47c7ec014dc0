// One machine: who it is, its run with phases and events, its secrets, and what people do with them.
import { Task } from '@lit/task';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Machine, Run } from '../../../schema/machine.ts';
import type { Membership } from '../../../schema/person.ts';
import type { StoredEvent } from '../../../schema/report.ts';
import type { Secret } from '../../../schema/secret.ts';
import { Adding } from '../adding.ts';
import { shelve } from '../api/by-hand.ts';
import * as api from '../api/tenant.ts';
import type { ShelfWanted } from '../elements/machine-identity.ts';
import type { RevealWanted } from '../elements/secret-list.ts';
import { Merging } from '../merging.ts';
import { Polling } from '../polling.ts';
import { Revealing } from '../revealing.ts';
import { shared } from '../styles/shared.ts';
import { ATTENTION_WORDS, exactTime, shortId } from '../words.ts';
import '../elements/event-list.ts';
import '../elements/machine-identity.ts';
import '../elements/phase-list.ts';
import '../elements/problem-note.ts';
import '../elements/relative-time.ts';
import '../elements/run-status.ts';
import '../elements/secret-list.ts';
import '../elements/shelf-note.ts';

const REFRESH_MS = 4_000;
/** A run writes some hundreds of events; a page that holds more would only be slow. The latest are kept. */
const EVENTS_MAX = 5_000;

type Loaded = { machine: Machine; runs: Run[]; secrets: Secret[] };

@customElement('machine-page')
export class MachinePage extends LitElement {
  static override styles = [
    shared,
    css`
      .columns {
        display: grid;
        grid-template-columns: minmax(0, 1.15fr) minmax(0, 1fr);
        gap: 1rem;
        margin-top: 1.25rem;
        align-items: start;
      }
      .wide {
        grid-column: 1 / -1;
      }
      @media (max-width: 60rem) {
        .columns {
          grid-template-columns: minmax(0, 1fr);
        }
      }
      .crumb {
        margin-bottom: 0.5rem;
      }
      .attention {
        margin-top: 1rem;
      }
      problem-note {
        display: block;
      }
      .head {
        justify-content: space-between;
        margin-bottom: 0.5rem;
      }
      .head h2 {
        margin: 0;
      }
    `,
  ];

  @property({ attribute: false }) membership!: Membership;
  @property() email = '';
  @property() machine = '';
  @state() private loaded: Loaded | null = null;
  @state() private failure: unknown = null;
  @state() private events: StoredEvent[] = [];
  @state() private chosenRun: string | null = null;
  /** Why the last act on the entry did not go, and what the last one that did was. */
  @state() private refusal: unknown = null;
  @state() private said = '';
  @state() private acting = false;
  #eventsOf: string | null = null;
  #eventsTurn = 0;
  #revealing = new Revealing(
    this,
    () => this.#tenant,
    () => void this.#refresh(),
  );
  #merging = new Merging(this, () => void this.#refresh());
  #adding = new Adding(
    this,
    () => ({ tenant: this.#tenant, machine: this.machine, email: this.email }),
    (words) => {
      this.said = words;
      void this.#refresh();
    },
  );

  #load = new Task(this, {
    args: () => [this.membership.tenant, this.machine] as const,
    task: async () => {
      if (this.loaded?.machine.id !== this.machine) this.#forget();
      await this.#refresh();
    },
  });

  constructor() {
    super();
    new Polling(this, REFRESH_MS, () => this.#refresh());
  }

  get #tenant(): string {
    return this.membership.tenant;
  }

  /** Another machine: nothing of the one before may stay under its name. */
  #forget(): void {
    this.loaded = null;
    this.failure = null;
    this.chosenRun = null;
    this.events = [];
    this.#eventsOf = null;
    this.refusal = null;
    this.said = '';
    this.#merging.forget();
    this.#revealing.forget();
    this.#adding.forget();
  }

  get #mayAct(): boolean {
    return this.membership.role !== 'auditor';
  }

  async #refresh(): Promise<void> {
    const wanted = this.machine;
    try {
      const [machine, { runs }, { secrets }] = await Promise.all([
        api.machine(this.#tenant, this.machine),
        api.runs(this.#tenant, this.machine),
        api.secrets(this.#tenant, this.machine),
      ]);
      if (this.machine !== wanted) return;
      this.loaded = { machine, runs, secrets };
      this.failure = null;
      await this.#refreshEvents();
    } catch (error) {
      if (this.machine === wanted) this.failure = error;
    }
  }

  get #run(): Run | null {
    return this.loaded?.runs.find((run) => run.id === this.chosenRun) ?? this.loaded?.runs[0] ?? null;
  }

  /** Reads what is new. Where two are under way the later one goes on alone, or each event would come twice. */
  async #refreshEvents(): Promise<void> {
    const run = this.#run;
    if (!run) return;
    const turn = ++this.#eventsTurn;
    if (this.#eventsOf !== run.id) {
      this.#eventsOf = run.id;
      this.events = [];
    }
    let after: number | null = this.events.at(-1)?.seq ?? Math.max(0, run.nextSeq - 1 - EVENTS_MAX);
    while (after !== null) {
      const page = await api.events(this.#tenant, run.id, after);
      if (this.#eventsTurn !== turn || this.#eventsOf !== run.id) return;
      if (page.events.length > 0) this.events = [...this.events, ...page.events].slice(-EVENTS_MAX);
      after = page.next;
    }
  }

  #askReveal = (event: RevealWanted): void => this.#revealing.ask(event.detail);

  /** Archives the entry, brings it back or undoes a merge; what came of it is read anew. */
  #shelf = async (event: ShelfWanted): Promise<void> => {
    const { act, machine } = event.detail;
    this.acting = true;
    this.said = '';
    this.refusal = await shelve(this.#tenant, machine, act).then(
      () => null,
      (error) => error,
    );
    this.acting = false;
    await this.#refresh();
  };

  override render() {
    const { loaded } = this;
    return html`<p class="crumb"><a href="/t/${this.#tenant}">Fleet</a></p>
      ${loaded ? this.#page(loaded) : nothing}
      <problem-note .error=${this.failure} retry @retry=${() => void this.#load.run()}></problem-note>
      ${
        !loaded && !this.failure
          ? html`<p role="status">Loading the machine …</p><progress aria-label="Loading"></progress>`
          : nothing
      }
      ${this.#revealing.render(this.#name)} ${this.#adding.render(this.#name)}
      ${this.#merging.render()}`;
  }

  get #name(): string {
    return this.loaded?.machine.hostname ?? shortId(this.machine);
  }

  #page({ machine, runs, secrets }: Loaded) {
    const run = this.#run;
    return html`<div class="row">
        <h1>${machine.hostname ?? shortId(machine.id)}</h1>
        <run-status .run=${machine.run}></run-status>
      </div>
      ${
        machine.attention.length > 0
          ? html`<div class="note warn attention">${machine.attention.map((one) => html`<div>${ATTENTION_WORDS[one]}</div>`)}</div>`
          : nothing
      }
      <shelf-note
        .machine=${machine}
        tenant=${this.#tenant}
        .acting=${this.#mayAct}
        .busy=${this.acting}
        @shelf-wanted=${this.#shelf}
      ></shelf-note>
      ${this.said ? html`<p class="note good attention" role="status">${this.said}</p>` : nothing}
      <problem-note class="attention" .error=${this.refusal}></problem-note>
      <div class="columns">
        <section class="card">
          <div class="row head">
            <h2>Secrets</h2>
            ${this.#mayAct ? html`<button @click=${() => this.#adding.start()}>Add a secret</button>` : nothing}
          </div>
          <secret-list
            .secrets=${secrets}
            .memberRole=${this.membership.role}
            machine=${machine.id}
            @reveal-wanted=${this.#askReveal}
          ></secret-list>
        </section>
        <section class="card">
          <machine-identity
            .machine=${machine}
            tenant=${this.#tenant}
            .acting=${this.#mayAct}
            .busy=${this.acting}
            @shelf-wanted=${this.#shelf}
            @merge-wanted=${() => void this.#merging.start(this.#tenant, machine)}
          ></machine-identity>
        </section>
        ${
          run
            ? html`<section class="card">
                  <div class="row head">
                    <h2>Run</h2>
                    ${runs.length > 1 ? this.#runChoice(runs, run) : nothing}
                  </div>
                  <p class="quiet">
                    Started <relative-time .at=${run.startedAt}></relative-time>, ${run.events} events, ${run.reboots}
                    ${run.reboots === 1 ? 'restart' : 'restarts'}, ${run.warnings} warnings, ${run.errors} errors${
                      run.uploadedBy === null ? nothing : `, uploaded by ${run.uploadedBy}`
                    }${run.machine === machine.id ? nothing : `, under the ID ${shortId(run.machine)}`}
                  </p>
                  <phase-list .run=${run}></phase-list>
                </section>
                <section class="card"><event-list .events=${this.events} .total=${run.events}></event-list></section>`
            : html`<section class="card wide"><p>This machine has not reported a run.</p></section>`
        }
      </div>`;
  }

  #runChoice(runs: Run[], run: Run) {
    return html`<select
      aria-label="Run"
      @change=${(event: Event) => {
        this.chosenRun = (event.target as HTMLSelectElement).value;
        void this.#refreshEvents();
      }}
    >
      ${runs.map((one) => html`<option value=${one.id} ?selected=${one.id === run.id}>${exactTime(one.startedAt)}</option>`)}
    </select>`;
  }
}
