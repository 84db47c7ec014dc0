// The shortcuts of the page that is open, the keys that go to others, and the switch that turns them off: dictation types letters too.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { Modal } from '../core/modal.ts';
import { areShortcutsOn, registeredShortcuts, turnShortcuts } from '../core/shortcuts.ts';
import { shared } from '../ui/shared-styles.ts';

const NAMES: Record<string, string> = { ArrowDown: '↓', ArrowUp: '↑', Escape: 'Esc', ' ': 'Space' };

/** Those of two keys, one after the other: they go to a page. */
const isTwo = ({ key }: { key: string }): boolean => /^\S \S$/.test(key);

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
      h2 {
        margin: 1.1rem 0 0.5rem;
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
    const all = registeredShortcuts();
    const shortcuts = [...all.filter((one) => !isTwo(one)), { key: 'Escape', words: 'Close a dialog or a menu' }];
    const places = all.filter(isTwo);
    return html`<dialog aria-labelledby="title" @close=${() => this.dispatchEvent(new CustomEvent('closed'))}>
      <h1 id="title">Shortcuts on this page</h1>
      <p class="quiet">${this.page}. They act while you are not typing.</p>
      <dl>
        ${shortcuts.map(({ key, words }) => html`<dt><kbd>${NAMES[key] ?? key}</kbd></dt><dd>${words}</dd>`)}
      </dl>
      ${places.length > 0 ? this.#places(places) : nothing}
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

  #places(places: readonly { key: string; words: string }[]) {
    return html`<h2>Go to a page</h2>
      <dl class="places">
        ${places.map(({ key, words }) => {
          const [first = '', then = ''] = key.toUpperCase().split(' ');
          return html`<dt><kbd>${first}</kbd> then <kbd>${then}</kbd></dt><dd>${words}</dd>`;
        })}
      </dl>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'shortcuts-dialog': ShortcutsDialog;
  }
}
