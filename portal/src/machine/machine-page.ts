// One machine: who it is, its runs with phases and events, its secrets, and what people do with them.
import { Task } from '@lit/task';
import { html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Run } from '../../../schema/machine.ts';
import type { Membership } from '../../../schema/person.ts';
import { isolated } from '../../../schema/shown-text.ts';
import { isProblem } from '../api/http.ts';
import { CLIPBOARD_CHANGED, CLIPBOARD_WORDS, type ClipboardState } from '../core/brief-clipboard.ts';
import { isAt } from '../core/path.ts';
import { go } from '../core/router.ts';
import { Shortcuts } from '../core/shortcuts.ts';
import { OlderVersions } from '../secrets/older-versions.ts';
import { newestKeysFirst } from '../secrets/refs.ts';
import type { FilterWanted } from '../secrets/secret-filter.ts';
import type { RevealWanted, RotatedWanted, SecretList, VersionsWanted } from '../secrets/secret-list.ts';
import { plusIcon } from '../ui/icons.ts';
import { shared } from '../ui/shared-styles.ts';
import { theirs } from '../ui/theirs.ts';
import { toastOf } from '../ui/toast-note.ts';
import { phaseWords, STATUS_WORDS, shortId, shortTime } from '../ui/words.ts';
import { type Loaded, MachineData, type PagedList } from './data.ts';
import type { EventList } from './event-list.ts';
import { MachineActs } from './machine-acts.ts';
import { MachineDialogs } from './machine-dialogs.ts';
import { machineStyles } from './machine-styles.ts';
import { RunEvents } from './run-events.ts';
import { startsOf } from './timeline.ts';
import '../fleet/attention-note.ts';
import './event-list.ts';
import './machine-identity.ts';
import '../ui/problem-note.ts';
import './run-card.ts';
import './run-list.ts';
import '../fleet/run-status.ts';
import '../secrets/secret-filter.ts';
import '../secrets/secret-list.ts';
import './archive-note.ts';

@customElement('machine-page')
export class MachinePage extends LitElement {
  static override styles = [shared, machineStyles];

  @property({ attribute: false }) membership!: Membership;
  @property() email = '';
  @property() machine = '';
  @state() private clipboard: ClipboardState | null = null;
  @query('event-list') private eventList!: EventList | null;
  @query('secret-list') private secretList!: SecretList | null;
  #place = () => ({ tenant: this.#tenant, machine: this.machine });
  #events = new RunEvents(this, () => this.#tenant);
  #data = new MachineData(this, this.#place, async () => this.#readEvents());
  #acts = new MachineActs(this, this.#place, () => this.#data.read());
  #versions = new OlderVersions(this, () => this.#tenant, 'standing');
  #versionsAside = new OlderVersions(this, () => this.#tenant, 'aside');
  #dialogs = new MachineDialogs(this, {
    place: () => ({ ...this.#place(), email: this.email }),
    done: (words) => {
      this.#acts.say(words);
      void this.#data.read();
    },
    merged: (other) => {
      this.#acts.merged(other);
      void this.#data.read();
    },
    readAnew: () => void this.#data.read(),
  });

