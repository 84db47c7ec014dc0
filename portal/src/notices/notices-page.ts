// Notices: the webhooks of the tenant, for its admins: added with a secret that is shown once, paused, tested, removed, with a log of what went out.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Membership } from '../../../schema/person.ts';
import type { Delivery, Webhook, WebhookMade, WebhookWrite } from '../../../schema/webhook.ts';
import * as api from '../api/notices.ts';
import { PageWork, type Part, partOf } from '../core/page-work.ts';
import { page } from '../ui/page-styles.ts';
import { shared } from '../ui/shared-styles.ts';
import { toastOf } from '../ui/toast-note.ts';
import type { WebhookAct, WebhookActWanted } from './webhook-card.ts';
import type { WebhookWanted } from './webhook-form.ts';
import '../ui/confirm-dialog.ts';
import './delivery-log.ts';
import '../ui/problem-note.ts';
import './webhook-card.ts';
import './webhook-form.ts';
import './webhook-secret.ts';

const REFRESH_MS = 3_000;
const ADDING = 'adding';
const changing = (id: string): string => `changing ${id}`;

/** The log belongs to the webhook that was open when it was requested. */
type Log = Part<readonly Delivery[]> & { webhook: string };
type Loaded = { webhooks: readonly Webhook[]; log: Log | null };

@customElement('notices-page')
export class NoticesPage extends LitElement {
  static override styles = [
    shared,
    page,
    css`
      h1 {
        margin-bottom: 0.4rem;
      }
    `,
  ];

  @property({ attribute: false }) membership!: Membership;
  /** The id of the one whose log is open. */
  @state() private open: string | null = null;
  @state() private made: WebhookMade | null = null;
  @state() private removing: Webhook | null = null;
  /** The id of the one whose form is open. */
  @state() private changing: string | null = null;
  #work = new PageWork<Loaded>(this, { load: () => (this.#admin ? this.#load() : null), everyMs: REFRESH_MS });

