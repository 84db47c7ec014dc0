// Every escrow key there ever was: state, who made it and when, what is sealed to it.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { KeyHistory } from '../../../schema/rotation.ts';
import { shared } from '../ui/shared-styles.ts';
import { cardTable, table } from '../ui/table-styles.ts';
import { dateTime, dayOf, exactTime, KEY_STATE_WORDS, shortId } from '../ui/words.ts';

/** Fired when an admin wants to take a key one step further. */
export type KeyStepWanted = CustomEvent<{ kid: string; state: 'retired' | 'destroyed' }>;

@customElement('key-table')
export class KeyTable extends LitElement {
  static override styles = [
    shared,
    table,
    cardTable,
    css`
      td:first-child {
        white-space: nowrap;
      }
      th:nth-child(4) {
        width: 80px;
      }
      th:last-child {
        width: 30%;
      }
      .mono {
        margin-left: 4px;
      }
      p {
        margin: 0;
      }
    `,
  ];
  @property({ attribute: false }) keys: readonly KeyHistory[] = [];
  @property({ type: Boolean }) admin = false;
  @property({ attribute: false }) busy = false;
  /** When a retired key may be destroyed, by kid. */
  @property({ attribute: false }) destroyableAt: (key: KeyHistory) => number | null = () => null;

  override render() {
    return html`<div class="card-head"><h2>Escrow keys</h2></div>
      <div class="frame">
        <table aria-label="Escrow keys">
          <thead>
            <tr>
              <th scope="col">Key</th>
              <th scope="col">State</th>
              <th scope="col">Made</th>
              <th scope="col" class="number">Secrets</th>
              <th scope="col"><span class="visually-hidden">What is next</span></th>
            </tr>
          </thead>
          <tbody>
            ${[...this.keys].reverse().map((key) => this.#key(key))}
          </tbody>
        </table>
      </div>`;
  }

  #key(key: KeyHistory) {
    const [words, tone] = KEY_STATE_WORDS[key.state];
    return html`<tr>
      <td><strong>Key ${key.keyEpoch}</strong><span class="mono quiet" title=${key.kid}>${shortId(key.kid)}</span></td>
      <td><span class="pill ${tone}">${words}</span></td>
      <td>
        <p><span title=${exactTime(key.madeAt)}>${dateTime(key.madeAt)}</span> · ${key.madeBy}</p>
        ${key.retiredAt === null ? nothing : html`<p class="quiet">Rotation finished ${exactTime(key.retiredAt)}</p>`}
        ${key.destroyedAt === null ? nothing : html`<p class="quiet">Destroyed ${exactTime(key.destroyedAt)}</p>`}
      </td>
      <td class="number" data-name="Secrets">${key.secrets.toLocaleString()}</td>
      <td class="acts">
        <div>
          ${key.remaining > 0 ? html`<span class="quiet">${key.remaining.toLocaleString()} to re-seal</span>` : nothing}
          ${key.unopenable > 0 ? html`<span class="quiet">${key.unopenable.toLocaleString()} marked as not openable</span>` : nothing}
          ${this.admin ? this.#step(key) : nothing}
        </div>
      </td>
    </tr>`;
  }

  #step(key: KeyHistory) {
    const want = (state: 'retired' | 'destroyed') => () =>
      this.dispatchEvent(new CustomEvent('key-step-wanted', { detail: { kid: key.kid, state } }));
    if (key.state === 'retiring' && key.remaining === 0)
      return html`<span class="quiet">Every secret is re-sealed. The rotation counts as going on until an admin finishes it.</span>
        <button class="primary small" ?disabled=${this.busy} aria-label="Finish the rotation of ${shortId(key.kid)}" @click=${want('retired')}>Finish the rotation</button>`;
    const from = this.destroyableAt(key);
    if (key.state !== 'retired' || from === null) return nothing;
    if (from > Date.now())
      return html`<span class="quiet" title=${exactTime(from)}>Can be destroyed from ${dayOf(from)}</span>`;
    return key.remaining === 0
      ? html`<button class="small danger" ?disabled=${this.busy} aria-label="Destroy the key ${shortId(key.kid)}" @click=${want('destroyed')}>Destroy the key</button>`
      : nothing;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'key-table': KeyTable;
  }
}
