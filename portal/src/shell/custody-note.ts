// Warnings for an admin on every screen: only one way to unlock, recovery sheets that nobody has proven, somebody who
// waits, a token that ends soon, somebody who reveals more than they may. Auditors too are told that the tenant's
// object was rolled back.

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { DRILL_EVERY_MS } from '../../../schema/facts/days.ts';
import type { Custody, Overview } from '../../../schema/machine.ts';
import type { Membership } from '../../../schema/person.ts';
import { overview as askOverview } from '../api/overview.ts';
import { Polling } from '../core/polling.ts';
import { ROOM_WORDS } from '../limits/words.ts';
import { shared } from '../ui/shared-styles.ts';
import { theirs } from '../ui/theirs.ts';
import { exactTime } from '../ui/words.ts';
import '../ui/relative-time.ts';

const REFRESH_MS = 30_000;

@customElement('custody-note')
export class CustodyNote extends LitElement {
  static override styles = [
    shared,
    css`
      .note {
        margin: 0 0 0.75rem;
      }
      @media print {
        :host {
          display: none;
        }
      }
    `,
  ];
  @property({ attribute: false }) membership!: Membership;
  /** Another page is another look. */
  @property() place = '';
  @state() private overview: Overview | null = null;

  constructor() {
    super();
    new Polling(this, REFRESH_MS, () => this.#refresh());
  }

  override willUpdate(changed: Map<string, unknown>): void {
    const before = changed.get('membership') as Membership | undefined;
    if (before && before.tenant !== this.membership.tenant) this.overview = null;
    if (changed.has('place') || changed.has('membership')) void this.#refresh();
  }

  async #refresh(): Promise<void> {
    const { tenant } = this.membership;
    // The page beneath says what is wrong with the connection; the last known state stays here.
    const overview = await askOverview(tenant).catch(() => null);
    // Another tenant may be open by then.
    if (overview && tenant === this.membership.tenant) this.overview = overview;
  }

  override render() {
    const { overview } = this;
    if (!overview) return nothing;
    const admin = this.membership.role === 'admin';
    return html`${overview.rollbackNoticed === null ? nothing : this.#rollback(overview.rollbackNoticed)}
    ${admin ? this.#room(overview.room) : nothing} ${overview.budgetExceeded.map((hit) => this.#exceeded(hit))} ${overview.custody && admin ? this.#custody(overview.custody) : nothing} ${this.#expiring(overview)}`;
  }

  #rollback(at: number) {
    const { tenant } = this.membership;
    return html`<p class="note bad" role="alert">
      On ${exactTime(at)} this tenant’s object was found to hold another history than it had told before: it was rolled back, or
      its audit was tampered with. <a href="/t/${tenant}/audit?action=audit.rollback_noticed">Audit</a>
    </p>`;
  }

  #room({ bytes, limit, state }: Overview['room']) {
    if (state === 'ample') return nothing;
    return html`<p class="note ${state === 'low' ? 'warn' : 'bad'}" role="alert">
      The tenant’s storage is at ${Math.floor((100 * bytes) / limit)} %. ${ROOM_WORDS[state]} Ask your operator for room:
      <a href="/t/${this.membership.tenant}/settings">Settings</a>.
    </p>`;
  }

  #exceeded({ email, at }: Overview['budgetExceeded'][number]) {
    const filter = new URLSearchParams({ action: 'secret.revealed', text: email });
    return html`<p class="note warn">
      ${email} went over the budget for reveals, last <relative-time .at=${at}></relative-time>. Ask what for:
      <a href="/t/${this.membership.tenant}/audit?${filter}">what they have revealed</a>.
    </p>`;
  }

  #expiring({ tokensExpiring }: Overview) {
    const [first, ...others] = tokensExpiring;
    if (!first) return nothing;
    return html`<p class="note warn">
      The token “${theirs(first.label || first.id)}” expires ${exactTime(first.expiresAt)}${others.length > 0 ? `, and ${others.length} more within a fortnight` : nothing}.
      Rotate in time: <a href="/t/${this.membership.tenant}/tokens">Tokens</a>.
    </p>`;
  }

  #custody(custody: Custody) {
    const access = html`<a href="/t/${this.membership.tenant}/access">Access</a>`;
    const due = custody.recoveryProvenAt !== null && Date.now() - custody.recoveryProvenAt > DRILL_EVERY_MS;
    return html`${
      custody.adminUnlockers <= 1
        ? html`<p class="note bad" role="alert">
            Only one way is left to open this tenant’s keys. If it is lost, every secret is. Make a recovery set: ${access}.
          </p>`
        : nothing
    }
    ${
      custody.recoveryProvenAt === null
        ? html`<p class="note warn">There is no recovery set. Make one: ${access}.</p>`
        : due
          ? html`<p class="note warn">Nobody has proven the recovery set for a year. Do a drill: ${access}.</p>`
          : nothing
    }
    ${
      custody.grantsWaiting > 0
        ? html`<p class="note">${custody.grantsWaiting === 1 ? 'Somebody asks' : `${custody.grantsWaiting} ask`} for access: ${access}.</p>`
        : nothing
    }
    ${
      custody.notOpening > 0
        ? html`<p class="note bad">
            ${custody.notOpening} secrets open with no key of this tenant:
            <a href="/t/${this.membership.tenant}/safekeeping">Safekeeping</a>.
          </p>`
        : nothing
    }`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'custody-note': CustodyNote;
  }
}
