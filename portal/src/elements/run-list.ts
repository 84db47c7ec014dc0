// All runs of a machine, the latest first, as links: which one is looked at stands in the URL.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Run } from '../../../schema/machine.ts';
import { go } from '../router.ts';
import { shared } from '../styles/shared.ts';
import { table } from '../styles/table.ts';
import { dateTime, duration, exactTime, STATUS_WORDS, shortId } from '../words.ts';
import './relative-time.ts';

@customElement('run-list')
export class RunList extends LitElement {
  static override styles = [
    shared,
    table,
    css`
      .frame {
        max-height: 20rem;
        overflow: auto;
      }
      th,
      td {
        padding: 0.4rem 0.6rem;
      }
      th:first-child,
      td:first-child {
        padding-left: 0.5rem;
      }
      tr[aria-current] {
        background: var(--accent-surface);
        box-shadow: inset 3px 0 var(--accent);
      }
      tbody tr:last-child td {
        border-bottom: 0;
      }
      a {
        white-space: nowrap;
      }
      @media (max-width: 46rem) {
        .less {
          display: none;
        }
      }
    `,
  ];
  @property({ attribute: false }) runs: readonly Run[] = [];
  @property() chosen = '';
  /** The id of the machine they are shown with; a run of another id of the same PC says so. */
  @property() machine = '';

  /** The page stays where it is: only what is shown of it changes. */
  #choose(event: MouseEvent): void {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    go((event.currentTarget as HTMLAnchorElement).search);
  }

  override render() {
    return html`<h2>${this.runs.length === 1 ? '1 run' : `${this.runs.length} runs`}</h2>
      <div class="frame" tabindex=${this.runs.length > 8 ? 0 : nothing}>
        <table aria-label="Runs">
          <thead>
            <tr>
              <th scope="col">Started</th>
              <th scope="col">Status</th>
              <th scope="col">Took</th>
              <th scope="col" class="number">Phases</th>
              <th scope="col" class="number less">Restarts</th>
              <th scope="col" class="number">Errors</th>
            </tr>
          </thead>
          <tbody>
            ${this.runs.map((run) => this.#run(run))}
          </tbody>
        </table>
      </div>`;
  }

  #run(run: Run) {
    const [words, tone] = STATUS_WORDS[run.status];
    const done = run.phases.filter(({ state }) => state === 'succeeded' || state === 'skipped').length;
    const end = run.finishedAt ?? (run.status === 'running' ? null : run.lastEventAt);
    return html`<tr aria-current=${run.id === this.chosen ? 'true' : nothing}>
      <td>
        <a href="?run=${run.id}" title=${exactTime(run.startedAt)} @click=${this.#choose}>${dateTime(run.startedAt)}</a>
        ${run.machine === this.machine ? nothing : html`<span class="quiet">ID ${shortId(run.machine)}</span>`}
      </td>
      <td><span class="pill ${tone}">${words}</span></td>
      <td>${end === null ? html`<span class="quiet">Goes on</span>` : duration(end - run.startedAt)}</td>
      <td class="number">${done} of ${run.phases.length}</td>
      <td class="number less">${run.reboots}</td>
      <td class="number">${run.errors}</td>
    </tr>`;
  }
}