  get #tenant(): string {
    return this.membership.tenant;
  }

  get #admin(): boolean {
    return this.membership.role === 'admin';
  }

  async #load(): Promise<Loaded> {
    const { webhooks } = await api.webhooks(this.#tenant);
    const open = webhooks.find((one) => one.id === this.open)?.id;
    if (open === undefined) return { webhooks, log: null };
    return { webhooks, log: await this.#readLog(open) };
  }

  async #readLog(webhook: string): Promise<Log> {
    const asked = api.deliveries(this.#tenant, webhook).then(({ deliveries }) => deliveries);
    const last = this.#work.loaded?.log;
    return { webhook, ...(await partOf(asked, last?.webhook === webhook ? last : null)) };
  }

  #add = (write: WebhookWrite): Promise<void> =>
    this.#work.do(async () => {
      const made = await api.addWebhook(this.#tenant, write);
      if (made.secret !== null) this.made = made;
      return made.secret === null ? `${made.webhook.label} is told from now on. Test it.` : '';
    }, ADDING);

  #change(webhook: Webhook, { label, url, kinds }: WebhookWrite): void {
    void this.#work.do(async () => {
      await api.changeWebhook(this.#tenant, webhook.id, { label, url, kinds });
      this.changing = null;
      return `${label} is changed.`;
    }, changing(webhook.id));
  }

  #act(webhook: Webhook, what: WebhookAct): void {
    const { id, label } = webhook;
    if (what === 'log') {
      this.open = this.open === id ? null : id;
      void this.#work.now();
    } else if (what === 'change') this.#open(this.changing === id ? null : id);
    else if (what === 'remove') this.removing = webhook;
    else
      void this.#work.do(async () => {
        if (what === 'test') {
          await api.testWebhook(this.#tenant, id);
          this.open = id;
          return `A test notice is on its way to ${label}.`;
        }
        if (what === 'resume') return this.#resume(webhook);
        await api.pauseWebhook(this.#tenant, id, true);
        return { words: `${label} is paused.`, undo: () => this.#resume(webhook) };
      });
  }

  #open(id: string | null): void {
    this.changing = id;
    this.#work.letFailurePass();
  }

  async #resume({ id, label }: Webhook): Promise<string> {
    await api.pauseWebhook(this.#tenant, id, false);
    return `${label} goes on.`;
  }

  override render() {
    if (!this.#admin)
      return html`<h1>Notices</h1>
        <p class="note">Notices are set up by the tenant’s admins: an admin of ${this.membership.name} says who is told of what.</p>`;
    const { loaded, unreachable } = this.#work;
    const failure = this.#work.failureBut(this.changing === null ? ADDING : changing(this.changing)) ?? unreachable;
    return html`<h1>Notices</h1>
      <p class="quiet">
        A webhook is told at once of what matters. A notice names ids and host names; it never holds a secret, a token or a reason.
      </p>
      <problem-note .error=${failure}></problem-note>
      ${this.made ? this.#secret(this.made) : nothing}
      ${loaded === null && !unreachable ? html`<p role="status">Loading the webhooks …</p>` : nothing}
      ${repeat(
        loaded?.webhooks ?? [],
        (webhook) => webhook.id,
        (webhook) => this.#webhook(webhook),
      )}
      ${loaded && !this.made && this.changing === null ? this.#form(loaded.webhooks.length) : nothing}
      ${this.removing ? this.#confirm(this.removing) : nothing} ${toastOf(this.#work)}`;
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
    const open = this.open === webhook.id;
    const last = this.#work.loaded?.log;
    const log = last?.webhook === webhook.id ? last : null;
    return html`<section class="card">
      <webhook-card
        .webhook=${webhook}
        .busy=${this.#work.busy}
        .open=${open}
        @act-wanted=${(event: WebhookActWanted) => this.#act(webhook, event.detail)}
      ></webhook-card>
      ${this.changing === webhook.id ? this.#changeForm(webhook) : nothing}
      ${open ? html`<delivery-log .deliveries=${log?.value ?? null} .failure=${log?.failure ?? null}></delivery-log>` : nothing}
    </section>`;
  }

  #changeForm(webhook: Webhook) {
    return html`<webhook-form
      .webhook=${webhook}
      .busy=${this.#work.busy}
      .adding=${this.#work.busy}
      .failure=${this.#work.failureOf(changing(webhook.id))}
      @closed=${() => this.#open(null)}
      @webhook-wanted=${(event: WebhookWanted) => this.#change(webhook, event.detail)}
    ></webhook-form>`;
  }

  #form(there: number) {
    return html`<section class="card">
      <h2>${there === 0 ? 'Add the first webhook' : 'Add a webhook'}</h2>
      <webhook-form .busy=${this.#work.busy} .adding=${this.#work.doing === ADDING} .failure=${this.#work.failureOf(ADDING)} @webhook-wanted=${(event: WebhookWanted) => void this.#add(event.detail)}></webhook-form>
    </section>`;
  }

  #confirm(webhook: Webhook) {
    const close = () => {
      this.removing = null;
    };
    const remove = () => {
      void this.#work.do(async () => {
        close();
        await api.removeWebhook(this.#tenant, webhook.id);
        return `${webhook.label} is removed.`;
      });
    };
    const { label, waiting } = webhook;
    return html`<confirm-dialog
      heading="Remove ${label}?"
      action="Remove"
      danger
      .words=${html`<p>
        It is told of nothing any more. Its secret and its log go with it${waiting > 0 ? html`, and ${waiting} notices that wait for it` : nothing}, and
        cannot be brought back: to be told again, add it anew with another secret.
      </p>`}
      .busy=${this.#work.busy}
      @closed=${close}
      @confirmed=${remove}
    ></confirm-dialog>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'notices-page': NoticesPage;
  }
}
