// Why somebody should look at a machine, a line a reason, each with the word that somebody has.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Machine, Mark, Run } from '../../../schema/machine.ts';
import { attentionReasons } from '../attention.ts';
import { shared } from '../styles/shared.ts';

/** Fired with the mark that was looked into, as it was shown. */
export type MarkSeenWanted = CustomEvent<Mark>;

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
      li {
        justify-content: space-between;
      }
      li + li {
        margin-top: 0.4rem;
      }
      span {
        flex: 1 1 16rem;
      }
    `,
  ];
  @property({ attribute: false }) machine!: Machine;
  @property({ attribute: false }) runs: readonly Run[] = [];
  /** By which clock it has been silent for how long, ms since the epoch. */
  @property({ attribute: false }) now = 0;
  /** Whether the person may acknowledge. */
  @property({ attribute: false }) acting = false;
  @property({ attribute: false }) busy = false;

  override render() {
    const reasons = attentionReasons(this.machine, this.runs, this.now);
    if (reasons.length === 0) return nothing;
    return html`<section class="note warn" aria-label="Needs attention">
      <ul>
        ${reasons.map((reason, index) => html`<li class="row"><span>${reason}</span>${this.#button(this.machine.marks[index], reason)}</li>`)}
      </ul>
    </section>`;
  }

  /** What is to be rotated is said of each secret, by an admin who has not revealed it. */
  #button(mark: Mark | undefined, reason: string) {
    if (!this.acting || !mark || mark.mark === 'to_be_rotated') return nothing;
    const words = mark.mark === 'cloned' ? 'It is one PC' : 'Acknowledge';
    return html`<button
      aria-label="${words}: ${reason}"
      title="On record; it comes back if the same happens anew"
      ?disabled=${this.busy}
      @click=${() => this.dispatchEvent(new CustomEvent('mark-seen', { detail: mark }))}
    >
      ${words}
    </button>`;
  }
}
