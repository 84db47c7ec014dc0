// Audit entries as a table: who did what, on which PC of which client, and why. One is chosen, to be shown whole. It shows what it is given.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { AuditEntry, AuditPage } from '../../../schema/audit.ts';
import type { SecretKind } from '../../../schema/secret.ts';
import { isolated } from '../../../schema/shown-text.ts';
import { banIcon, cpuIcon, fileKeyIcon, keyRoundIcon, rotateCwIcon, timerIcon, userCogIcon } from '../ui/icons.ts';
import { shared } from '../ui/shared-styles.ts';
import { table } from '../ui/table-styles.ts';
import { theirs } from '../ui/theirs.ts';
import { exactTime, momentWords, shortId } from '../ui/words.ts';
import { isOnlyLater } from './act-words.ts';
import { aboutOf, actOf, isToRotate, PRINCIPAL_WORDS, reasonOf } from './words.ts';

type Named = Pick<AuditPage, 'pcs' | 'secrets'>;
/** Fired with the seq of the entry that is to be shown whole. */
export type EntryWanted = CustomEvent<number>;

const NUMBER = new Intl.NumberFormat();
const KIND_ICONS: Record<SecretKind, unknown> = {
  bitlocker_recovery_key: keyRoundIcon,
  local_admin_password: userCogIcon,
  bios_password: cpuIcon,
  other: fileKeyIcon,
};

@customElement('audit-table')
export class AuditTable extends LitElement {
  static override styles = [
    shared,
    table,
    css`
      :host {
        display: block;
      }
      table {
        table-layout: fixed;
      }
      thead {
        background: var(--canvas);
      }
      th:nth-child(1) {
        width: 148px;
      }
      th:nth-child(2) {
        width: 15%;
      }
      th:nth-child(3) {
        width: 26%;
      }
      th:nth-child(4) {
        width: 112px;
      }
      th:nth-child(5) {
        width: 11%;
      }
      th:nth-child(7) {
        width: 92px;
      }
      td:first-child,
      th:first-child {
        padding-left: var(--edge);
      }
      td:last-child,
      th:last-child {
        padding-right: var(--edge);
      }
      .beside {
        display: none;
        font-weight: 400;
        color: var(--text-2);
      }
      td,
      th {
        white-space: nowrap;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      tbody tr {
        cursor: pointer;
      }
      tbody tr:hover {
        background: var(--hover);
      }
      tr.here {
        background: var(--selected);
        box-shadow: inset 3px 0 0 var(--accent);
      }
      td > .row {
        flex-wrap: nowrap;
        gap: 8px;
      }
      td > .row > span {
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .what .i {
        color: var(--text-3);
      }
      .refused,
      .refused .i {
        color: var(--bad);
      }
      .when,
      .client {
        color: var(--text-2);
      }
      .when {
        font-variant-numeric: tabular-nums;
      }
      .pc a {
        max-width: 100%;
        overflow: hidden;
        text-overflow: ellipsis;
        vertical-align: bottom;
        color: inherit;
        font-weight: 550;
        text-decoration: none;
      }
      .pc a:hover {
        text-decoration: underline;
      }
      .end {
        justify-content: flex-end;
        gap: 6px;
      }
      .end .i {
        color: var(--warn);
      }
      .end button {
        min-height: 26px;
        padding: 0 4px;
        border: 0;
        background: none;
        font-weight: 400;
        font-variant-numeric: tabular-nums;
        color: var(--text-3);
      }
      @media (max-width: 1099px) {
        .client,
        th:nth-child(5) {
          display: none;
        }
      }
      @media (max-width: 719px) {
        thead {
          display: none;
        }
        table,
        tbody {
          display: block;
        }
        tr {
          display: grid;
          grid-template-columns: minmax(0, 1fr) auto;
          gap: 0 12px;
          padding: 8px var(--edge);
          border-bottom: 1px solid var(--line);
        }
        td,
        td:first-child,
        td:last-child {
          display: block;
          height: auto;
          padding: 0;
          border: 0;
        }
        td.client {
          display: none;
        }
        .beside {
          display: inline;
        }
        .what {
          grid-area: 1 / 1;
          font-weight: 550;
        }
        .when {
          grid-area: 1 / 2;
        }
        .pc {
          grid-area: 2 / 1;
        }
        .end-cell {
          grid-area: 2 / 2 / span 2;
          align-self: end;
        }
        .who {
          grid-area: 3 / 1;
          color: var(--text-3);
        }
        .why {
          grid-area: 4 / 1 / auto / span 2;
          color: var(--text-3);
        }
      }
    `,
  ];
  @property({ attribute: false }) entries: readonly AuditEntry[] = [];
  @property({ attribute: false }) named: Named = { pcs: {}, secrets: {} };
  @property() tenant = '';
  /** The seq of the entry that is shown whole; null: none is. */
  @property({ attribute: false }) open: number | null = null;

