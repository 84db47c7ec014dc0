// The tenant's limits and how much of them is used, for its admins to see before they bite. Operators change it.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { LIMIT_NAMES, LIMITS } from '../../../schema/limit-table.ts';
import type { LimitsAnswer } from '../../../schema/limits.ts';
import { shared } from '../ui/shared-styles.ts';
import { table } from '../ui/table-styles.ts';
import { theirs } from '../ui/theirs.ts';
import { byteWords } from '../ui/words.ts';
import { isDefault, LIMIT_WORDS, limitValue, ROOM_WORDS } from './words.ts';

@customElement('limits-card')
export class LimitsCard extends LitElement {
  static override styles = [
    shared,
    table,
    css`
      meter {
        width: 100%;
      }
      .number {
        white-space: nowrap;
      }
      h3 {
        margin: 1rem 0 0.3rem;
      }
    `,
  ];
  @property({ attribute: false }) limits!: LimitsAnswer;

  override render() {
    const { limits, room, tokens, near } = this.limits;
    return html`<div class="card-head"><h2>Limits</h2></div>
      <p class="quiet">An operator can change each of these for your tenant. What is beyond is refused, and engines keep it.</p>
      <label for="room">Storage: ${byteWords(room.bytes)} of ${byteWords(room.limit)}</label>
      <meter id="room" min="0" max=${room.limit} low=${0.8 * room.limit} high=${0.9 * room.limit} optimum="0" value=${room.bytes}></meter>
      ${room.state === 'ample' ? nothing : html`<p class="note warn">${ROOM_WORDS[room.state]}</p>`}
      ${near.map(
        (one) => html`<p class="note warn">
          ${LIMIT_WORDS[one.limit]}: ${limitValue(one.limit, one.used)} of ${limitValue(one.limit, one.value)}${
            LIMITS[one.limit].within === 'day' ? ' today' : nothing
          }${one.id ? html`, <span class="mono">${one.id}</span>` : nothing}
        </p>`,
      )}
      <h3>Today, by token</h3>
      ${
        tokens.length === 0
          ? html`<p class="quiet">Nothing has come yet today.</p>`
          : html`<table>
              <thead>
                <tr><th scope="col">Token</th><th scope="col" class="number">Brought</th><th scope="col" class="number">New PCs</th></tr>
              </thead>
              <tbody>
                ${tokens.map(
                  (token) => html`<tr>
                    <td>${theirs(token.label || token.id)}</td>
                    <td class="number">${byteWords(token.bytes)}</td>
                    <td class="number">${token.machines}</td>
                  </tr>`,
                )}
              </tbody>
            </table>`
      }
      <details>
        <summary>All limits</summary>
        <table>
          <tbody>
            ${LIMIT_NAMES.map(
              (name) => html`<tr>
                <th scope="row">${LIMIT_WORDS[name]}</th>
                <td class="number">
                  ${limitValue(name, limits[name])}${isDefault(name, limits[name]) ? nothing : html` <span class="pill">Changed</span>`}
                </td>
              </tr>`,
            )}
          </tbody>
        </table>
      </details>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'limits-card': LimitsCard;
  }
}
