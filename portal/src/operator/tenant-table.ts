// Tenants as an operator sees them: one row each, counts only; on a narrow screen each becomes a card.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { OperatedTenant, TenantCounts } from '../../../schema/operator.ts';
import { isolated } from '../../../schema/shown-text.ts';
import { shared } from '../ui/shared-styles.ts';
import { table } from '../ui/table-styles.ts';
import { theirs } from '../ui/theirs.ts';
import { byteWords, TENANT_KEY_WORDS } from '../ui/words.ts';
import '../ui/relative-time.ts';

/** Fired when an operator wants to suspend (`suspend-wanted`) or resume (`resume-wanted`) a tenant, or to see its limits (`limits-wanted`). */
export type TenantWanted = CustomEvent<OperatedTenant>;

@customElement('tenant-table')
export class TenantTable extends LitElement {
  static override styles = [
    shared,
    table,
    css`
      th {
        background: var(--canvas);
        white-space: nowrap;
      }
      td {
        height: 50px;
      }
      :is(th, td):first-child {
        padding-left: 16px;
      }
      :is(th, td):last-child {
        padding-right: 16px;
      }
      tbody tr:last-child td {
        border-bottom: 0;
      }
      .name {
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      .id {
        display: block;
        font-size: 11px;
        line-height: 16px;
        white-space: nowrap;
      }
      .number {
        white-space: nowrap;
      }
      .act {
        text-align: right;
        white-space: nowrap;
      }
      .keys {
        white-space: nowrap;
      }
      @media (max-width: 60rem) {
        thead {
          display: none;
        }
        tr {
          display: grid;
          grid-template-columns: 1fr 1fr;
          gap: 4px 12px;
          padding: 12px 16px;
          border-bottom: 1px solid var(--line);
        }
        tbody tr:last-child {
          border-bottom: 0;
        }
        td,
        td:is(:first-child, :last-child),
        td.number,
        td.act {
          height: auto;
          padding: 0;
          border: 0;
          text-align: left;
        }
        td:first-child,
        td.wide,
        td.act {
          grid-column: 1 / -1;
        }
        td[data-words]::before {
          content: attr(data-words) ": ";
          color: var(--text-3);
        }
      }
    `,
  ];

  @property({ attribute: false }) tenants: readonly OperatedTenant[] = [];
  /** An act on one of them is under way. */
  @property({ attribute: false }) busy = false;

  override render() {
    return html`<table>
      <thead>
        <tr>
          <th scope="col">Tenant</th>
          <th scope="col">Status</th>
          <th scope="col">Last report</th>
          <th scope="col" class="number">PCs</th>
          <th scope="col" class="number">Secrets</th>
          <th scope="col" class="number">People</th>
          <th scope="col" class="number">Tokens</th>
          <th scope="col">Keys</th>
          <th scope="col" class="number">Storage</th>
          <th scope="col" class="number">Schema</th>
          <th scope="col"><span class="visually-hidden">What can be done</span></th>
        </tr>
      </thead>
      <tbody>
        ${repeat(
          this.tenants,
          (tenant) => tenant.id,
          (tenant) => this.#row(tenant),
        )}
      </tbody>
    </table>`;
  }

  #row(tenant: OperatedTenant) {
    const { id, name, status, counts } = tenant;
    const suspended = status === 'suspended';
    const want = (event: string) => () => this.dispatchEvent(new CustomEvent(event, { detail: tenant }));
    return html`<tr>
      <td><span class="name">${theirs(name)}</span><span class="id mono quiet">${id}</span></td>
      <td><span class="pill ${suspended ? 'bad' : 'good'}">${suspended ? 'Suspended' : 'Active'}</span></td>
      ${counts ? this.#counts(counts) : html`<td class="wide" colspan="8"><span class="pill warn">Does not answer</span> <span class="quiet">Its object gave no counts. Refresh to ask again.</span></td>`}
      <td class="act">
        <button class="small" aria-label="Limits of ${name}" @click=${want('limits-wanted')}>Limits</button>
        <button
          class="small"
          aria-label="${suspended ? 'Resume' : 'Suspend'} ${isolated(name)}"
          ?disabled=${this.busy}
          @click=${want(suspended ? 'resume-wanted' : 'suspend-wanted')}
        >
          ${suspended ? 'Resume' : 'Suspend'}
        </button>
      </td>
    </tr>`;
  }

  #counts(counts: TenantCounts) {
    const number = (words: string, value: number | string) =>
      html`<td class="number" data-words=${words}>${value}</td>`;
    const [keys, tone] = TENANT_KEY_WORDS[counts.keyState];
    return html`<td data-words="Last report">
        ${counts.lastReportAt === null ? html`<span class="quiet">Never</span>` : html`<relative-time .at=${counts.lastReportAt}></relative-time>`}
      </td>
      ${number('PCs', counts.machines)} ${number('Secrets', counts.secrets)} ${number('People', counts.people)}
      ${number('Tokens', counts.tokens)}
      <td data-words="Keys"><span class=${tone ? `pill ${tone}` : 'quiet keys'}>${keys}</span></td>
      <td class="number" data-words="Storage">
        ${byteWords(counts.storageBytes)}${counts.room === 'ample' ? nothing : html` <span class="pill ${counts.room === 'low' ? 'warn' : 'bad'}">Nearly full</span>`}
      </td>
      ${number('Schema', counts.schemaVersion)}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tenant-table': TenantTable;
  }
}
