// The note on a machine that is not in the fleet: archived, another id of a PC, or set aside; and the way back.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Machine } from '../../../schema/machine.ts';
import { shared } from '../ui/shared-styles.ts';
import { exactTime } from '../ui/words.ts';
import type { MoveWanted } from './machine-identity.ts';

@customElement('archive-note')
export class ArchiveNote extends LitElement {
  static override styles = [
    shared,
    css`
      .note {
        justify-content: space-between;
        margin-top: 1rem;
      }
      span {
        flex: 1 1 16rem;
      }
    `,
  ];
  @property({ attribute: false }) machine!: Machine;
  @property() tenant = '';
  @property({ attribute: false }) acting = false;
  @property({ attribute: false }) busy = false;

  override render() {
    const { mergedInto, archivedAt, archivedBy, shelf } = this.machine;
    if (mergedInto !== null)
      return html`<div class="note row">
        <span>
          This is another ID of <a href="/t/${this.tenant}/machines/${mergedInto}">a machine that is kept</a>: what it holds and reports is
          shown there too.
        </span>
        ${this.#button('unmerge', 'Undo the merge')}
      </div>`;
    if (shelf === 'aside')
      return html`<div class="note row">
        <span>
          All that was ever reported of this machine came with a revoked token and is set aside, so that it is not in the fleet list. It comes
          back by itself when the PC reports with another token, or when an admin brings back what that token brought.
        </span>
      </div>`;
    if (archivedAt === null) return nothing;
    return html`<div class="note row">
      <span>
        Archived by ${archivedBy}, ${exactTime(archivedAt)}. Its secrets can still be revealed, and it comes back by itself when the PC
        reports.
      </span>
      ${this.#button('restore', 'Bring it back')}
    </div>`;
  }

  #button(act: MoveWanted['detail']['act'], words: string) {
    if (!this.acting) return nothing;
    const detail = { act, machine: this.machine.id };
    return html`<button
      ?disabled=${this.busy}
      @click=${() => this.dispatchEvent(new CustomEvent('move-wanted', { detail }))}
    >
      ${words}
    </button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'archive-note': ArchiveNote;
  }
}
