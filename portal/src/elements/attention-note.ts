// Why somebody should look at a machine, a line a reason.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Machine, Run } from '../../../schema/machine.ts';
import { attentionReasons } from '../attention.ts';
import { shared } from '../styles/shared.ts';

@customElement('attention-note')
export class AttentionNote extends LitElement {
  static override styles = [
    shared,
    css`
      .note {
        margin-top: 1rem;
      }
      ul {
        margin: 0;
        padding: 0;
        list-style: none;
      }
    `,
  ];
  @property({ attribute: false }) machine!: Machine;
  @property({ attribute: false }) runs: readonly Run[] = [];
  /** By which clock it has been silent for how long, ms since the epoch. */
  @property({ attribute: false }) now = 0;

  override render() {
    const reasons = attentionReasons(this.machine, this.runs, this.now);
    if (reasons.length === 0) return nothing;
    return html`<section class="note warn" aria-label="Needs attention">
      <ul>
        ${reasons.map((reason) => html`<li>${reason}</li>`)}
      </ul>
    </section>`;
  }
}
