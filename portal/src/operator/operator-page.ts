// The operator's page: every tenant with its counts and limits, a new one, suspend and resume. Nothing of a tenant's own data comes here.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type {
  OperatedTenant,
  TenantCreate,
  TenantCreated,
  TenantPage,
  TenantSuspension,
} from '../../../schema/operator.ts';
import * as api from '../api/operator.ts';
import { OneAct } from '../core/one-act.ts';
import { PageWork } from '../core/page-work.ts';
import { OperatedLimits } from '../limits/operated-limits.ts';
import type { Confirmed } from '../ui/confirm-dialog.ts';
import { shared } from '../ui/shared-styles.ts';
import { toastOf } from '../ui/toast-note.ts';
import type { CreateWanted } from './new-tenant.ts';
import type { TenantWanted } from './tenant-table.ts';
import '../ui/confirm-dialog.ts';
import './new-tenant.ts';
import '../ui/problem-note.ts';
import './tenant-table.ts';

const CREATING = 'creating';
const SUSPENDING = 'suspending';

@customElement('operator-page')
export class OperatorPage extends LitElement {
  static override styles = [
    shared,
    css`
      section {
        margin-top: 16px;
      }
      .bar {
        justify-content: space-between;
      }
      .table {
        padding: 0;
        overflow-x: auto;
      }
      .more {
        text-align: center;
        margin: 16px 0;
      }
    `,
  ];

  @state() private made: TenantCreated | null = null;
  @state() private suspending: OperatedTenant | null = null;
  /** The last request and its id: repeated after a lost answer, it makes no second tenant. */
  #draft: TenantCreate | null = null;
  /** Each look asks every object that is shown, so it is not repeated by itself. */
  #work = new PageWork<TenantPage>(this, { load: () => this.#load() });
  /** The reading after an act takes its time, and nobody waits for it. */
  #acts = new OneAct(this, async () => void this.#work.now());
  #limits = new OperatedLimits(this);

  /** Reads again as many as are shown. */
  async #load(): Promise<TenantPage> {
    const shown = this.#work.loaded?.tenants.length ?? 0;
    let page = await api.tenants(null);
    const tenants = [...page.tenants];
    while (page.next !== null && tenants.length < shown) {
      page = await api.tenants(page.next);
      tenants.push(...page.tenants);
    }
    return { tenants, next: page.next };
  }

  #refresh = (): void => {
    if (!this.#work.looking) void this.#work.now();
  };

  #more = (): void => {
    if (this.#work.looking) return;
    void this.#work.read(async () => {
      const { tenants, next } = this.#work.loaded ?? { tenants: [], next: null };
      const page = await api.tenants(next);
      return { tenants: [...tenants, ...page.tenants], next: page.next };
    });
  };

  /** Shown at once, before every object has been asked again. */
  #show({ id, status }: TenantSuspension): void {
    const { loaded } = this.#work;
    if (!loaded) return;
    const tenants = loaded.tenants.map((one) => (one.id === id ? { ...one, status } : one));
    this.#work.put({ ...loaded, tenants });
  }

  #create = ({ detail: { name, firstAdmin } }: CreateWanted): void => {
    const same = this.#draft?.name === name && this.#draft.firstAdmin === firstAdmin;
    const draft: TenantCreate = same && this.#draft ? this.#draft : { id: crypto.randomUUID(), name, firstAdmin };
    void this.#acts.do(async () => {
      this.#draft = draft;
      this.made = null;
      this.made = await api.createTenant(draft);
      this.#draft = null;
    }, CREATING);
  };

  #suspend(tenant: OperatedTenant, { detail }: Confirmed): void {
    const reason = String(detail.get('reason') ?? '').trim();
    if (!reason) return;
    void this.#acts.do(async () => {
      this.#show(await api.suspend(tenant.id, { reason }));
      // The dialog may have been closed meanwhile, and another one opened.
      if (this.suspending === tenant) this.suspending = null;
      return `${tenant.name} is suspended.`;
    }, SUSPENDING);
  }

  #resume = ({ detail: tenant }: TenantWanted): void => {
    void this.#acts.do(async () => {
      this.#show(await api.resume(tenant.id));
      return `${tenant.name} is active again.`;
    });
  };

  override render() {
    const { suspending } = this;
    const { unreachable, looking } = this.#work;
    return html`<div class="row bar">
        <h1>Tenants</h1>
        <button ?disabled=${looking} @click=${this.#refresh}>Refresh</button>
      </div>
      <p class="quiet">Counts only: as an operator you see nothing of what a tenant’s PCs, people or secrets are called.</p>
      <problem-note .error=${this.#acts.failureBut(CREATING, suspending ? SUSPENDING : null)}></problem-note>
      <problem-note .error=${unreachable} retry @retry=${this.#work.now}></problem-note>
      ${this.#list()}
      <section class="card">
        <h2>New tenant</h2>
        <new-tenant
          .busy=${this.#acts.busy}
          .creating=${this.#acts.doing === CREATING}
          .failure=${this.#acts.failureOf(CREATING)}
          .made=${this.made}
          @create-wanted=${this.#create}
        ></new-tenant>
      </section>
      ${suspending ? this.#askWhy(suspending) : nothing}
      ${this.#limits.render()} ${toastOf(this.#acts)}`;
  }

  /** The effect of a suspension, and the reason for it, for the tenant's own audit. */
  #askWhy(tenant: OperatedTenant) {
    return html`<confirm-dialog
      heading="Suspend ${tenant.name}?"
      action="Suspend"
      .busy=${this.#acts.busy}
      .failure=${this.#acts.failureOf(SUSPENDING)}
      .words=${html`<p>
          At once nobody of this tenant is answered, in the portal or by an engine. Nothing is lost: engines keep what is unsent,
          every secret stays in escrow, and it all goes on when you resume the tenant.
        </p>
        <label for="reason">Why?</label>
        <input id="reason" name="reason" required maxlength="500" autocomplete="off" autofocus ?readonly=${this.#acts.busy} />
        <p class="quiet">The reason and your address go into the tenant’s own audit, which its admins read.</p>`}
      @closed=${() => {
        this.suspending = null;
        this.#acts.letFailurePass();
      }}
      @confirmed=${(event: Confirmed) => this.#suspend(tenant, event)}
    ></confirm-dialog>`;
  }

  #list() {
    const { loaded: list, unreachable, looking } = this.#work;
    if (list === null)
      return unreachable
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
      ${list.next ? html`<p class="more"><button ?disabled=${looking} @click=${this.#more}>Show more</button></p>` : nothing}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'operator-page': OperatorPage;
  }
}
