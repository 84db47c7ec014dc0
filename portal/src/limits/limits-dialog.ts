// The limits of one tenant for an operator: what is in force, what is used, and a form that changes one.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { LIMIT_NAMES, LIMITS, type LimitName } from '../../../schema/limit-table.ts';
import type { OperatedLimits } from '../../../schema/limits.ts';
import { Modal } from '../core/modal.ts';
import { RefusedFields } from '../ui/refused-fields.ts';
import { saidNote } from '../ui/said-note.ts';
import { shared } from '../ui/shared-styles.ts';
import { table } from '../ui/table-styles.ts';
import { isDefault, LIMIT_WORDS, limitValue } from './words.ts';

/** Fired with one limit as it is to be; null: its default. */
export type LimitChosen = CustomEvent<{ name: LimitName; value: number | null }>;

@customElement('limits-dialog')
export class LimitsDialog extends LitElement {
  static override styles = [
    shared,
    table,
    css`
      h1 {
        margin-bottom: 0.75rem;
        overflow-wrap: anywhere;
      }
      .frame {
        max-height: 18rem;
        overflow: auto;
        margin-bottom: 1rem;
      }
      .number {
        white-space: nowrap;
      }
    `,
  ];

  @property() name = '';
  /** Null while it is on its way. */
  @property({ attribute: false }) operated: OperatedLimits | null = null;
  @property({ attribute: false }) busy = false;
  @property({ attribute: false }) failure: unknown = null;
  @property() said = '';
  @state() private chosen: LimitName = 'storageBytes';
  @query('dialog') private dialog!: HTMLDialogElement;

  constructor() {
    super();
    new Modal(this);
    new RefusedFields(this, {
      failure: () => this.failure,
      at: (said) => (said === this.chosen ? 'value' : undefined),
    });
  }

  #close = (): void => {
    this.dispatchEvent(new CustomEvent('closed'));
  };

  #send(value: number | null): void {
    if (this.busy) return;
    this.dispatchEvent(new CustomEvent('limit-chosen', { detail: { name: this.chosen, value } }));
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    this.#send(Number(new FormData(event.target as HTMLFormElement).get('value')));
  };

  #choose = (event: Event): void => {
    this.chosen = LIMIT_NAMES.find((name) => name === (event.target as HTMLSelectElement).value) ?? this.chosen;
  };

  override render() {
    return html`<dialog aria-labelledby="title" @close=${this.#close}>
      <h1 id="title">Limits of ${this.name}</h1>
      ${saidNote(this.said)}
      <div data-refused></div>
      ${this.operated ? this.#limits(this.operated) : this.failure ? nothing : html`<p role="status">Asking the tenant …</p>`}
      <div class="actions"><button type="button" @click=${() => this.dialog.close()}>Close</button></div>
    </dialog>`;
  }

  #limits({ limits, used }: OperatedLimits) {
    const { chosen } = this;
    const { min, max, default: usual } = LIMITS[chosen];
    return html`<div class="frame" tabindex="0" role="region" aria-label="All limits">
        <table>
          <thead>
            <tr>
              <th scope="col">Limit</th>
              <th scope="col" class="number">In force</th>
              <th scope="col" class="number">Most used</th>
            </tr>
          </thead>
          <tbody>
            ${LIMIT_NAMES.map(
              (name) => html`<tr>
                <th scope="row">${LIMIT_WORDS[name]}</th>
                <td class="number">
                  ${limitValue(name, limits[name])}${isDefault(name, limits[name]) ? nothing : html` <span class="pill">Changed</span>`}
                </td>
                <td class="number">${this.#used(name, used[name])}</td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
      <form @submit=${this.#submit}>
        <label for="limit">Change</label>
        <select id="limit" @change=${this.#choose}>
          ${LIMIT_NAMES.map((name) => html`<option value=${name} ?selected=${name === chosen}>${LIMIT_WORDS[name]}</option>`)}
        </select>
        <label for="value">To</label>
        <input
          id="value"
          name="value"
          type="number"
          required
          min=${min}
          max=${max}
          step="1"
          .value=${String(limits[chosen])}
          ?readonly=${this.busy}
        />
        <p class="quiet">
          From ${min.toLocaleString('en')} to ${max.toLocaleString('en')}${chosen.endsWith('Bytes') ? ' bytes' : nothing}; by default
          ${usual.toLocaleString('en')}. It counts at once, and the tenant’s own audit has it.
        </p>
        <div class="actions">
          <button type="button" ?disabled=${this.busy || isDefault(chosen, limits[chosen])} @click=${() => this.#send(null)}>
            Back to the default
          </button>
          <button class="primary" ?disabled=${this.busy}>Change it</button>
        </div>
      </form>`;
  }

  /** A number that nobody knows without looking at every machine is not shown. */
  #used(name: LimitName, used: number | undefined) {
    return used === undefined ? html`<span class="quiet">Not known</span>` : limitValue(name, used);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'limits-dialog': LimitsDialog;
  }
}
