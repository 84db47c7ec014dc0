// A run's phases in order, each with its state and how long it took.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Phase, Run } from '../../../schema/machine.ts';
import { shared } from '../styles/shared.ts';
import { duration, phaseWords } from '../words.ts';

const STATES: Record<Phase['state'], [string, string]> = {
  pending: ['○', 'Not begun'],
  running: ['◐', 'Running'],
  succeeded: ['✓', 'Done'],
  failed: ['✕', 'Failed'],
  skipped: ['–', 'Skipped'],
};

@customElement('phase-list')
export class PhaseList extends LitElement {
  static override styles = [
    shared,
    css`
      ol {
        list-style: none;
        margin: 0;
        padding: 0;
      }
      li {
        display: grid;
        grid-template-columns: 1.6rem 1fr auto;
        gap: 0.4rem;
        padding: 0.3rem 0;
        align-items: baseline;
      }
      .mark {
        text-align: center;
        font-weight: 700;
      }
      .succeeded .mark {
        color: var(--good);
      }
      .failed .mark,
      .failed .state {
        color: var(--bad);
      }
      .running .mark {
        color: var(--accent);
      }
      .pending,
      .skipped {
        color: var(--text-quiet);
      }
    `,
  ];
  @property({ attribute: false }) run: Run | null = null;

  override render() {
    if (!this.run) return nothing;
    return html`<ol>
      ${this.run.phases.map((phase) => {
        const [mark, words] = STATES[phase.state];
        const end = phase.finishedAt ?? (phase.state === 'running' ? Date.now() : null);
        return html`<li class=${phase.state}>
          <span class="mark" aria-hidden="true">${mark}</span>
          <span>${phaseWords(phase.name)}</span>
          <span class="state quiet"
            >${words}${phase.startedAt !== null && end !== null ? html`, ${duration(end - phase.startedAt)}` : nothing}</span
          >
        </li>`;
      })}
    </ol>`;
  }
}
