// One machine: who it is, its run with phases and events, its secrets, and the reveal.
import { Task } from '@lit/task';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Machine, Run } from '../../../schema/machine.ts';
import type { Membership } from '../../../schema/person.ts';
import type { StoredEvent } from '../../../schema/report.ts';
import type { Revealed, Secret, SecretVersion } from '../../../schema/secret.ts';
import * as api from '../api/tenant.ts';
import type { RevealStep } from '../elements/reveal-dialog.ts';
import type { RevealWanted } from '../elements/secret-list.ts';
import { Polling } from '../polling.ts';
import { sameRef } from '../refs.ts';
import { shared } from '../styles/shared.ts';
import { requestUnlock } from '../unlocking.ts';
import { refreshVaultState, vault } from '../vault-client.ts';
import { ATTENTION_WORDS, ATTRIBUTE_WORDS, exactTime, shortId } from '../words.ts';
import '../elements/event-list.ts';
import '../elements/phase-list.ts';
import '../elements/problem-note.ts';
import '../elements/relative-time.ts';
import '../elements/reveal-dialog.ts';
import '../elements/run-status.ts';
import '../elements/secret-list.ts';

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
      .names {
        margin: 1rem 0 0;
      }
      ul.history {
        margin: 0.4rem 0 0;
        padding-left: 1.2rem;
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
  @property() machine = '';
  @state() private loaded: Loaded | null = null;
  @state() private failure: unknown = null;
  @state() private events: StoredEvent[] = [];
  @state() private chosenRun: string | null = null;
  @state() private asked: { secret: Secret; version: SecretVersion } | null = null;
  @state() private reveal: RevealStep = { step: 'reason' };
  #eventsOf: string | null = null;
  #eventsTurn = 0;

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
    this.asked = null;
    this.reveal = { step: 'reason' };
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

  #askReveal = (event: RevealWanted): void => {
    this.asked = event.detail;
    this.reveal = { step: 'reason' };
  };

  async #reveal(reason: string): Promise<void> {
    const { asked } = this;
    if (!asked) return;
    const state = await refreshVaultState();
    const open = state.state === 'unlocked' && state.tenant === this.#tenant;
    if (!open && !(await requestUnlock(this.#tenant))) {
      this.reveal = { step: 'reason', fault: 'The vault is still locked. Unlock it to reveal a secret.' };
      return;
    }
    this.reveal = { step: 'working' };
    let revealed: Revealed;
    try {
      revealed = await api.reveal(this.#tenant, asked.secret.id, reason, asked.version.version);
    } catch (error) {
      this.reveal = { step: 'fault', message: (error as Error).message, audited: false };
      return;
    }
    // The answer must be for what was asked: a server that swaps the record would else choose what is shown here.
    const same =
      revealed.id === asked.secret.id &&
      revealed.machine === asked.secret.machine &&
      revealed.kind === asked.secret.kind &&
      revealed.version.version === asked.version.version &&
      sameRef(revealed.ref, asked.secret.ref);
    const opened = same
      ? await vault()
          .open(revealed)
          .catch(() => ({ ok: false as const, message: 'The vault gave no answer. Reload the page and try again.' }))
      : { ok: false as const, message: 'The server answered with another secret than was asked for. It is not shown.' };
    if (this.asked !== asked || this.machine !== asked.secret.machine) return;
    this.reveal = opened.ok
      ? { step: 'shown', opened, auditSeq: revealed.auditSeq }
      : { step: 'fault', message: opened.message, audited: true };
    await refreshVaultState();
  }

  #closeReveal = (): void => {
    this.asked = null;
    this.reveal = { step: 'reason' };
    void this.#refresh();
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
      ${
        this.asked
          ? html`<reveal-dialog
              .secret=${this.asked.secret}
              .version=${this.asked.version}
              .progress=${this.reveal}
              machine=${loaded?.machine.hostname ?? this.machine}
              @reason-given=${(event: CustomEvent<string>) => void this.#reveal(event.detail)}
              @closed=${this.#closeReveal}
            ></reveal-dialog>`
          : nothing
      }`;
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
      <div class="columns">
        <section class="card">
          <h2>Secrets</h2>
          <secret-list .secrets=${secrets} .memberRole=${this.membership.role} @reveal-wanted=${this.#askReveal}></secret-list>
        </section>
        <section class="card">${this.#identity(machine)}</section>
        ${
          run
            ? html`<section class="card">
                  <div class="row head">
                    <h2>Run</h2>
                    ${runs.length > 1 ? this.#runChoice(runs, run) : nothing}
                  </div>
                  <p class="quiet">
                    Started <relative-time .at=${run.startedAt}></relative-time>, ${run.events} events, ${run.reboots}
                    ${run.reboots === 1 ? 'restart' : 'restarts'}, ${run.warnings} warnings, ${run.errors} errors
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

  #identity(machine: Machine) {
    const rows: [string, string | null][] = [
      ['Client', machine.client],
      ['Model', [machine.manufacturer, machine.model].filter(Boolean).join(' ') || null],
      ['Serial', machine.serial],
      ['System', machine.osVersion],
      ['Machine ID', machine.id],
      ['Enrolled', exactTime(machine.enrolledAt)],
    ];
    // What changed at least once: a name on the way, a serial that should not have.
    const changed = machine.history.filter(
      (one) => machine.history.filter((other) => other.attribute === one.attribute).length > 1,
    );
    return html`<h2>Identity</h2>
      <dl>
        ${rows.map(([term, value]) => (value ? html`<dt>${term}</dt><dd>${value}</dd>` : nothing))}
      </dl>
      ${
        changed.length > 0
          ? html`<p class="quiet names">What it was before</p>
              <ul class="history">
                ${changed.map((change) => html`<li>${ATTRIBUTE_WORDS[change.attribute]} ${change.value ?? 'unknown'} <span class="quiet">since ${exactTime(change.sinceAt)}</span></li>`)}
              </ul>`
          : nothing
      }`;
  }
}
