// A search's results in one tenant, and what matched: metadata only. It shows what it is given.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Match, SearchResult } from '../../../schema/machine.ts';
import type { Membership } from '../../../schema/person.ts';
import { list } from '../ui/list-styles.ts';
import { shared } from '../ui/shared-styles.ts';
import { theirs } from '../ui/theirs.ts';
import { pcWords, shortId } from '../ui/words.ts';
import './run-status.ts';

const FIELD_WORDS: Record<Match['field'], string> = {
  hostname: 'By its name',
  serial: 'By its serial number',
  client: 'By its client',
  recovery_key: 'By its recovery key',
};

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
    css`
      li {
        align-items: center;
        gap: 0.2rem 1rem;
        padding: 0.6rem 0;
        border-top: 1px solid var(--line);
        border-bottom: 0;
      }
      li > div {
        min-width: 0;
        overflow-wrap: anywhere;
      }
      li a {
        font-weight: 600;
      }
      .more {
        margin: 0.6rem 0 0;
      }
    `,
  ];
  @property({ attribute: false }) membership!: Membership;
  @property({ attribute: false }) result!: SearchResult;

  override render() {
    const { matches } = this.result;
    return html`<h2>${theirs(this.membership.name)}</h2>
      <ul>
        ${matches.map((match) => this.#match(match))}
      </ul>
      ${this.result.more ? html`<p class="quiet more">${moreWords(this.result)} Type on, and fewer are left.</p>` : nothing}`;
  }

  #match({ machine, field, keyId }: Match) {
    const { id, hostname, run } = machine;
    return html`<li>
      <div>
        <a href="/t/${this.membership.tenant}/machines/${id}">${hostname ? theirs(hostname) : `No name, ID ${shortId(id)}`}</a>
        <span class="quiet"> ${pcWords(machine)}</span><br />
        <span class="quiet">${FIELD_WORDS[field]}</span>${keyId ? html` <span class="mono">${keyId.toUpperCase()}</span>` : nothing}
      </div>
      <run-status .run=${run}></run-status>
    </li>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tenant-matches': TenantMatches;
  }
}
