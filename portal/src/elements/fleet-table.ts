// The fleet as a table; on a narrow screen each machine becomes a card. It shows what it is given and fetches nothing.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { MachineSummary } from '../../../schema/machine.ts';
import { shared } from '../styles/shared.ts';
import { table } from '../styles/table.ts';
import { ATTENTION_WORDS, shortId } from '../words.ts';
import './relative-time.ts';
import './run-status.ts';

@customElement('fleet-table')
export class FleetTable extends LitElement {
  static override styles = [
    shared,
    table,
    css`
      td {
        height: 3.4rem;
      }
      tbody tr:last-child td {
        border-bottom: 0;
      }
      tbody tr:hover {
        background: var(--sunken);
      }
      .name {
        font-weight: 600;
        text-decoration: none;
      }
      .name:hover {
        text-decoration: underline;
      }
      .sub {
        display: block;
        font-size: 0.85rem;
      }
      @media (max-width: 46rem) {
        thead {
          display: none;
        }
        tr {
          display: grid;
          grid-template-columns: 1fr auto;
          gap: 0.35rem 0.75rem;
          padding: 0.75rem;
          border-bottom: 1px solid var(--line);
        }
        td {
          padding: 0;
          border: 0;
          height: auto;
        }
        td.progress {
          grid-column: 1 / -1;
        }
        .number::before {
          content: "Secrets: ";
          color: var(--text-quiet);
        }
      }
    `,
  ];

  @property({ attribute: false }) machines: readonly MachineSummary[] = [];
  @property() tenant = '';

  override render() {
    return html`<table>
      <thead>
        <tr>
          <th scope="col">Machine</th>
          <th scope="col">Status</th>
          <th scope="col">Phase</th>
          <th scope="col">Last event</th>
          <th scope="col" class="number">Secrets</th>
        </tr>
      </thead>
      <tbody>
        ${repeat(
          this.machines,
          (machine) => machine.id,
          (machine) => this.#row(machine),
        )}
      </tbody>
    </table>`;
  }

  #row(machine: MachineSummary) {
    return html`<tr>
      <td>
        <a class="name" href="/t/${this.tenant}/machines/${machine.id}">${machine.hostname ?? shortId(machine.id)}</a>
        <span class="sub quiet">${machine.client ?? machine.model ?? 'Never reported'}</span>
      </td>
      <td>
        <run-status .run=${machine.run}></run-status>
        ${machine.toRotate > 0 ? html`<span class="pill warn">${machine.toRotate} to be rotated</span>` : nothing}
        ${
          machine.attention.some((one) => one !== 'to_be_rotated')
            ? html`<span class="pill warn" title=${machine.attention.map((one) => ATTENTION_WORDS[one]).join('\n')}
                >Needs attention</span
              >`
            : nothing
        }
      </td>
      <td class="progress"><phase-progress .run=${machine.run}></phase-progress></td>
      <td><relative-time .at=${machine.lastEventAt}></relative-time></td>
      <td class="number">${machine.secrets}</td>
    </tr>`;
  }
}
