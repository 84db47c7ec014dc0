// Access: one's own ways to unlock, asking for one, and, for admins, who may open what: grants, the team passphrase,
// recovery.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Keyring } from '../../../schema/keyring.ts';
import type { Membership } from '../../../schema/person.ts';
import type { Manifest, ManifestUnlocker } from '../../../schema/signed.ts';
import { cardRows, list } from '../ui/list-styles.ts';
import { page } from '../ui/page-styles.ts';
import { shared } from '../ui/shared-styles.ts';
import { toastOf } from '../ui/toast-note.ts';
import { seenManifest } from '../unlock/vault-client.ts';
import { type Access, AccessWork } from './access-work.ts';
import { AfterRecovery } from './after-recovery.ts';
import type { GrantAnswer } from './grant-list.ts';
import { OwnUnlockers } from './own-unlockers.ts';
import { SharedUnlockers } from './shared-unlockers.ts';
import './grant-list.ts';
import '../ui/problem-note.ts';
import './unlocker-list.ts';

@customElement('access-page')
export class AccessPage extends LitElement {
  static override styles = [
    shared,
    page,
    list,
    cardRows,
    css`
      .whole {
        flex: 1 1 100%;
        margin: 0;
      }
      unlocker-list:not(:last-child) {
        margin-bottom: 28px;
      }
      @media print {
        .screen {
          display: none;
        }
      }
    `,
  ];

  @property({ attribute: false }) membership!: Membership;
  @property() email = '';
  #work = new AccessWork(this);
  #own = new OwnUnlockers(this.#work);
  #shared = new SharedUnlockers(this.#work);
  #after = new AfterRecovery(this.#work, this.#own, this.#shared);

  override render() {
    const { loaded, unreachable } = this.#work;
    return html`<h1 class="screen">Unlock methods</h1>
      <p class="quiet screen">What opens the vault: each person’s own passphrase or passkey, and what the team shares.</p>
      <problem-note .error=${unreachable} retry @retry=${this.#work.now}></problem-note>
      ${loaded || unreachable ? nothing : html`<p role="status">Loading who has access …</p>`}
      ${loaded ? this.#content(loaded) : nothing} ${this.#work.stepUp.render()} ${toastOf(this.#work)}`;
  }

  #content(access: Access) {
    return html`<div class="screen"><problem-note .error=${this.#work.failure}></problem-note></div>
      ${access.manifest && access.keyring ? this.#sections(access, access.manifest, access.keyring) : this.#none()}`;
  }

  #none() {
    return html`<p>The first-time set-up has not been done, so there is nothing to have access to.</p>
      ${
        this.#work.isAdmin
          ? html`<a class="button primary" href="/t/${this.#work.tenant}/set-up">First-time set-up</a>`
          : html`<p class="quiet">An admin of ${this.membership.name} has to do it.</p>`
      }`;
  }

  #sections(access: Access, manifest: Manifest, keyring: Keyring) {
    const { making } = this.#work;
    if (making.what === 'sheets') return this.#shared.sheets(making);
    if (this.membership.role === 'auditor')
      return html`<p>Auditors reveal nothing, so there is nothing for you to unlock. This is who can:</p>
        ${this.#everybody(manifest, keyring)}`;
    return html`${this.#after.render(keyring, manifest)} ${this.#own.render(access, manifest)} ${this.#waiting(access)} ${this.#shared.render(manifest, keyring)}
    ${this.#everybody(manifest, keyring)}`;
  }

  #waiting({ grants }: Access) {
    const { isAdmin, tenant, busy } = this.#work;
    const others = grants.filter((one) => one.email !== this.email);
    if (!isAdmin || others.length === 0) return nothing;
    return html`<section class="card">
      <h2>Waiting for an admin</h2>
      <grant-list
        .grants=${others}
        .tenant=${tenant}
        .fingerprint=${seenManifest(tenant)?.fingerprint ?? null}
        .busy=${busy}
        @answered=${(event: GrantAnswer) => void this.#work.answer(event.detail)}
      ></grant-list>
    </section>`;
  }

  #everybody({ unlockers }: Manifest, keyring: Keyring) {
    const others = unlockers.filter((one) => one.owner !== null && one.owner !== this.email);
    if (others.length === 0) return nothing;
    return html`<section class="card">
      <h2>Everybody else’s</h2>
      <unlocker-list
        .unlockers=${others}
        .removable=${() => this.#work.isAdmin}
        .used=${this.#work.isAdmin ? keyring.used : null}
        .busy=${this.#work.busy}
        @remove-wanted=${(event: CustomEvent<ManifestUnlocker>) => void this.#work.remove(event.detail)}
      ></unlocker-list>
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'access-page': AccessPage;
  }
}
