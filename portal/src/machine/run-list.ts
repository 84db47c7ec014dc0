// All runs of a machine, the latest first, as links: the URL says which one is selected.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Run } from '../../../schema/machine.ts';
import { go } from '../core/router.ts';
import { asideWith } from '../ui/aside-words.ts';
import { shared } from '../ui/shared-styles.ts';
import { table } from '../ui/table-styles.ts';
import { dateTime, duration, exactTime, STATUS_WORDS, shortId } from '../ui/words.ts';
import { clockWords } from './clock-words.ts';
import '../ui/relative-time.ts';

@customElement('run-list')
export class RunList extends LitElement {
  static override styles = [
    shared,
    table,
    css`
      .frame {
        max-height: 242px;
        margin: -16px;
        overflow: auto;
      }
      :host([apart]) .frame {
        margin-top: 8px;
      }
      th {
        position: sticky;
        top: 0;
        background: var(--canvas);
      }
      :is(th, td):first-child {
        padding-left: 16px;
      }
      :is(th, td):last-child {
        padding-right: 16px;
      }
      tr[aria-current] {
        background: var(--selected);
        box-shadow: inset 3px 0 var(--accent);
      }
      a {
        white-space: nowrap;
      }
      /* A row of two lines: when and what came of it, then its numbers, each with its name. */
      @media (max-width: 46rem) {
        thead {
          position: absolute;
          clip-path: inset(50%);
        }
        tr {
          display: flex;
          flex-wrap: wrap;
          gap: 2px 14px;
          padding: 8px 16px;
          border-bottom: 1px solid var(--line);
        }
        td,
        td:is(:first-child, :last-child),
        .number {
          height: auto;
          border: 0;
          padding: 0;
          text-align: left;
        }
        td {
          white-space: nowrap;
        }
        td:first-child {
          flex: 1 1 60%;
        }
        td[data-name]::before {
          content: attr(data-name) " ";
          color: var(--text-3);
        }
      }
    `,
  ];
  @property({ attribute: false }) runs: readonly Run[] = [];
  /** The list shows runs that were set aside, in a section of its own. */
  @property({ type: Boolean }) apart = false;
  /** There are earlier ones, which are not here. */
  @property({ type: Boolean }) more = false;
  @property() chosen = '';
  /** The id of the machine they are shown with; a run of another id of the same PC says so. */
  @property() machine = '';

  /** The page stays where it is: only what is shown of it changes. */
  #choose(event: MouseEvent): void {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    go((event.currentTarget as HTMLAnchorElement).search);
  }

  /** Runs that are not here are not counted as if there were none. */
  #heading(): string {
    const { length } = this.runs;
    return this.more ? `The latest ${length} runs` : length === 1 ? '1 run' : `${length} runs`;
  }

  override render() {
    const words = this.#heading();
    return html`${this.apart ? html`<h3>${words}</h3>` : html`<div class="card-head"><h2>${words}</h2></div>`}
      <div class="frame" tabindex=${this.runs.length > 8 ? 0 : nothing}>
        <table aria-label=${this.apart ? 'Runs set aside' : 'Runs'}>
          <thead>
            <tr>
              <th scope="col">Started</th>
              <th scope="col">Status</th>
              <th scope="col">Took</th>
              <th scope="col" class="number">Phases</th>
              <th scope="col" class="number">Restarts</th>
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
      <td>
        <span class="pill ${tone}">${words}</span>
        ${run.aside === null ? nothing : html`<span class="pill warn">${asideWith(run.aside)}</span>`}
        ${run.clock ? html`<span class="pill warn" title=${clockWords(run) ?? ''}>Clock wrong</span>` : nothing}
      </td>
      <td data-name="Took">${end === null ? html`<span class="quiet">Still running</span>` : duration(end - run.startedAt)}</td>
      <td data-name="Phases" class="number">${done} of ${run.phases.length}</td>
      <td data-name="Restarts" class="number">${run.reboots}</td>
      <td data-name="Errors" class="number">${run.errors}</td>
    </tr>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'run-list': RunList;
  }
}
