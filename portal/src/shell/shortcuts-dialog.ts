// The shortcuts of the page that is open, and the switch that turns them off: dictation types letters too.
import { css, html, LitElement } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { Modal } from '../core/modal.ts';
import { areShortcutsOn, registeredShortcuts, turnShortcuts } from '../core/shortcuts.ts';
import { shared } from '../ui/shared-styles.ts';

const NAMES: Record<string, string> = { ArrowDown: '↓', ArrowUp: '↑', Escape: 'Esc', ' ': 'Space' };

@customElement('shortcuts-dialog')
export class ShortcutsDialog extends LitElement {
  static override styles = [
    shared,
    css`
      h1 {
        margin-bottom: 0.75rem;
      }
      dl {
        align-items: baseline;
      }
      kbd {
        font: inherit;
        font-family: var(--mono);
        padding: 0.1rem 0.5rem;
        border: 1px solid var(--field-line);
        border-bottom-width: 2px;
        border-radius: var(--radius-small);
      }
      .check {
        display: flex;
        gap: 0.6rem;
        align-items: baseline;
        font-weight: 400;
        margin: 1.1rem 0 0;
      }
    `,
  ];
  /** The page's name. */
  @property() page = '';
  @query('dialog') private dialog!: HTMLDialogElement;

  constructor() {
    super();
    new Modal(this);
  }

  override render() {
    const shortcuts = [...registeredShortcuts(), { key: 'Escape', words: 'Close a dialog or a menu' }];
    return html`<dialog aria-labelledby="title" @close=${() => this.dispatchEvent(new CustomEvent('closed'))}>
      <h1 id="title">Shortcuts on this page</h1>
      <p class="quiet">${this.page}. They act while you are not typing.</p>
      <dl>
        ${shortcuts.map(({ key, words }) => html`<dt><kbd>${NAMES[key] ?? key}</kbd></dt><dd>${words}</dd>`)}
      </dl>
      <label class="check"
        ><input
          type="checkbox"
          .checked=${areShortcutsOn()}
          @change=${(event: Event) => turnShortcuts((event.target as HTMLInputElement).checked)}
        /><span>Use single-key shortcuts in this browser</span></label
      >
      <div class="actions"><button class="primary" autofocus @click=${() => this.dialog.close()}>Close</button></div>
    </dialog>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'shortcuts-dialog': ShortcutsDialog;
  }
}
