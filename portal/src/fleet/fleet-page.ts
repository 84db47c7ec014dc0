// The fleet: figures in a strip and a list that change by themselves and hold still under a pointer; the search, and what is done with
// several PCs at once.
import { html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Overview } from '../../../schema/machine.ts';
import type { Membership } from '../../../schema/person.ts';
import { firstScreenIsShown } from '../core/first-screen.ts';
import { isAt } from '../core/path.ts';
import { go } from '../core/router.ts';
import { Shortcuts } from '../core/shortcuts.ts';
import { fileUpIcon, slidersHorizontalIcon } from '../ui/icons.ts';
import { shared } from '../ui/shared-styles.ts';
import { toastOf } from '../ui/toast-note.ts';
import type { ColumnsWanted } from './column-picker.ts';
import { type Choice, rememberedChoice } from './columns.ts';
import type { FleetFilterWanted } from './fleet-filters.ts';
import type { FleetSearch, SearchWanted } from './fleet-search.ts';
import { fleetPage } from './fleet-styles.ts';
import type { Attended, FleetTable, SelectWanted, SortWanted } from './fleet-table.ts';
import { FleetList } from './list.ts';
import { FleetSaving } from './saving.ts';
import { FleetSelecting } from './selecting.ts';
import { isSearch, type Question, questionOfUrl, urlOfQuestion } from './url.ts';
import { machineCount } from './words.ts';
import './column-picker.ts';
import './fleet-empty.ts';
import './fleet-filters.ts';
import './fleet-search.ts';
import './fleet-strip.ts';
import './fleet-table.ts';
import './live-note.ts';
import '../ui/problem-note.ts';
import './save-list.ts';
import './selection-bar.ts';

/** Kept with the place in the browser's history, so that going back finds the rows where they were. */
type Left = { scrolled: number; seen: number; cursor: string | null };
const leftHere = (): Left | null => (history.state as { fleet?: Left } | null)?.fleet ?? null;

@customElement('fleet-page')
export class FleetPage extends LitElement {
  static override styles = [shared, fleetPage];

  @property({ attribute: false }) membership!: Membership;
  @state() private question: Question = questionOfUrl(location.search);
  /** On a narrow screen the filters and what is seldom wanted are folded away. */
  @state() private folded = true;
  @state() private columns: Choice = rememberedChoice();
  @query('fleet-search') private search!: FleetSearch | null;
  @query('fleet-table') private table!: FleetTable | null;
  #saving = new FleetSaving(this);
  #selecting = new FleetSelecting(this);
  #left = leftHere();

