// Notices: the webhooks of the tenant, for its admins: added with a secret that is shown once, paused, tested, removed, with a log of what went out.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Membership } from '../../../schema/person.ts';
import type { Delivery, Webhook, WebhookMade, WebhookWrite } from '../../../schema/webhook.ts';
import * as api from '../api/notices.ts';
import { OneAct } from '../core/one-act.ts';
import { Polling } from '../core/polling.ts';
import { shared } from '../ui/shared-styles.ts';
import type { WebhookAct, WebhookActWanted } from './webhook-card.ts';
import type { WebhookWanted } from './webhook-form.ts';
import './delivery-log.ts';
import '../ui/problem-note.ts';
import './webhook-card.ts';
import './webhook-dialog.ts';
import './webhook-form.ts';
import './webhook-secret.ts';

const REFRESH_MS = 3_000;
const ADDING = 'adding';

@customElement('notices-page')
export class NoticesPage extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: block;
        max-width: 48rem;
      }
      h1 {
        margin-bottom: 0.4rem;
      }
      section {
        margin-top: 1rem;
      }
    `,
  ];

  @property({ attribute: false }) membership!: Membership;
  @state() private webhooks: readonly Webhook[] | null = null;
  /** Of the webhook whose log is shown. */
  @state() private shown: { webhook: string; deliveries: readonly Delivery[] | null } | null = null;
  @state() private made: WebhookMade | null = null;
  @state() private removing: Webhook | null = null;
  /** The id of the one whose form is open. */
  @state() private changing: string | null = null;
  @state() private unreachable: unknown = null;
  #polling = new Polling(this, REFRESH_MS, () => this.#refresh());
  #acts = new OneAct(this, () => this.#polling.now());

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#polling.now();
  }

  /** A role may be raised while the page is open. */
  override updated(changed: Map<string, unknown>): void {
    if (changed.has('membership') && this.webhooks === null) void this.#polling.now();
  }

  get #tenant(): string {
    return this.membership.tenant;
  }

  get #admin(): boolean {
    return this.membership.role === 'admin';
  }

  async #refresh(): Promise<void> {
    if (!this.#admin) return;
    try {
      this.webhooks = (await api.webhooks(this.#tenant)).webhooks;
      await this.#refreshLog();
      this.unreachable = null;
    } catch (error) {
      this.unreachable = error;
    }
  }

  async #refreshLog(): Promise<void> {
    const webhook = this.shown?.webhook;
    if (webhook === undefined) return;
    if (!this.webhooks?.some((one) => one.id === webhook)) {
      this.shown = null;
      return;
    }
    const { deliveries } = await api.deliveries(this.#tenant, webhook);
    // Another one may have been opened while this was on its way.
    if (this.shown?.webhook === webhook) this.shown = { webhook, deliveries };
  }

  #add = (write: WebhookWrite): Promise<void> =>
    this.#acts.do(async () => {
      const made = await api.addWebhook(this.#tenant, write);
      if (made.secret !== null) this.made = made;
      return made.secret === null ? `${made.webhook.label} is told from now on. Test it.` : '';
    }, ADDING);

  #change(webhook: Webhook, { label, url, kinds }: WebhookWrite): void {
    void this.#acts.do(async () => {
      await api.changeWebhook(this.#tenant, webhook.id, { label, url, kinds });
      this.changing = null;
      return `${label} is changed.`;
    });
  }

  #act(webhook: Webhook, what: WebhookAct): void {
    const { id, label } = webhook;
    if (what === 'log') {
      this.shown = this.shown?.webhook === id ? null : { webhook: id, deliveries: null };
      void this.#polling.now();
    } else if (what === 'change') this.changing = this.changing === id ? null : id;
    else if (what === 'remove') this.removing = webhook;
    else
      void this.#acts.do(async () => {
        if (what === 'test') {
          await api.testWebhook(this.#tenant, id);
          this.shown = { webhook: id, deliveries: null };
          return `A test notice is on its way to ${label}.`;
        }
        await api.pauseWebhook(this.#tenant, id, what === 'pause');
        return what === 'pause' ? `${label} is paused.` : `${label} goes on.`;
      });
  }

  override render() {
    if (!this.#admin)
      return html`<h1>Notices</h1>
        <p class="note">Notices are set up by the tenant’s admins: an admin of ${this.membership.name} says who is told of what.</p>`;
    return html`<h1>Notices</h1>
      <p class="quiet">
        A webhook is told at once of what matters. A notice names ids and host names; it never holds a secret, a token or a reason.
      </p>
      <problem-note .error=${this.#acts.failure ?? this.unreachable}></problem-note>
      ${this.#acts.said ? html`<p class="note good" role="status">${this.#acts.said}</p>` : nothing}
      ${this.made ? this.#secret(this.made) : nothing}
      ${this.webhooks === null && !this.unreachable ? html`<p role="status">Loading the webhooks …</p>` : nothing}
      ${repeat(
        this.webhooks ?? [],
        (webhook) => webhook.id,
        (webhook) => this.#webhook(webhook),
      )}
      ${this.webhooks && !this.made && this.changing === null ? this.#form(this.webhooks.length) : nothing}
      ${this.removing ? this.#confirm(this.removing) : nothing}`;
  }

  #secret({ webhook, secret }: WebhookMade) {
    return html`<section class="card">
      <webhook-secret
        .secret=${secret ?? ''}
        .label=${webhook.label}
        @kept=${() => {
          this.made = null;
        }}
      ></webhook-secret>
    </section>`;
  }

  #webhook(webhook: Webhook) {
    const open = this.shown?.webhook === webhook.id;
    return html`<section class="card">
      <webhook-card
        .webhook=${webhook}
        .busy=${this.#acts.busy}
        .open=${open}
        @act-wanted=${(event: WebhookActWanted) => this.#act(webhook, event.detail)}
      ></webhook-card>
      ${this.changing === webhook.id ? this.#changeForm(webhook) : nothing}
      ${open ? html`<delivery-log .deliveries=${this.shown?.deliveries ?? null}></delivery-log>` : nothing}
    </section>`;
  }

  #changeForm(webhook: Webhook) {
    return html`<webhook-form
      .webhook=${webhook}
      .busy=${this.#acts.busy}
      .adding=${this.#acts.busy}
      @closed=${() => {
        this.changing = null;
      }}
      @webhook-wanted=${(event: WebhookWanted) => this.#change(webhook, event.detail)}
    ></webhook-form>`;
  }

  #form(there: number) {
    return html`<section class="card">
      <h2>${there === 0 ? 'Add the first webhook' : 'Add a webhook'}</h2>
      <webhook-form .busy=${this.#acts.busy} .adding=${this.#acts.doing === ADDING} @webhook-wanted=${(event: WebhookWanted) => void this.#add(event.detail)}></webhook-form>
    </section>`;
  }

  #confirm(webhook: Webhook) {
    const close = () => {
      this.removing = null;
    };
    const remove = () => {
      void this.#acts.do(async () => {
        close();
        await api.removeWebhook(this.#tenant, webhook.id);
        return `${webhook.label} is removed.`;
      });
    };
    return html`<webhook-dialog .webhook=${webhook} .busy=${this.#acts.busy} @closed=${close} @confirmed=${remove}></webhook-dialog>`;
  }
}
