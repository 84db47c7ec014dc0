// A run's status as a badge, and its progress over phases as a bar with its numbers beside it.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { MachineSummary } from '../../../schema/machine.ts';
import { shared } from '../ui/shared-styles.ts';
import { phaseWords, STATUS_WORDS } from '../ui/words.ts';
import { RUN_ICONS } from './status-icon.ts';

@customElement('run-status')
export class RunStatus extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: inline-block;
      }
      .i {
        width: 14px;
        height: 14px;
      }
    `,
  ];
  @property({ attribute: false }) run: MachineSummary['run'] = null;

  override render() {
    if (!this.run) return html`<span class="pill">No run yet</span>`;
    const [words, tone] = STATUS_WORDS[this.run.status];
    return html`<span class="pill ${tone}">${RUN_ICONS[this.run.status]}${words}</span>`;
  }
}

@customElement('phase-progress')
export class PhaseProgress extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: block;
        min-width: 9rem;
      }
      progress {
        display: block;
        height: 6px;
      }
      .text {
        font-size: 0.85rem;
        display: flex;
        justify-content: space-between;
        gap: 0.5rem;
      }
    `,
  ];
  @property({ attribute: false }) run: MachineSummary['run'] = null;

  override render() {
    if (!this.run) return nothing;
    const { phasesDone, phasesTotal, phase } = this.run;
    const where = phase ? phaseWords(phase) : phasesTotal > 0 && phasesDone === phasesTotal ? 'All phases' : '';
    return html`<span class="text quiet"><span>${where}</span><span>${phasesDone} of ${phasesTotal}</span></span>
      <progress max=${phasesTotal} .value=${phasesDone} aria-label="Phases done"></progress>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'run-status': RunStatus;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'phase-progress': PhaseProgress;
  }
}
