// Ways to unlock, as the signed manifest lists them: whose they are, their kind and their rights.
import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { isolated } from '../../../schema/shown-text.ts';
import type { ManifestUnlocker } from '../../../schema/signed.ts';
import { cardRows, list } from '../ui/list-styles.ts';
import { shared } from '../ui/shared-styles.ts';
import { theirs } from '../ui/theirs.ts';
import { WAY_ICONS } from '../ui/way-icons.ts';
import { dayOf, exactTime, UNLOCKER_WORDS } from '../ui/words.ts';
import '../ui/relative-time.ts';

@customElement('unlocker-list')
export class UnlockerList extends LitElement {
  static override styles = [shared, list, cardRows];
  @property({ attribute: false }) unlockers: readonly ManifestUnlocker[] = [];
  @property({ attribute: false }) removable: (one: ManifestUnlocker) => boolean = () => false;
  @property({ type: Boolean }) changeable = false;
  @property({ attribute: false }) busy = false;
  /** When each was last used, by its id; those of other people are known to admins only. */
  @property({ attribute: false }) used: Readonly<Record<string, number>> | null = null;

  #lastUse({ id }: ManifestUnlocker) {
    if (this.used === null) return nothing;
    const at = this.used[id];
    return at === undefined ? ' · not used yet' : html` · last used <relative-time hourly .at=${at}></relative-time>`;
  }

  override render() {
    if (this.unlockers.length === 0) return nothing;
    return html`<ul>
      ${repeat(
        this.unlockers,
        (one) => one.id,
        (one) => {
          const say = (what: string) => () => this.dispatchEvent(new CustomEvent(what, { detail: one }));
          return html`<li>
          <span class="tile">${WAY_ICONS[one.kind]}</span>
          <span class="text">
            <strong>${theirs(one.label)}</strong> <span class="pill">${UNLOCKER_WORDS[one.kind]}</span><br />
            <span class="quiet"
              >${one.owner ? `${one.owner} · ` : nothing}${one.rights.includes('admin') ? 'reveals and admin acts' : 'reveals only'} ·
              <span title=${exactTime(one.createdAt)}>since ${dayOf(one.createdAt)}</span>${this.#lastUse(one)}</span
            >
          </span>
          <span class="row">
            ${
              this.changeable && one.kind === 'passphrase'
                ? html`<button aria-label="Change the passphrase of ${isolated(one.label)}" @click=${say('change-wanted')}>Change the passphrase</button>`
                : nothing
            }
            ${
              this.removable(one)
                ? html`<button class="danger" aria-label="Remove ${isolated(one.label)}" ?disabled=${this.busy} @click=${say('remove-wanted')}>Remove</button>`
                : nothing
            }
          </span>
        </li>`;
        },
      )}
    </ul>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'unlocker-list': UnlockerList;
  }
}
