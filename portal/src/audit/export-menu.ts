// The audit as a file: one that can be verified, or one for a spreadsheet.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import type { AuditExportRequest } from '../../../schema/audit.ts';
import { DropDown } from '../core/drop-down.ts';
import { chevronDownIcon, downloadIcon } from '../ui/icons.ts';
import { shared } from '../ui/shared-styles.ts';

type Format = AuditExportRequest['format'];
export type ExportWanted = CustomEvent<Format>;

@customElement('export-menu')
export class ExportMenu extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        position: relative;
        display: block;
      }
      .menu {
        position: absolute;
        z-index: 4;
        right: 0;
        top: calc(100% + 4px);
        width: min(300px, calc(100vw - 32px));
      }
      .menu button {
        display: grid;
        justify-content: stretch;
        gap: 0;
        width: 100%;
        padding: 6px 9px;
        border: 0;
        background: none;
        text-align: left;
      }
      .menu button:is(:hover, :focus-visible) {
        background: var(--sunken);
      }
      .menu span {
        font-weight: 400;
        color: var(--text-3);
      }
    `,
  ];
  /** What is being made; null: nothing is. */
  @property({ attribute: false }) doing: string | null = null;
  @property({ type: Boolean }) filtered = false;
  @query('button') private button!: HTMLButtonElement;
  #list = new DropDown(this, {
    button: () => this.button,
    items: () => [...this.renderRoot.querySelectorAll<HTMLElement>('.menu button')],
  });

  #choose(format: Format): void {
    this.#list.close();
    this.button.focus();
    this.dispatchEvent(new CustomEvent('export-wanted', { detail: format }));
  }

  override render() {
    const { open } = this.#list;
    return html`<button aria-expanded=${open ? 'true' : 'false'} aria-controls="formats" ?disabled=${this.doing !== null} @click=${this.#list.toggle}>
        ${downloadIcon}${this.doing === null ? 'Export' : 'Exporting …'}${chevronDownIcon}
      </button>
      <div class="menu" id="formats" role="group" aria-label="Export" ?hidden=${!open}>${open ? this.#formats() : nothing}</div>`;
  }

  #formats() {
    const what = this.filtered ? 'What the filters show' : 'Everything';
    return html`<button @click=${() => this.#choose('csv')}>Spreadsheet (CSV)<span>${what}, with names beside ids</span></button>
      <button @click=${() => this.#choose('ndjson')}>
        Verifiable file (NDJSON)<span>${this.filtered ? `${what}; only a whole export can be verified` : 'Everything; anybody can verify it offline'}</span>
      </button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'export-menu': ExportMenu;
  }
}
