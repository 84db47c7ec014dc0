// Requests for access that wait for an admin: the words each side must see, and yes or no.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Grant } from '../../../schema/grant.ts';
import { shared } from '../styles/shared.ts';
import { vault } from '../vault-client.ts';
import { exactTime, UNLOCKER_WORDS } from '../words.ts';
import './eight-words.ts';

/** Fired with the words that were compared, or null where the request is declined. */
export type GrantAnswer = CustomEvent<{ grant: Grant; words: readonly string[] | null }>;

@customElement('grant-list')
export class GrantList extends LitElement {
  static override styles = [
    shared,
    css`
      li {
        margin: 0.9rem 0;
      }
      ul {
        list-style: none;
        padding: 0;
        margin: 0;
      }
    `,
  ];
  @property({ attribute: false }) grants: readonly Grant[] = [];
  @property() tenant = '';
  /** The fingerprint that this browser has verified; null: none yet, so there are no words of its own to show. */
  @property({ attribute: false }) fingerprint: string | null = null;
  @property({ attribute: false }) busy = false;
  @state() private words = new Map<string, readonly string[]>();

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('grants') || changed.has('fingerprint')) void this.#say();
  }

  async #say(): Promise<void> {
    const { fingerprint, tenant, grants } = this;
    if (fingerprint === null) return;
    const said = grants.map(async (grant) => [grant.id, await vault().grantWords(tenant, fingerprint, grant)] as const);
    const words = new Map(await Promise.all(said));
    // Another root may have been verified meanwhile: words made from the one before are nobody's.
    if (fingerprint === this.fingerprint && grants === this.grants) this.words = words;
  }

  override render() {
    if (this.fingerprint === null)
      return html`<p class="note warn">
        ${this.grants.length} ask for access. Unlock once in this browser first, so that it can make the words from a fingerprint
        it has verified.
      </p>`;
    return html`<ul>
      ${repeat(
        this.grants,
        (grant) => grant.id,
        (grant) => this.#grant(grant, this.words.get(grant.id)),
      )}
    </ul>`;
  }

  #grant(grant: Grant, words: readonly string[] | undefined) {
    const answer = (compared: readonly string[] | null) => () =>
      this.dispatchEvent(new CustomEvent('answered', { detail: { grant, words: compared } }));
    return html`<li>
      <strong>${grant.email}</strong> (${grant.role}) asks for access with a ${UNLOCKER_WORDS[grant.kind].toLowerCase()},
      ${exactTime(grant.requestedAt)}.
      <p>Have them read their eight words to you, by telephone or face to face. Give access only if they are these:</p>
      ${words ? html`<eight-words .words=${words}></eight-words>` : nothing}
      <div class="row">
        <button
          class="primary"
          aria-label="The words are the same, give access to ${grant.email}"
          ?disabled=${!words || this.busy}
          @click=${answer(words ?? null)}
        >
          The words are the same, give access
        </button>
        <button aria-label="Decline ${grant.email}" ?disabled=${this.busy} @click=${answer(null)}>Decline</button>
      </div>
    </li>`;
  }
}
