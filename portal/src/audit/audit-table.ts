// Audit entries as a table, newest first; each opens to everything recorded about it. It shows what it is given.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { AuditEntry } from '../../../schema/audit.ts';
import { isolated } from '../../../schema/shown-text.ts';
import { shared } from '../ui/shared-styles.ts';
import { table } from '../ui/table-styles.ts';
import { theirs } from '../ui/theirs.ts';
import { exactTime } from '../ui/words.ts';
import { actionWords, detailWords, machineOf, PRINCIPAL_WORDS, refusalWords, subjectWords } from './words.ts';
import '../ui/relative-time.ts';

@customElement('audit-table')
export class AuditTable extends LitElement {
  static override styles = [
    shared,
    table,
    css`
      td {
        vertical-align: top;
        overflow-wrap: anywhere;
      }
      .when {
        white-space: nowrap;
      }
      .seq {
        text-align: right;
        font-variant-numeric: tabular-nums;
      }
      .seq button {
        min-height: 1.7rem;
        padding: 0 0.5rem;
        font-weight: 400;
      }
      .more {
        background: var(--sunken);
      }
      .more .row {
        margin-top: 0.75rem;
      }
      .away {
        display: none;
      }
      @media (max-width: 46rem) {
        thead {
          display: none;
        }
        tr {
          display: grid;
          grid-template-columns: 1fr auto;
          gap: 0.15rem 0.75rem;
          padding: 0.6rem 0.75rem;
          border-bottom: 1px solid var(--line);
        }
        tr.away {
          display: none;
        }
        td {
          padding: 0;
          border: 0;
        }
        .who,
        .subject,
        .more td {
          grid-column: 1 / -1;
        }
        .what {
          grid-column: 1;
          grid-row: 1;
          font-weight: 500;
        }
        .seq {
          grid-column: 2;
          grid-row: 1;
        }
        .when {
          grid-column: 1 / -1;
          color: var(--text-3);
        }
      }
    `,
  ];
  @property({ attribute: false }) entries: readonly AuditEntry[] = [];
  @property() tenant = '';
  @state() private open: ReadonlySet<number> = new Set();

  override render() {
    return html`<table>
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">Who</th>
          <th scope="col">What</th>
          <th scope="col">About</th>
          <th scope="col" class="seq">Entry</th>
        </tr>
      </thead>
      <tbody>
        ${repeat(
          this.entries,
          (entry) => entry.seq,
          (entry) => this.#rows(entry),
        )}
      </tbody>
    </table>`;
  }

  #toggle(seq: number): void {
    const open = new Set(this.open);
    if (!open.delete(seq)) open.add(seq);
    this.open = open;
  }

  #rows(entry: AuditEntry) {
    const { seq, at, principal, outcome, detail } = entry;
    const machine = machineOf(entry);
    const open = this.open.has(seq);
    const about = theirs(subjectWords(entry));
    const kind = PRINCIPAL_WORDS[principal.kind];
    return html`<tr>
        <td class="when"><relative-time .at=${at}></relative-time></td>
        <td class="who">${theirs(principal.name)}${kind ? html` <span class="quiet">${kind}</span>` : nothing}</td>
        <td class="what">
          ${actionWords(entry.action)}
          ${outcome === 'refused' ? html`<span class="pill warn">${refusalWords(detail.code)}</span>` : nothing}
        </td>
        <td class="subject" title=${isolated(entry.subject)}>
          ${machine ? html`<a href="/t/${this.tenant}/machines/${machine}">${about}</a>` : about}
        </td>
        <td class="seq">
          <button
            aria-expanded=${open ? 'true' : 'false'}
            aria-controls="entry-${seq}"
            aria-label="Details of entry ${seq}"
            @click=${() => this.#toggle(seq)}
          >
            ${seq} <span aria-hidden="true">${open ? '▴' : '▾'}</span>
          </button>
        </td>
      </tr>
      <tr id="entry-${seq}" class="more ${open ? '' : 'away'}">
        <td colspan="5">${open ? this.#details(entry, machine) : nothing}</td>
      </tr>`;
  }

  #details(entry: AuditEntry, machine: string | null) {
    const { principal, detail, ip, userAgent } = entry;
    const rows: [string, unknown][] = [
      ['Action', entry.action],
      ['Subject', entry.subject],
      ...Object.entries(detail).map(([name, value]): [string, unknown] => [detailWords(name), value]),
      ['Principal', `${principal.kind} ${principal.id}`],
      ['Address', ip],
      ['Program', userAgent],
      ['Hash', entry.hash],
    ];
    const only = (change: Record<string, string>, words: string) =>
      html`<button @click=${() => this.dispatchEvent(new CustomEvent('filter-wanted', { detail: change }))}>${words}</button>`;
    return html`<dl>
        <dt>Time</dt><dd>${exactTime(entry.at)}</dd>
        ${rows.map(([term, value]) => (value === null || value === '' ? nothing : html`<dt>${term}</dt><dd>${theirs(String(value))}</dd>`))}
      </dl>
      <div class="row">
        ${machine ? only({ machine }, 'Only this machine') : nothing}
        ${principal.kind === 'machine' ? nothing : only({ person: principal.id }, `Only ${isolated(principal.name)}`)}
        ${only({ action: entry.action }, 'Only this action')}
      </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'audit-table': AuditTable;
  }
}