  #fleet = new FleetList(this, {
    tenant: () => this.membership.tenant,
    question: () => this.question,
    seen: () => this.table?.seen ?? 0,
    begin: this.#left?.seen ?? 0,
  });

  constructor() {
    super();
    new Shortcuts(this, {
      '/': { words: 'Filter the fleet', press: () => this.search?.focus() },
      Escape: { words: 'Clear the selection, or the search', press: () => this.#escape() },
      n: { words: 'Show the new order', press: () => this.#fleet.letIn() },
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('popstate', this.#moved);
    window.addEventListener('scrollend', this.#keepPlace);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('popstate', this.#moved);
    window.removeEventListener('scrollend', this.#keepPlace);
  }

  protected override async updated(): Promise<void> {
    if (this.#fleet.list || this.#fleet.failure) firstScreenIsShown();
    const left = this.#left;
    if (!left || !this.table) return;
    this.#left = null;
    this.table.cursor = left.cursor;
    // Twice: the table has its height once it has measured a row.
    await this.table.updateComplete;
    await this.table.updateComplete;
    window.scrollTo({ top: left.scrolled, behavior: 'instant' });
  }

  #keepPlace = (): void => {
    const { seen = 0, cursor = null } = this.table ?? {};
    const left: Left = { scrolled: window.scrollY, seen, cursor };
    history.replaceState({ fleet: left }, '');
  };

  #moved = (): void => {
    if (isAt(`/t/${this.membership.tenant}`)) this.question = questionOfUrl(location.search);
  };

  #ask(change: Partial<Question>, replace = false): void {
    go(`/t/${this.membership.tenant}${urlOfQuestion({ ...this.question, ...change })}`, replace);
  }

  #escape(): void {
    if (this.#selecting.selected.size > 0) this.#selecting.clear();
    else this.search?.clear();
  }

  /** Typing on stays at the same place: going back leaves the search as a whole, not letter by letter. */
  #search = ({ detail: q }: SearchWanted): void => this.#ask({ q }, q !== '' && this.question.q !== '');

  /** Enter in the search field opens the one that was found; of several it goes to the first. */
  #entered = ({ detail: pressed }: CustomEvent<string>): void => {
    const rows = this.#fleet.list?.rows;
    if (!rows || !this.#fleet.isCurrent) return;
    const only = rows.length === 1 ? rows.at(0) : null;
    if (only && pressed === 'Enter' && isSearch(this.question)) go(`/t/${this.membership.tenant}/machines/${only.id}`);
    else this.table?.focusFirst();
  };

  override render() {
    const { failure, refreshedAt, figures } = this.#fleet;
    const { tenant, role } = this.membership;
    return html`<div class="head ${this.folded ? 'folded' : ''}">
        <h1>Fleet</h1>
        <live-note .state=${this.#fleet.live} .at=${refreshedAt}></live-note>
        <span class="acts">
          ${role === 'auditor' ? nothing : html`<a class="button ghost" href="/t/${tenant}/upload">${fileUpIcon}Upload an offline report</a>`}
          <save-list
            .saving=${this.#saving.saving}
            ?disabled=${!this.#fleet.isCurrent || this.#fleet.list?.rows.length === 0}
            @save-wanted=${this.#save}
            @save-cancelled=${() => this.#saving.stop()}
          ></save-list>
        </span>
      </div>
      <p class="visually-hidden" role="status">${this.#fleet.news.text}</p>
      ${figures.overview?.keyState === 'none' ? this.#setUpCard(figures.overview) : nothing}
      <fleet-strip tenant=${tenant} .overview=${figures.overview} .hours=${figures.hours} .question=${this.question}></fleet-strip>
      <div class="filters ${this.folded ? 'folded' : ''}">${this.#selecting.selected.size > 0 ? this.#selectionBar() : this.#filters()}</div>
      ${this.#failing(failure)}
      <problem-note .error=${this.#saving.failure ?? this.#selecting.act.failure}></problem-note>
      ${this.#fleet.isCurrent ? this.#rows() : this.#pending(failure)}
      ${toastOf(this.#selecting.act)}`;
  }

  #failing(failure: unknown) {
    if (!failure) return nothing;
    const old = this.#fleet.list !== null && this.#fleet.isCurrent;
    return html`<problem-note .error=${failure} retry @retry=${() => void this.#fleet.retry()}></problem-note>
      ${old ? html`<p class="quiet">What is shown is what was last read.</p>` : nothing}`;
  }

  #setUpCard({ machines, archived }: Overview) {
    const admin = this.membership.role === 'admin';
    // The list of an empty fleet begins with it.
    if (admin && machines + archived === 0) return nothing;
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

  #filters() {
    const { list, failure, isCurrent, figures } = this.#fleet;
    const waiting = list?.rows.waiting ?? 0;
    return html`<fleet-search
        .q=${this.question.q}
        .found=${isCurrent ? (list?.rows.length ?? null) : null}
        ?more=${list?.more ?? false}
        .further=${list?.further ?? null}
        ?failed=${failure !== null}
        @search-wanted=${this.#search}
        @search-entered=${this.#entered}
      ></fleet-search>
      <button
        class="only-icon fold"
        aria-label="Filters and more"
        aria-expanded=${this.folded ? 'false' : 'true'}
        @click=${() => {
          this.folded = !this.folded;
        }}
      >
        ${slidersHorizontalIcon}
      </button>
      <fleet-filters
        .filter=${this.question}
        .clients=${figures.clients}
        ?more=${figures.moreClients}
        tenant=${this.membership.tenant}
        ?resting=${isSearch(this.question)}
        @filter-wanted=${({ detail }: FleetFilterWanted) => this.#ask(detail)}
      ></fleet-filters>
      ${
        // What was found stays as it was found.
        list?.found
          ? nothing
          : html`<button class="small ${waiting > 0 ? '' : 'away'}" @click=${this.#letIn}>Show the new order (${waiting})</button>`
      }
      <span class="length quiet" role="status">${this.#length()}</span>
      <column-picker
        .choice=${this.columns}
        @columns-wanted=${({ detail }: ColumnsWanted) => {
          this.columns = detail;
        }}
      ></column-picker>`;
  }

  #selectionBar() {
    const { selected, act, done, of } = this.#selecting;
    const { tenant, role } = this.membership;
    return html`<selection-bar
      .count=${selected.size}
      ?acting=${role !== 'auditor'}
      ?busy=${act.busy}
      .done=${done}
      .of=${of}
      @export-wanted=${this.#exportSelected}
      @archive-wanted=${() => this.#selecting.archive(tenant)}
      @clear-wanted=${this.#selecting.clear}
    ></selection-bar>`;
  }

  #exportSelected = (): void => {
    const { rows } = this.#fleet.list ?? {};
    const machines = [...this.#selecting.selected].map((id) => rows?.at(rows.indexOf(id)));
    void this.#selecting.export(machines.filter((one) => one !== undefined));
  };

  #length() {
    const { list, isCurrent, total } = this.#fleet;
    if (!list || !isCurrent) return nothing;
    // The search says what it has found.
    if (list.found) return nothing;
    return total === null ? `More than ${machineCount(list.rows.length)}` : machineCount(total);
  }

  /**
   * The previous rows stay, dimmed, while another list is on its way; if it does not come they go: they are not its
   * rows.
   */
  #pending(failure: unknown) {
    if (failure) return nothing;
    if (!this.#fleet.list)
      return html`<div class="waiting"><p role="status">Loading the fleet …</p><progress aria-label="Loading"></progress></div>`;
    return html`<div class="busy" aria-busy="true" inert>${this.#table()}</div>`;
  }

  #rows() {
    const { list, figures } = this.#fleet;
    if (list?.rows.length === 0 && list.rows.next === null)
      return html`<fleet-empty
        .overview=${figures.overview}
        .question=${this.question}
        .membership=${this.membership}
        @filter-wanted=${({ detail }: FleetFilterWanted) => this.#ask(detail)}
        @search-wanted=${() => this.search?.clear()}
      ></fleet-empty>`;
    return this.#table();
  }

  #save = (): void => {
    const { list, total } = this.#fleet;
    if (list) this.#saving.save(this.membership.tenant, list, total);
  };

  #letIn = async (): Promise<void> => {
    this.#fleet.letIn();
    await this.updateComplete;
    // The button has gone, and the focus must not go with it.
    this.table?.focusCursor();
  };

  #table() {
    const { list, version, total, pageFailure } = this.#fleet;
    if (!list) return nothing;
    return html`<div class="list">
        <fleet-table
          .rows=${list.rows}
          .version=${version}
          .total=${total}
          .found=${list.found}
          .q=${list.found ? list.question.q : ''}
          .tenant=${this.membership.tenant}
          .sort=${this.question.sort}
          .selected=${this.#selecting.selected}
          .choice=${this.columns}
          @select-wanted=${({ detail }: SelectWanted) => this.#selecting.select(detail)}
          @sort-wanted=${({ detail }: SortWanted) => this.#ask({ sort: detail })}
          @click=${this.#keepPlace}
          @attended=${({ detail }: Attended) => this.#fleet.hold(detail)}
          @more-wanted=${() => void this.#fleet.more()}
        ></fleet-table>
      </div>
      ${
        pageFailure
          ? html`<problem-note .error=${pageFailure} retry @retry=${() => void this.#fleet.retry()}></problem-note>`
          : list.rows.next === null
            ? nothing
            : html`<p class="tail quiet">Loading more PCs …</p>`
      }`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'fleet-page': FleetPage;
  }
}
