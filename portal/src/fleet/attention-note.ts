// Why somebody should look at a machine, a line a reason, each with the word that somebody has.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Machine, Mark, MarkSeen, Run } from '../../../schema/machine.ts';
import { isolated } from '../../../schema/shown-text.ts';
import { shared } from '../ui/shared-styles.ts';
import { exactTime } from '../ui/words.ts';
import { attentionReasons } from './attention.ts';

/**
 * Fired with the mark as it was shown: `mark-seen` if it was looked into, `split-wanted` if several PCs have the id.
 */
export type MarkWanted = CustomEvent<MarkSeen>;

@customElement('attention-note')
export class AttentionNote extends LitElement {
  static override styles = [
    shared,
    css`
      .note {
        margin-top: 12px;
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
        margin-top: 8px;
      }
      span {
        flex: 1 1 224px;
        min-width: 0;
      }
    `,
  ];
  @property({ attribute: false }) machine!: Machine;
  @property({ attribute: false }) runs: readonly Run[] = [];
  /** The present instant, to tell how long it has been silent, ms since the epoch. */
  @property({ attribute: false }) now = 0;
  /** Whether the person may acknowledge. */
  @property({ attribute: false }) acting = false;
  /** Whether they may say that several PCs have the id. */
  @property({ attribute: false }) splitting = false;
  @property({ attribute: false }) busy = false;

  override render() {
    const reasons = attentionReasons(this.machine, this.runs, this.now);
    const { split, marks } = this.machine;
    if (reasons.length === 0 && split === null) return nothing;
    return html`<section class="note ${reasons.length > 0 ? 'warn' : ''}" aria-label="Needs attention">
      <ul>
        ${reasons.map((reason, index) => html`<li class="row"><span>${reason}</span>${this.#buttons(marks[index], reason)}</li>`)}
        ${split === null ? nothing : this.#split(split)}
      </ul>
    </section>`;
  }

  /** For what is to be rotated, an admin who has not revealed the secret says so for each. */
  #buttons(mark: Mark | undefined, reason: string) {
    if (!this.acting || !mark || mark.mark === 'to_be_rotated') return nothing;
    const seen: MarkSeen = { mark: mark.mark, of: mark.of };
    if (seen.mark !== 'cloned') return this.#button('Acknowledge', reason, 'mark-seen', seen);
    return html`${this.splitting ? this.#button('They are several', reason, 'split-wanted', seen) : nothing}
      ${this.#button('It is one PC', reason, 'mark-seen', seen)}`;
  }

  #split({ at, by, of }: NonNullable<Machine['split']>) {
    const words = `Several PCs have this ID, says ${isolated(by)}, ${exactTime(at)}. What each of them sealed is offered beside the others, and an engine that can take another ID is told to.`;
    return html`<li class="row">
      <span>${words}</span>
      ${this.splitting ? this.#button('It is one PC', words, 'mark-seen', { mark: 'cloned', of }) : nothing}
    </li>`;
  }

  #button(words: string, reason: string, type: 'mark-seen' | 'split-wanted', detail: MarkSeen) {
    return html`<button
      aria-label="${words}: ${reason}"
      title="On record"
      ?disabled=${this.busy}
      @click=${() => this.dispatchEvent(new CustomEvent(type, { detail }))}
    >
      ${words}
    </button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'attention-note': AttentionNote;
  }
}
