// Which columns the fleet's list shows: boxes that open beneath a button. What is chosen is
// remembered for this person in this browser.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { DropDown } from '../core/drop-down.ts';
import { columns3Icon } from '../ui/icons.ts';
import { shared } from '../ui/shared-styles.ts';
import { CHOOSABLE, type Choice, type Column, rememberChoice } from './columns.ts';

/** Fired with what is chosen from now on. */
export type ColumnsWanted = CustomEvent<Choice>;

/** As row-styles.ts has it: below this width the model is shown to those alone who ask for it. */
const WIDE = matchMedia('(min-width: 1500px)');
const isShownUnasked = (part: Column['part']): boolean => part !== 'model' || WIDE.matches;

@customElement('column-picker')
export class ColumnPicker extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        position: relative;
        display: block;
      }
      .menu {
        position: absolute;
        z-index: 3;
        top: calc(100% + 4px);
        right: 0;
        width: 232px;
      }
      label {
        display: flex;
        align-items: center;
        gap: 9px;
        min-height: 32px;
        margin: 0;
        padding: 0 9px;
        border-radius: var(--radius-small);
        font-weight: 400;
      }
      label:hover {
        background: var(--sunken);
      }
      p {
        margin: 6px 9px;
      }
      .menu button {
        width: 100%;
      }
      /* There a row is a card. */
      @media (max-width: 719px) {
        :host {
          display: none;
        }
      }
    `,
  ];
  @property({ attribute: false }) choice: Choice = {};
  @query('.open') private button!: HTMLButtonElement;
  #list = new DropDown(this, {
    button: () => this.button,
    items: () => [...this.renderRoot.querySelectorAll<HTMLElement>('.menu input, .menu button')],
  });

  #want(choice: Choice): void {
    rememberChoice(choice);
    this.dispatchEvent(new CustomEvent('columns-wanted', { detail: choice }));
  }

  /** The button goes with what it took back, and the focus must not. */
  #asAtFirst = (): void => {
    this.#want({});
    this.#list.close();
    this.button.focus();
  };

  override render() {
    const { open } = this.#list;
    return html`<button
        class="open ghost small"
        aria-expanded=${open ? 'true' : 'false'}
        aria-controls="columns"
        @click=${() => void this.#list.toggle()}
      >
        ${columns3Icon}Columns
      </button>
      <div class="menu" id="columns" role="group" aria-label="Columns" ?hidden=${!open}>${open ? this.#content() : nothing}</div>`;
  }

  #content() {
    const { choice } = this;
    return html`${CHOOSABLE.map(
      ({ part, words }) => html`<label
          ><input
            type="checkbox"
            .checked=${choice[part] ?? isShownUnasked(part)}
            @change=${({ target }: Event) => this.#want({ ...choice, [part]: (target as HTMLInputElement).checked })}
          />${words}</label
        >`,
    )}
      <p class="quiet">Some give way where the window is narrow.</p>
      ${Object.keys(choice).length > 0 ? html`<button class="ghost small" @click=${this.#asAtFirst}>Show the usual ones</button>` : nothing}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'column-picker': ColumnPicker;
  }
}
