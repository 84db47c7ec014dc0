// The audit: who revealed what, where and why; filtered by the URL, taken along as a file, and its chain checked in this browser.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { AuditCounts, AuditEntry, AuditPage as EntryPage } from '../../../schema/audit.ts';
import type { ClientList } from '../../../schema/machine.ts';
import type { Member, Membership } from '../../../schema/person.ts';
import * as api from '../api/audit.ts';
import { clients as askClients } from '../api/fleet.ts';
import { people } from '../api/people.ts';
import { OneAct } from '../core/one-act.ts';
import { PageWork } from '../core/page-work.ts';
import { go } from '../core/router.ts';
import { dayStamp, saveFile } from '../core/save-file.ts';
import { shared } from '../ui/shared-styles.ts';
import { toastOf } from '../ui/toast-note.ts';
import type { FilterWanted } from './audit-filters.ts';
import type { AuditTable, EntryWanted } from './audit-table.ts';
import { type ChainProgress, type CheckedChain, checkChain } from './chain-check.ts';
import type { ExportWanted } from './export-menu.ts';
import { type AskedFilter, apiFilter, filterOfUrl, isFiltered, urlOfFilter } from './filter.ts';
import './audit-counts.ts';
import './audit-filters.ts';
import './audit-presets.ts';
import './audit-table.ts';
import './chain-state.ts';
import './entry-drawer.ts';
import './export-menu.ts';
import '../ui/problem-note.ts';

const PAGE_SIZE = 100;
/** `next`: where the page after these begins, as far as there is one. */
type Loaded = Omit<EntryPage, 'entries'> & { entries: readonly AuditEntry[] };
type Step = CustomEvent<1 | -1>;

