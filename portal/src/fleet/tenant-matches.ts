// A search's results in one tenant, and what matched: metadata only. It shows what it is given.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Match, SearchResult } from '../../../schema/machine.ts';
import type { Membership } from '../../../schema/person.ts';
import { laptopIcon } from '../ui/icons.ts';
import { cardRows, list } from '../ui/list-styles.ts';
import { marked } from '../ui/marked.ts';
import { shared } from '../ui/shared-styles.ts';
import { theirs } from '../ui/theirs.ts';
import { shortId } from '../ui/words.ts';
import { statusAside } from './status-aside.ts';

/** What a locked PC shows of its key's id. */
const SHOWN_OF_KEY_ID = 8;

/** How many more there are than are shown. */
const moreWords = ({ matches, further }: SearchResult): string =>
  further === null
    ? `These are the first ${matches.length} of many.`
    : `These are ${matches.length} of ${matches.length + further}.`;

@customElement('tenant-matches')
export class TenantMatches extends LitElement {
  static override styles = [
    shared,
    list,
    cardRows,
    css`
      li {
        padding-block: 8px;
      }
      li > .text {
        flex: 1 1 140px;
      }
      a {
        font-weight: 550;
        color: var(--text);
        text-decoration: none;
      }
      a:hover {
        text-decoration: underline;
      }
      mark {
        background: light-dark(#ffe7a3, #5a4510);
        color: var(--text);
        border-radius: 2px;
      }
      .status {
        display: inline-flex;
        align-items: center;
        gap: 7px;
        font-size: 13px;
      }
      .status .i {
        width: 14px;
        height: 14px;
      }
      .accent .i {
        color: var(--accent);
      }
      .good .i {
        color: var(--good);
      }
      .bad .i {
        color: var(--bad);
      }
      .warn .i {
        color: var(--warn);
      }
      .more {
        margin: 28px 0 0;
      }
    `,
  ];
  @property({ attribute: false }) membership!: Membership;
  @property({ attribute: false }) result!: SearchResult;
  /** What was typed: it is emphasized where it stands. */
  @property() q = '';

  override render() {
    const { matches } = this.result;
    return html`<div class="card-head"><h2>${theirs(this.membership.name)}</h2></div>
      <ul>
        ${matches.map((match) => this.#match(match))}
      </ul>
      ${this.result.more ? html`<p class="quiet more">${moreWords(this.result)} Type on, and fewer are left.</p>` : nothing}`;
  }

  #match({ machine, keyId }: Match) {
    const { id, hostname, client, serial } = machine;
    return html`<li>
      <span class="tile">${laptopIcon}</span>
      <span class="text">
        <a href="/t/${this.membership.tenant}/machines/${id}">${hostname ? marked(hostname, this.q) : `No name, ID ${shortId(id)}`}</a><br />
        <span class="quiet"
          >${client === null ? 'No client' : marked(client, this.q)} ·
          ${serial === null ? 'no serial number' : html`<span class="mono">${marked(serial, this.q)}</span>`}${keyId ? this.#keyId(keyId) : nothing}</span
        >
      </span>
      ${statusAside(machine)}
    </li>`;
  }

  #keyId(keyId: string) {
    const id = keyId.toUpperCase();
    return html` · key <strong class="mono">${id.slice(0, SHOWN_OF_KEY_ID)}</strong><span class="mono">${id.slice(SHOWN_OF_KEY_ID)}</span>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tenant-matches': TenantMatches;
  }
}
