// Every escrow key there ever was: state, who made it and when, what is sealed to it.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { KeyHistory } from '../../../schema/rotation.ts';
import { list } from '../ui/list-styles.ts';
import { shared } from '../ui/shared-styles.ts';
import { exactTime, KEY_STATE_WORDS, shortId } from '../ui/words.ts';

/** Fired when an admin wants to take a key one step further. */
export type KeyStepWanted = CustomEvent<{ kid: string; state: 'retired' | 'destroyed' }>;

@customElement('key-table')
export class KeyTable extends LitElement {
  static override styles = [
    shared,
    list,
    css`
      li {
        flex-wrap: nowrap;
        gap: 1rem;
        padding: 0.9rem 0;
      }
      p {
        margin: 0.2rem 0;
      }
    `,
  ];
  @property({ attribute: false }) keys: readonly KeyHistory[] = [];
  @property({ type: Boolean }) admin = false;
  @property({ attribute: false }) busy = false;
  /** When a retired key may be destroyed, by kid. */
  @property({ attribute: false }) destroyableAt: (key: KeyHistory) => number | null = () => null;

  override render() {
    return html`<ul>
      ${[...this.keys].reverse().map((key) => {
        const [words, tone] = KEY_STATE_WORDS[key.state];
        return html`<li>
          <div>
            <p>
              <strong class="mono" title=${key.kid}>${shortId(key.kid)}</strong> <span class="pill ${tone}">${words}</span>
            </p>
            <p class="quiet">Made ${exactTime(key.madeAt)} by ${key.madeBy}</p>
            ${key.retiredAt === null ? nothing : html`<p class="quiet">Rotation finished ${exactTime(key.retiredAt)}</p>`}
            ${key.destroyedAt === null ? nothing : html`<p class="quiet">Destroyed ${exactTime(key.destroyedAt)}</p>`}
            <p class="quiet">
              ${key.secrets} sealed to it${key.remaining > 0 ? html`, <strong>${key.remaining} to re-seal</strong>` : nothing}${
                key.unopenable > 0 ? html`, ${key.unopenable} marked as not openable` : nothing
              }
            </p>
          </div>
          ${this.admin ? this.#step(key) : nothing}
        </li>`;
      })}
    </ul>`;
  }

  #step(key: KeyHistory) {
    const want = (state: 'retired' | 'destroyed') => () =>
      this.dispatchEvent(new CustomEvent('key-step-wanted', { detail: { kid: key.kid, state } }));
    if (key.state === 'retiring' && key.remaining === 0)
      return html`<div><button class="primary" ?disabled=${this.busy} aria-label="Finish the rotation of ${shortId(key.kid)}" @click=${want('retired')}>Finish the rotation</button></div>`;
    const from = this.destroyableAt(key);
    if (key.state !== 'retired' || from === null) return nothing;
    if (from > Date.now()) return html`<p class="quiet">Can be destroyed from ${exactTime(from)}</p>`;
    return key.remaining === 0
      ? html`<div><button ?disabled=${this.busy} aria-label="Destroy the key ${shortId(key.kid)}" @click=${want('destroyed')}>Destroy the key</button></div>`
      : nothing;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'key-table': KeyTable;
  }
}
