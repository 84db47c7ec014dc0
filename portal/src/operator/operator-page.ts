// The operator's page: every tenant with its counts and limits, a new one, suspend and resume. Nothing of a tenant's own data comes here.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type {
  OperatedTenant,
  TenantCreate,
  TenantCreated,
  TenantPage,
  TenantStanding,
} from '../../../schema/operator.ts';
import { SESSION_RESTORED } from '../api/http.ts';
import * as api from '../api/operator.ts';
import { OneAct } from '../core/one-act.ts';
import { OperatedLimits } from '../limits/operated-limits.ts';
import { shared } from '../ui/shared-styles.ts';
import type { CreateWanted } from './new-tenant.ts';
import type { ReasonGiven } from './suspend-dialog.ts';
import type { TenantWanted } from './tenant-table.ts';
import './new-tenant.ts';
import '../ui/problem-note.ts';
import './suspend-dialog.ts';
import './tenant-table.ts';

const CREATING = 'creating';

@customElement('operator-page')
export class OperatorPage extends LitElement {
  static override styles = [
    shared,
    css`
      section {
        margin-top: 1rem;
      }
      .bar {
        justify-content: space-between;
      }
      .table {
        padding: 0.25rem;
      }
      .more {
        text-align: center;
        margin: 1rem 0;
      }
    `,
  ];

  @state() private list: TenantPage | null = null;
  @state() private loading = false;
  @state() private unreachable: unknown = null;
  @state() private made: TenantCreated | null = null;
  @state() private suspending: OperatedTenant | null = null;
  /** What was asked for last and its id: asked again after a lost answer, it makes no second tenant. */
  #draft: TenantCreate | null = null;
  #acts = new OneAct(this);
  #limits = new OperatedLimits(this);
  #asked: Promise<TenantPage> | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener(SESSION_RESTORED, this.#refresh);
    void this.#refresh();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener(SESSION_RESTORED, this.#refresh);
  }

  /** Reads again as many as are shown. Each look asks every object on it, so it is not repeated by itself. */
  #refresh = (): Promise<void> =>
    this.#load(async () => {
      const shown = this.list?.tenants.length ?? 0;
      let page = await api.tenants(null);
      const tenants = [...page.tenants];
      while (page.next !== null && tenants.length < shown) {
        page = await api.tenants(page.next);
        tenants.push(...page.tenants);
      }
      return { tenants, next: page.next };
    });

  #refreshed = (): void => {
    if (!this.loading) void this.#refresh();
  };

  #more = async (): Promise<void> => {
    if (this.loading) return;
    await this.#load(async () => {
      const { tenants, next } = this.list ?? { tenants: [], next: null };
      const page = await api.tenants(next);
      return { tenants: [...tenants, ...page.tenants], next: page.next };
    });
  };

  /** What was asked for last is shown: an answer of before an act is not put over it. */
  async #load(read: () => Promise<TenantPage>): Promise<void> {
    const asked = read();
    this.#asked = asked;
    this.loading = true;
    const { list = this.list, unreachable } = await asked.then(
      (list) => ({ list, unreachable: null }),
      (error) => ({ list: undefined, unreachable: error }),
    );
    if (this.#asked !== asked) return;
    this.list = list;
    this.unreachable = unreachable;
    this.loading = false;
  }

  /** At once, before everybody has been asked again. */
  #show({ id, status }: TenantStanding): void {
    if (!this.list) return;
    const tenants = this.list.tenants.map((one) => (one.id === id ? { ...one, status } : one));
    this.list = { ...this.list, tenants };
  }

  /** Each tenant is asked anew behind the act, whatever came of it: that takes its time, and nobody waits for it. */
  async #andLook<T>(asked: Promise<T>): Promise<T> {
    try {
      return await asked;
    } finally {
      void this.#refresh();
    }
  }

  #create = ({ detail: { name, firstAdmin } }: CreateWanted): void => {
    const same = this.#draft?.name === name && this.#draft.firstAdmin === firstAdmin;
    const draft: TenantCreate = same && this.#draft ? this.#draft : { id: crypto.randomUUID(), name, firstAdmin };
    void this.#acts.do(async () => {
      this.#draft = draft;
      this.made = null;
      this.made = await this.#andLook(api.createTenant(draft));
      this.#draft = null;
    }, CREATING);
  };

  #suspend(tenant: OperatedTenant, reason: string): void {
    void this.#acts.do(async () => {
      try {
        this.#show(await this.#andLook(api.suspend(tenant.id, { reason })));
        return `${tenant.name} is suspended.`;
      } finally {
        // The dialog may have been closed meanwhile, and another one opened.
        if (this.suspending === tenant) this.suspending = null;
      }
    });
  }

  #resume = ({ detail: tenant }: TenantWanted): void => {
    void this.#acts.do(async () => {
      this.#show(await this.#andLook(api.resume(tenant.id)));
      return `${tenant.name} is active again.`;
    });
  };

  override render() {
    const { suspending } = this;
    return html`<div class="row bar">
        <h1>Tenants</h1>
        <button ?disabled=${this.loading} @click=${this.#refreshed}>Refresh</button>
      </div>
      <p class="quiet">Counts only: as an operator you see nothing of what a tenant’s machines, people or secrets are called.</p>
      <problem-note .error=${this.#acts.failure}></problem-note>
      <problem-note .error=${this.unreachable} retry @retry=${this.#refresh}></problem-note>
      <p role="status" class=${this.#acts.said ? 'note good' : nothing}>${this.#acts.said}</p>
      ${this.#list()}
      <section class="card">
        <h2>New tenant</h2>
        <new-tenant
          .busy=${this.#acts.busy}
          .creating=${this.#acts.doing === CREATING}
          .made=${this.made} @create-wanted=${this.#create}></new-tenant>
      </section>
      ${
        suspending
          ? html`<suspend-dialog
              name=${suspending.name}
              .busy=${this.#acts.busy}
              @closed=${() => {
                this.suspending = null;
              }}
              @reason-given=${({ detail }: ReasonGiven) => this.#suspend(suspending, detail)}
            ></suspend-dialog>`
          : nothing
      }
      ${this.#limits.render()}`;
  }

  #list() {
    const { list } = this;
    if (list === null)
      return this.unreachable
        ? nothing
        : html`<p role="status">Asking the tenants …</p><progress aria-label="Loading"></progress>`;
    if (list.tenants.length === 0)
      return html`<div class="card"><p>There are no tenants yet. Create the first one below.</p></div>`;
    return html`<div class="card table">
        <tenant-table
          .tenants=${list.tenants}
          .busy=${this.#acts.busy}
          @suspend-wanted=${({ detail }: TenantWanted) => {
            this.suspending = detail;
          }}
          @resume-wanted=${this.#resume}
          @limits-wanted=${({ detail }: TenantWanted) => this.#limits.show(detail)}
        ></tenant-table>
      </div>
      ${list.next ? html`<p class="more"><button ?disabled=${this.loading} @click=${this.#more}>Show more</button></p>` : nothing}`;
  }
}