  #load = new Task(this, {
    args: () => [this.membership.tenant, this.machine] as const,
    task: async ([tenant, machine]) => {
      const { loaded } = this.#data;
      // The same PC may be known to two tenants.
      if (loaded?.machine.id !== machine || loaded.tenant !== tenant) this.#forget();
      await this.#data.read();
      this.#revealIfAsked();
    },
  });

  constructor() {
    super();
    new Shortcuts(this, {
      j: { words: 'Look at the next run of the list', press: () => this.#stepRun(1) },
      k: { words: 'Look at the run before it in the list', press: () => this.#stepRun(-1) },
      '/': { words: 'Search the events', press: () => this.eventList?.focusSearch() },
      e: { words: 'Jump to the newest event', press: () => this.eventList?.jump() },
      s: { words: 'Go to the secrets', press: () => this.secretList?.focusFirst() },
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('popstate', this.#moved);
    window.addEventListener(CLIPBOARD_CHANGED, this.#clipboardChanged);
  }

  /** A person with ten tabs finds the PC by its name. */
  override updated(): void {
    const machine = this.#data.loaded?.machine;
    if (machine?.id !== this.machine) return;
    document.title = `${[this.#name, machine.client]
      .filter(Boolean)
      .map((one) => isolated(one ?? ''))
      .join(' · ')} – TotlProvision`;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('popstate', this.#moved);
    window.removeEventListener(CLIPBOARD_CHANGED, this.#clipboardChanged);
  }

  get #tenant(): string {
    return this.membership.tenant;
  }

  get #mayAct(): boolean {
    return this.membership.role !== 'auditor';
  }

  get #name(): string {
    return this.#data.loaded?.machine.hostname ?? shortId(this.machine);
  }

  /** Another machine: nothing of the previous one may stay under its name. */
  #forget(): void {
    this.#data.forget();
    this.#events.forget();
    this.#acts.forget();
    this.#versions.forget();
    this.#versionsAside.forget();
    this.#dialogs.forget();
  }

  /** Another run may be chosen in the URL, or the recovery key asked for by the search while this PC is looked at. */
  #moved = (): void => {
    if (!isAt(`/t/${this.#tenant}/machines/${this.machine}`)) return;
    if (this.#data.loaded?.machine.id === this.machine) this.#revealIfAsked();
    this.requestUpdate();
    void this.#readEvents();
  };

  #clipboardChanged = (event: Event): void => {
    this.clipboard = (event as CustomEvent<ClipboardState>).detail;
  };

  /** The run that the URL names, else the latest. */
  get #run(): Run | null {
    const runs = this.#data.loaded?.runs ?? [];
    const wanted = new URLSearchParams(location.search).get('run');
    const aside = this.#data.loaded?.aside?.runs ?? [];
    return [...runs, ...aside].find(({ id }) => id === wanted) ?? runs[0] ?? aside[0] ?? null;
  }

  #stepRun(by: 1 | -1): void {
    const runs = this.#data.loaded?.runs ?? [];
    const next = runs[runs.findIndex(({ id }) => id === this.#run?.id) + by];
    if (next) go(`?run=${next.id}`, true);
  }

  async #readEvents(): Promise<void> {
    if (this.#run) await this.#events.refresh(this.#run);
  }

  /** Whoever comes from the search for a recovery key is asked for it at once, and once. */
  #revealIfAsked(): void {
    const asked = new URLSearchParams(location.search);
    if (asked.get('reveal') !== 'recovery-key' || !this.#mayAct) return;
    go(location.pathname, true);
    // Whoever has typed the id that a locked PC shows wants that key, not a newer one.
    const keyId = asked.get('keyId');
    const secret = newestKeysFirst(this.#data.loaded?.secrets ?? []).find(
      ({ ref }) => 'protectorId' in ref && (keyId === null || ref.protectorId === keyId.toLowerCase()),
    );
    const version = secret?.offered[0] ?? secret?.versions[0];
    if (secret && version) this.#dialogs.reveal({ secret, version }, this.#data.loaded?.secrets ?? []);
  }

  #reveal = ({ detail }: RevealWanted): void => this.#dialogs.reveal(detail, this.#data.loaded?.secrets ?? []);

  override render() {
    const { loaded, failure } = this.#data;
    const { client } = loaded?.machine ?? {};
    return html`<p class="crumb">
        <a href="/t/${this.#tenant}">Fleet</a>${
          client
            ? html` / <a href="/t/${this.#tenant}?${new URLSearchParams({ client })}">${theirs(client)}</a>`
            : nothing
        }
      </p>
      ${loaded ? this.#page(loaded) : nothing}
      ${!loaded && isProblem(failure, 'unknown_machine') ? this.#unknown() : this.#failing(failure)}
      ${
        !loaded && !failure
          ? html`<p role="status">Loading the PC …</p><progress aria-label="Loading"></progress>`
          : nothing
      }
      ${this.#dialogs.render(this.#name, loaded?.machine ?? null)} ${toastOf(this.#acts)}`;
  }

  #unknown() {
    return html`<div class="card stack">
      <h1 tabindex="-1">There is no such PC</h1>
      <p>Nothing of this tenant has the ID <span class="mono">${this.machine}</span>. It may belong to another tenant, or have a slip in it.</p>
      <a class="button" href="/t/${this.#tenant}">To the fleet</a>
    </div>`;
  }

  /** A failure leaves what was read before, and says how old that is. */
  #failing(failure: unknown) {
    const { loaded } = this.#data;
    return html`<div class=${failure ? 'failing' : ''}>
      ${failure && loaded ? html`<p class="quiet">What is shown was read at ${shortTime(loaded.readAt)}.</p>` : nothing}
      <problem-note .error=${failure} retry @retry=${() => void this.#load.run()}></problem-note>
    </div>`;
  }

  #wantVersions =
    (of: OlderVersions) =>
    ({ detail }: VersionsWanted): void =>
      void of.more(detail.secret, detail.end, detail.listed);

  #more(of: PagedList, words: string) {
    if (this.#data.isFull(of)) return html`<p class="quiet more">There are more than are shown here.</p>`;
    return html`<p class="more"><button @click=${() => void this.#data.more(of)}>${words}</button></p>`;
  }

  #page({ machine, runs, secrets, moreRuns, moreSecrets, aside }: Loaded) {
    const run = this.#run;
    return html`<div class="head">
        <h1 tabindex="-1">${theirs(machine.hostname ?? shortId(machine.id))}</h1>
        <run-status .run=${machine.run}></run-status>
        ${
          this.#mayAct
            ? html`<button class="push" ?disabled=${this.#dialogs.adding.busy} @click=${() => this.#dialogs.adding.start()}>
                ${plusIcon}Add a secret
              </button>`
            : nothing
        }
        <span class="visually-hidden" role="status">${this.#news(machine.run)}</span>
      </div>
      <attention-note
        .machine=${machine}
        .runs=${runs}
        .now=${Date.now()}
        .acting=${this.#mayAct && machine.shelf !== 'merged'}
        .splitting=${this.membership.role === 'admin'}
        .busy=${this.#acts.busy}
        @mark-seen=${this.#acts.markSeen}
        @split-wanted=${this.#acts.splitId}
      ></attention-note>
      <archive-note
        .machine=${machine}
        tenant=${this.#tenant}
        .acting=${this.#mayAct}
        .busy=${this.#acts.busy}
        @move-wanted=${this.#acts.moveMachine}
      ></archive-note>
      <div role="status">
        ${this.clipboard === 'waiting' ? html`<p class="note warn attention">${CLIPBOARD_WORDS.waiting}</p>` : nothing}
      </div>
      <problem-note class="attention" .error=${this.#acts.failure ?? this.#dialogs.failureBehind}></problem-note>
      <div class="columns">
        <section class="card">
          <div class="card-head"><h2>Secrets</h2></div>
          ${
            moreSecrets || this.#data.secretFilter
              ? html`<secret-filter
                  .filter=${this.#data.secretFilter}
                  @filter-wanted=${({ detail }: FilterWanted) => void this.#data.lookFor(detail)}
                ></secret-filter>`
              : nothing
          }
          <secret-list
            .secrets=${secrets}
            .memberRole=${this.membership.role}
            machine=${machine.id}
            .further=${this.#versions.known}
            .busy=${this.#acts.busy}
            @reveal-wanted=${this.#reveal}
            @versions-wanted=${this.#wantVersions(this.#versions)}
            @confirm-wanted=${this.#acts.confirm}
            @rotated-wanted=${({ detail }: RotatedWanted) => this.#dialogs.sayingRotated.start(detail)}
          ></secret-list>
          ${moreSecrets ? this.#more('secrets', 'Show more secrets') : nothing}
        </section>
        <section class="card beside">
          <machine-identity
            .machine=${machine}
            tenant=${this.#tenant}
            .acting=${this.#mayAct}
            .busy=${this.#acts.busy}
            .merging=${this.#dialogs.merging.busy}
            @move-wanted=${this.#acts.moveMachine}
            @merge-wanted=${() => void this.#dialogs.merging.start(this.#tenant, machine)}
          ></machine-identity>
          ${machine.historyNext ? this.#more('history', 'Show earlier changes') : nothing}
        </section>
        ${aside ? this.#aside(aside, machine.id, run) : nothing}
        ${
          run
            ? html`${
                runs.length === 0
                  ? nothing
                  : html`<section class="card">
                      <run-list .runs=${runs} ?more=${moreRuns} chosen=${run.id} machine=${machine.id}></run-list>
                      ${moreRuns ? this.#more('runs', 'Show earlier runs') : nothing}
                    </section>`
              }
                <section class="card">${this.#chosen(run, machine)}</section>
                <section class="card">${this.#eventsOf(run)}</section>`
            : html`<section class="card"><p>This PC has not reported a run.</p></section>`
        }
      </div>`;
  }

  /** Items that revoked tokens brought: shown apart, and revealed like any others. */
  #aside({ secrets, moreSecrets, runs, moreRuns }: NonNullable<Loaded['aside']>, machine: string, run: Run | null) {
    return html`<section class="card">
      <div class="card-head"><h2>Set aside</h2></div>
      <p class="quiet">
        A revoked token brought this, and an admin has set it aside: it counts nowhere and takes the place of nothing. It is kept, and
        can be revealed.
      </p>
      <secret-list
        apart
        .secrets=${secrets}
        .memberRole=${this.membership.role}
        machine=${machine}
        .further=${this.#versionsAside.known}
        .busy=${this.#acts.busy}
        @reveal-wanted=${this.#reveal}
        @versions-wanted=${this.#wantVersions(this.#versionsAside)}
      ></secret-list>
      ${moreSecrets ? this.#more('secretsAside', 'Show more secrets') : nothing}
      ${
        runs.length === 0
          ? nothing
          : html`<run-list apart .runs=${runs} chosen=${run?.id ?? ''} machine=${machine}></run-list>
              ${moreRuns ? this.#more('runsAside', 'Show earlier runs') : nothing}`
      }
    </section>`;
  }

  /** Said politely when it changes, and it changes with a phase, not with an event. */
  #news(run: Loaded['machine']['run']): string {
    if (!run) return '';
    const [words] = STATUS_WORDS[run.status];
    return run.status === 'running' && run.phase ? `${words}, phase ${phaseWords(run.phase)}` : words;
  }

  #chosen(run: Run, machine: Loaded['machine']) {
    const wanted = new URLSearchParams(location.search).get('run');
    return html`<run-card
      .run=${run}
      .machine=${machine}
      .starts=${startsOf(this.#events.events)}
      .instead=${wanted !== null && wanted !== run.id}
    ></run-card>`;
  }

  #eventsOf(run: Run) {
    const { events, from, failure, loading } = this.#events;
    return html`<event-list
      run=${run.id}
      .events=${events}
      .from=${from}
      .prunedAt=${run.prunedAt ?? null}
      .phases=${run.phases.map(({ name }) => name)}
      .failure=${failure}
      .loading=${loading}
      .live=${this.#data.live && run.status === 'running'}
      @earlier-wanted=${() => void this.#events.readEarlier()}
      @retry=${() => void this.#readEvents()}
    ></event-list>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'machine-page': MachinePage;
  }
}