@customElement('audit-page')
export class AuditPage extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: block;
      }
      .head {
        margin-bottom: 12px;
      }
      export-menu {
        margin-left: auto;
      }
      audit-filters {
        display: block;
        margin: 12px 0 4px;
      }
      .table {
        border-top: 1px solid var(--line);
        margin: 4px calc(-1 * var(--edge)) 0;
      }
      .more {
        text-align: center;
        margin: 16px 0;
      }
      .busy {
        opacity: 0.55;
        pointer-events: none;
      }
      .none {
        padding: 32px 0;
        text-align: center;
      }
    `,
  ];

  @property({ attribute: false }) membership!: Membership;
  @state() private filter: AskedFilter = filterOfUrl(location.search);
  @state() private members: readonly Member[] = [];
  @state() private clients: ClientList = { clients: [], next: null };
  @state() private counts: AuditCounts | null = null;
  @state() private progress: ChainProgress | null = null;
  @state() private checked: CheckedChain | null = null;
  @state() private checkedAt = 0;
  /** The seq of the entry that is shown whole. */
  @state() private open: number | null = null;
  @query('audit-table') private table!: AuditTable | null;
  #counting = new AbortController();
  #work = new PageWork<Loaded>(this, {
    load: () => (this.membership.role === 'engineer' ? null : this.#load()),
  });
  /** Separate, so that neither has to wait for the other. */
  #exporting = new OneAct(this);
  #verifying = new OneAct(this);
  #copying = new OneAct(this);

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('popstate', this.#moved);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('popstate', this.#moved);
    this.#counting.abort();
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
    this.open = null;
    void this.#work.now();
  }

  async #load(): Promise<Loaded> {
    void this.#count();
    if (this.members.length === 0) void this.#choices();
    const { entry } = this.filter;
    const first = await this.#page(/^\d{1,15}$/.test(entry) ? Number(entry) + 1 : null);
    if (entry !== '') this.open = first.entries[0]?.seq ?? null;
    return first;
  }

  /** What the filters offer. Where it cannot be had, what is chosen still counts. */
  async #choices(): Promise<void> {
    const [members, clients] = await Promise.allSettled([people(this.#tenant), askClients(this.#tenant)]);
    if (members.status === 'fulfilled') this.members = members.value.people;
    if (clients.status === 'fulfilled') this.clients = clients.value;
  }

  /** The figures of the filter that is looked at; those of an earlier one say nothing any more. */
  async #count(): Promise<void> {
    this.#counting.abort();
    this.#counting = new AbortController();
    const { signal } = this.#counting;
    this.counts = null;
    if (!this.#isCounted) return;
    const counts = await api.auditCounts(this.#tenant, apiFilter(this.filter), signal).catch(() => null);
    if (!signal.aborted) this.counts = counts;
  }

  /** A link to one entry is no question. */
  get #isCounted(): boolean {
    return isFiltered({ ...this.filter, entry: '' });
  }

  /** The first page, or the one after `after`. */
  #page(after: number | null): Promise<Loaded> {
    const asked = { ...apiFilter(this.filter), order: 'newest' as const, limit: PAGE_SIZE };
    return api.auditPage(this.#tenant, after === null ? asked : { ...asked, after });
  }

  /** Two that ask for the same page would each add it. */
  #more({ entries, next, pcs, secrets }: Loaded): void {
    if (this.#work.looking) return;
    void this.#work.read(async () => {
      const page = await this.#page(next);
      return {
        entries: [...entries, ...page.entries],
        next: page.next,
        pcs: { ...pcs, ...page.pcs },
        secrets: { ...secrets, ...page.secrets },
      };
    });
  }

  #export = ({ detail: format }: ExportWanted): void => {
    void this.#exporting.do(async (signal) => {
      const filtered = isFiltered(this.filter);
      const blob = await api.exportAudit(this.#tenant, { format, ...apiFilter(this.filter) }, signal);
      saveFile(blob, `totlprovision-audit-${dayStamp()}${filtered ? '-filtered' : ''}.${format}`);
      return format === 'csv' || filtered
        ? 'Saved. Only a whole export as NDJSON can be verified as a chain.'
        : 'Saved. It can be verified offline: the docs say how.';
    }, format);
  };

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
        this.checkedAt = Date.now();
      } finally {
        this.progress = null;
      }
    });

  #toggle = ({ detail: seq }: EntryWanted): void => {
    this.open = this.open === seq ? null : seq;
  };

  #close = (): void => {
    const seq = this.open;
    this.open = null;
    if (seq !== null) this.table?.focusEntry(seq);
  };

  #step({ detail: step }: Step, entries: readonly AuditEntry[]): void {
    const at = entries.findIndex(({ seq }) => seq === this.open);
    this.open = entries[at + step]?.seq ?? this.open;
  }

  #copy(text: string, said: string): void {
    void this.#copying.do(async () => {
      await navigator.clipboard.writeText(text);
      return said;
    });
  }

  override render() {
    const { membership } = this;
    if (membership.role === 'engineer')
      return html`<h1>Audit</h1><p>Admins and auditors of ${membership.name} read the audit.</p>`;
    const { looking, unreachable } = this.#work;
    return html`<div class="row head">
        <h1>Audit</h1>
        <chain-state
          .progress=${this.progress}
          .checked=${this.checked}
          .checkedAt=${this.checkedAt}
          @verify-wanted=${this.#verify}
          @stop-wanted=${() => this.#verifying.stop()}
        ></chain-state>
        <export-menu
          .doing=${this.#exporting.doing}
          ?filtered=${isFiltered(this.filter)}
          @export-wanted=${this.#export}
        ></export-menu>
      </div>
      <problem-note .error=${this.#exporting.failure ?? this.#verifying.failure ?? this.#copying.failure}></problem-note>
      <audit-presets .filter=${this.filter} tenant=${this.#tenant}></audit-presets>
      <audit-filters
        tenant=${this.#tenant}
        .filter=${this.filter}
        .people=${this.members}
        .clients=${this.clients}
        pcName=${this.#work.loaded?.pcs[this.filter.machine]?.hostname ?? ''}
        @filter-wanted=${this.#setFilter}
      ></audit-filters>
      ${
        this.#isCounted
          ? html`<audit-counts .counts=${this.counts} .filter=${this.filter} @filter-wanted=${this.#setFilter}></audit-counts>`
          : nothing
      }
      <problem-note .error=${looking ? null : unreachable} retry @retry=${this.#work.now}></problem-note>
      <section>${this.#list()}</section>
      ${toastOf(this.#copying.news ? this.#copying : this.#exporting)}`;
  }

  #list() {
    const { loaded, unreachable, looking } = this.#work;
    if (loaded === null)
      return unreachable && !looking
        ? nothing
        : html`<p role="status">Loading the audit …</p><progress aria-label="Loading"></progress>`;
    const { entries, next } = loaded;
    const shown = entries.find(({ seq }) => seq === this.open);
    return html`<div class=${looking ? 'busy' : ''} aria-busy=${looking ? 'true' : 'false'}>
        ${
          entries.length > 0
            ? html`<div class="table">
                <audit-table
                  .entries=${entries}
                  .named=${loaded}
                  .open=${this.open}
                  tenant=${this.#tenant}
                  @entry-wanted=${this.#toggle}
                ></audit-table>
              </div>`
            : html`<p class="none quiet">${next === null ? 'No entry fits these filters.' : 'No entry fits so far.'}</p>`
        }
        ${
          next === null
            ? nothing
            : html`<p class="more">
                <button ?disabled=${looking} @click=${() => this.#more(loaded)}>${entries.length > 0 ? 'Show more' : 'Look further back'}</button>
              </p>`
        }
      </div>
      ${shown ? this.#drawer(shown, loaded) : nothing}`;
  }

  #drawer(entry: AuditEntry, loaded: Loaded) {
    const link = () =>
      this.#copy(`${location.origin}/t/${this.#tenant}/audit?entry=${entry.seq}`, 'The link is copied.');
    return html`<entry-drawer
      role="complementary"
      aria-label="Entry ${entry.seq}"
      .entry=${entry}
      .named=${loaded}
      tenant=${this.#tenant}
      @closed=${this.#close}
      @step-wanted=${(event: Step) => this.#step(event, loaded.entries)}
      @filter-wanted=${this.#setFilter}
      @link-wanted=${link}
      @record-wanted=${() => this.#copy(JSON.stringify(entry, null, 2), 'The record is copied.')}
    ></entry-drawer>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'audit-page': AuditPage;
  }
}
