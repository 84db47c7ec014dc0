// The audit: who did what, filtered by the URL; taken along as a file; and the chain verified in this browser.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { AuditEntry } from '../../../schema/audit.ts';
import type { Member, Membership } from '../../../schema/person.ts';
import * as api from '../api/audit.ts';
import { people } from '../api/people.ts';
import { OneAct } from '../core/one-act.ts';
import { PageWork } from '../core/page-work.ts';
import { go } from '../core/router.ts';
import { dayStamp, saveFile } from '../core/save-file.ts';
import { saidNote } from '../ui/said-note.ts';
import { shared } from '../ui/shared-styles.ts';
import type { FilterWanted } from './audit-filters.ts';
import { type ChainProgress, type CheckedChain, checkChain } from './chain-check.ts';
import { type AskedFilter, apiFilter, filterOfUrl, isFiltered, urlOfFilter } from './filter.ts';
import './audit-filters.ts';
import './audit-table.ts';
import './chain-card.ts';
import '../ui/problem-note.ts';

const PAGE_SIZE = 100;
type Format = 'csv' | 'ndjson';
/** `next`: where the page after these begins, as far as there is one. */
type Loaded = { entries: readonly AuditEntry[]; next: number | null };

@customElement('audit-page')
export class AuditPage extends LitElement {
  static override styles = [
    shared,
    css`
      section {
        margin-top: 1rem;
      }
      .bar {
        justify-content: space-between;
      }
      p.note {
        margin: 1rem 0 0;
      }
      .table {
        padding: 0.25rem;
      }
      .more {
        text-align: center;
        margin: 1rem 0;
      }
      .busy {
        opacity: 0.55;
        pointer-events: none;
      }
    `,
  ];

  @property({ attribute: false }) membership!: Membership;
  @state() private filter: AskedFilter = filterOfUrl(location.search);
  @state() private members: readonly Member[] = [];
  @state() private progress: ChainProgress | null = null;
  @state() private checked: CheckedChain | null = null;
  #work = new PageWork<Loaded>(this, {
    load: () => (this.membership.role === 'engineer' ? null : this.#load()),
  });
  /** Separate, so that neither has to wait for the other. */
  #exporting = new OneAct(this);
  #verifying = new OneAct(this);

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('popstate', this.#moved);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('popstate', this.#moved);
  }

  get #tenant(): string {
    return this.membership.tenant;
  }

  #moved = (): void => {
    const filter = filterOfUrl(location.search);
    if (urlOfFilter(filter) !== urlOfFilter(this.filter)) this.#look(filter);
  };

  #setFilter = ({ detail }: FilterWanted): void => {
    const filter = { ...this.filter, ...detail };
    this.#look(filter);
    go(`/t/${this.#tenant}/audit${urlOfFilter(filter)}`, true);
  };

  #look(filter: AskedFilter): void {
    this.filter = filter;
    void this.#work.now();
  }

  async #load(): Promise<Loaded> {
    if (this.members.length === 0) this.members = (await people(this.#tenant)).people;
    return this.#page(null);
  }

  /** The first page, or the one after `after`. */
  #page(after: number | null): Promise<Loaded> {
    const asked = { ...apiFilter(this.filter), order: 'newest' as const, limit: PAGE_SIZE };
    return api.auditPage(this.#tenant, after === null ? asked : { ...asked, after });
  }

  /** Two that ask for the same page would each add it. */
  #more({ entries, next }: Loaded): void {
    if (this.#work.looking) return;
    void this.#work.read(async () => {
      const page = await this.#page(next);
      return { entries: [...entries, ...page.entries], next: page.next };
    });
  }

  #export(format: Format): void {
    void this.#exporting.do(async (signal) => {
      const filtered = isFiltered(this.filter);
      const blob = await api.exportAudit(this.#tenant, { format, ...apiFilter(this.filter) }, signal);
      saveFile(blob, `totlprovision-audit-${dayStamp()}${filtered ? '-filtered' : ''}.${format}`);
      return format === 'csv' || filtered
        ? 'Saved. Only a whole export as NDJSON can be verified as a chain.'
        : 'Saved. It can be verified offline: the docs say how.';
    }, format);
  }

  #verify = (): Promise<void> =>
    this.#verifying.do(async (signal) => {
      this.checked = null;
      this.progress = { done: 0, total: 0 };
      const calls = {
        heads: () => api.auditHeads(this.#tenant),
        page: (after: number, limit: number) => api.auditPage(this.#tenant, { after, limit }, signal),
      };
      const show = (progress: ChainProgress) => {
        this.progress = progress;
      };
      try {
        this.checked = await checkChain(this.#tenant, calls, show, signal);
      } finally {
        this.progress = null;
      }
    });

  override render() {
    const { membership } = this;
    if (membership.role === 'engineer')
      return html`<h1>Audit</h1><p>Admins and auditors of ${membership.name} read the audit.</p>`;
    const { looking, unreachable } = this.#work;
    return html`<div class="row bar">
        <h1>Audit</h1>
        <div class="row">
          ${this.#exportButton('csv', 'Export CSV')} ${this.#exportButton('ndjson', 'Export NDJSON')}
        </div>
      </div>
      <problem-note .error=${looking ? null : unreachable} retry @retry=${this.#work.now}></problem-note>
      <problem-note .error=${this.#exporting.failure ?? this.#verifying.failure}></problem-note>
      ${saidNote(this.#exporting.said)}
      <section class="card">
        <chain-card
          .progress=${this.progress}
          .checked=${this.checked}
          @verify-wanted=${this.#verify}
          @stop-wanted=${() => this.#verifying.stop()}
        ></chain-card>
      </section>
      <section class="card">
        <audit-filters .filter=${this.filter} .people=${this.members} @filter-wanted=${this.#setFilter}></audit-filters>
      </section>
      <section>${this.#list()}</section>`;
  }

  #exportButton(format: Format, words: string) {
    return html`<button ?disabled=${this.#exporting.busy} @click=${() => this.#export(format)}>
      ${this.#exporting.doing === format ? 'Exporting …' : words}
    </button>`;
  }

  #list() {
    const { loaded, unreachable, looking } = this.#work;
    if (loaded === null)
      return unreachable && !looking
        ? nothing
        : html`<p role="status">Loading the audit …</p><progress aria-label="Loading"></progress>`;
    const { entries, next } = loaded;
    return html`<div class=${looking ? 'busy' : ''} aria-busy=${looking ? 'true' : 'false'}>
      ${
        entries.length > 0
          ? html`<div class="card table">
              <audit-table .entries=${entries} .tenant=${this.#tenant} @filter-wanted=${this.#setFilter}></audit-table>
            </div>`
          : html`<div class="card"><p>${next === null ? 'No entry fits these filters.' : 'No entry fits so far.'}</p></div>`
      }
      ${
        next === null
          ? nothing
          : html`<p class="more">
              <button ?disabled=${looking} @click=${() => this.#more(loaded)}>${entries.length > 0 ? 'Show more' : 'Look further back'}</button>
            </p>`
      }
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'audit-page': AuditPage;
  }
}
