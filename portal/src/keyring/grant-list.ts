// Requests for access that wait for an admin: what each is for, the words that both sides must see, and yes or no.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Grant } from '../../../schema/grant.ts';
import { shared } from '../ui/shared-styles.ts';
import { exactTime, rightsWords, UNLOCKER_WORDS } from '../ui/words.ts';
import { vault } from '../unlock/vault-client.ts';
import '../ui/eight-words.ts';

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
  /** How many words were ticked, by request. */
  @state() private ticked: ReadonlyMap<string, number> = new Map();
  @state() private words = new Map<string, readonly string[] | null>();

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('grants') || changed.has('fingerprint')) void this.#say();
  }

  async #say(): Promise<void> {
    const { fingerprint, tenant, grants } = this;
    if (fingerprint === null) return;
    const said = grants.map(async (grant) => [grant.id, await vault().grantWords(tenant, fingerprint, grant)] as const);
    const words = new Map(await Promise.all(said));
    // Another root may have been verified meanwhile: words made from the earlier one prove nothing.
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

  #grant(grant: Grant, words: readonly string[] | null | undefined) {
    const answer = (compared: readonly string[] | null) => () =>
      this.dispatchEvent(new CustomEvent('answered', { detail: { grant, words: compared } }));
    const { rights } = grant;
    const heard = this.ticked.get(grant.id) ?? 0;
    const all = words != null && heard === words.length;
    return html`<li>
      <strong>${grant.email}</strong> asks to be able to <strong>${rights ? rightsWords(rights) : 'unlock'}</strong>, with a
      ${UNLOCKER_WORDS[grant.kind].toLowerCase()}, ${exactTime(grant.requestedAt)}.
      ${
        rights
          ? html`<p>
                Have them tell you what they ask for and read you their eight words, by telephone or face to face. Give access
                only if both are as here, and that much is what you want them to have:
              </p>
              ${
                words
                  ? html`<eight-words
                        ticking
                        .words=${words}
                        @ticked=${({ detail }: CustomEvent<number>) => {
                          this.ticked = new Map([...this.ticked, [grant.id, detail]]);
                        }}
                      ></eight-words>
                      <p class="quiet" role="status">${all ? 'All eight are the same.' : `Tick each word as they read it: ${heard} of ${words.length}.`}</p>`
                  : nothing
              }`
          : html`<p class="note warn">
              This request is from before the eight words said what it is for, so nobody can sign it. Have them take it back
              and ask again, or decline it.
            </p>`
      }
      <div class="row">
        ${
          rights
            ? html`<button
                class="primary"
                aria-label="Give access to ${grant.email}"
                ?disabled=${!all || this.busy}
                @click=${answer(words ?? null)}
              >
                Give access
              </button>`
            : nothing
        }
        <button aria-label="Decline ${grant.email}" ?disabled=${this.busy} @click=${answer(null)}>Decline</button>
      </div>
    </li>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'grant-list': GrantList;
  }
}