  override render() {
    const revealed = this.entries.length > 0 && this.entries.every(({ action }) => action === 'secret.revealed');
    return html`<table aria-label="Entries">
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">Who</th>
          <th scope="col">${revealed ? 'Revealed' : 'Act'}</th>
          <th scope="col">PC</th>
          <th scope="col">Client</th>
          <th scope="col">Reason</th>
          <th scope="col" class="number">Entry</th>
        </tr>
      </thead>
      <tbody>
        ${repeat(
          this.entries,
          (entry) => entry.seq,
          (entry) => this.#row(entry, revealed),
        )}
      </tbody>
    </table>`;
  }

  /** The button of the entry that was shown, for the focus to come back to. */
  focusEntry(seq: number): void {
    this.renderRoot.querySelector<HTMLElement>(`#entry-${seq}`)?.focus();
  }

  #want(seq: number, event: Event): void {
    // A link in the row leads where it says.
    if (event.composedPath().some((node) => node instanceof HTMLAnchorElement)) return;
    this.dispatchEvent(new CustomEvent('entry-wanted', { detail: seq }));
  }

  #row(entry: AuditEntry, revealed: boolean) {
    const { seq, at, principal } = entry;
    const about = aboutOf(entry);
    const pc = about === null ? undefined : this.named.pcs[about];
    const kind = PRINCIPAL_WORDS[principal.kind];
    const reason = reasonOf(entry);
    const open = this.open === seq;
    const name = pc ? pc.hostname || shortId(pc.id) : about === null ? null : shortId(about);
    return html`<tr class=${open ? 'here' : ''} @click=${(event: Event) => this.#want(seq, event)}>
      <td class="when" title=${exactTime(at)}>${momentWords(at, Date.now())}</td>
      <td class="who" title=${isolated(principal.name)}>
        ${theirs(principal.name)}${kind ? html` <span class="quiet">${kind}</span>` : nothing}
      </td>
      <td class="what">${this.#what(entry, revealed)}</td>
      <td class="pc" title=${name === null ? nothing : isolated(name)}>
        ${name === null ? nothing : html`<a href="/t/${this.tenant}/machines/${pc?.id ?? about}">${theirs(name)}</a>${pc?.client ? html`<span class="beside" aria-hidden="true"> · ${theirs(pc.client)}</span>` : nothing}`}
      </td>
      <td class="client" title=${pc?.client ? isolated(pc.client) : nothing}>${pc?.client ? theirs(pc.client) : nothing}</td>
      <td class="why" title=${isolated(reason)}>${theirs(reason)}</td>
      <td class="number end-cell">
        <span class="row end"
          >${
            isToRotate(entry, this.named.secrets)
              ? html`<span title="Still to rotate">${rotateCwIcon}<span class="visually-hidden">Still to rotate</span></span>`
              : nothing
          }<button
            id="entry-${seq}"
            aria-label="Details of entry ${seq}"
            aria-expanded=${open ? 'true' : 'false'}
          >${NUMBER.format(seq)}</button></span
        >
      </td>
    </tr>`;
  }

  #what(entry: AuditEntry, revealed: boolean) {
    const secret = this.named.secrets[entry.subject];
    const refused = entry.outcome === 'refused';
    const kind = secret?.kind ?? null;
    // Too much at once is nobody's attempt at what they may not do: an auditor is not to take it for one.
    const later = refused && isOnlyLater(entry.detail.code);
    const icon = later ? timerIcon : refused ? banIcon : kind ? KIND_ICONS[kind] : nothing;
    const words = actOf(entry, secret, revealed);
    return html`<span class="row ${refused && !later ? 'refused' : ''}" title=${isolated(words)}>${icon}<span>${theirs(words)}</span></span>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'audit-table': AuditTable;
  }
}
