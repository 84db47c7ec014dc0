// Two ids of one PC: choose the other entry, the likely ones first. It shows what it is given and fetches nothing.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Machine, MachineSummary } from '../../../schema/machine.ts';
import { isolated } from '../../../schema/shown-text.ts';
import { tidiedUuid } from '../../../schema/typed-text.ts';
import { tidyField } from '../core/fields.ts';
import { Modal } from '../core/modal.ts';
import { claimWords } from '../fleet/attention.ts';
import { RefusedFields } from '../ui/refused-fields.ts';
import { shared } from '../ui/shared-styles.ts';
import { theirs } from '../ui/theirs.ts';
import { shortId } from '../ui/words.ts';

/** Fired with the id of the entry that becomes an alias of the machine. */
export type MergeChosen = CustomEvent<string>;

const BY_ID = '';
const UUID = '[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}';

/** The same serial or the same name, as two ids of one PC share them. */
const alike = (a: MachineSummary, b: MachineSummary): boolean =>
  (a.serial !== null && a.serial === b.serial) || (a.hostname !== null && a.hostname === b.hostname);

const words = (machine: MachineSummary): string =>
  [machine.hostname ?? 'No name', machine.serial, machine.client, `ID ${shortId(machine.id)}`]
    .flatMap((text) => (text ? [isolated(text)] : []))
    .join(', ');

@customElement('merge-dialog')
export class MergeDialog extends LitElement {
  static override styles = [
    shared,
    css`
      h1 + p {
        margin-top: 0.4rem;
      }
      .field {
        margin-bottom: 0.9rem;
      }
    `,
  ];
  @property({ attribute: false }) machine!: Machine;
  /** Some other machines of the fleet; any may be named by its id. */
  @property({ attribute: false }) others: readonly MachineSummary[] = [];
  @property({ attribute: false }) busy = false;
  /** Why they may not be merged. */
  @property({ attribute: false }) failure: unknown = null;
  @state() private chosen: string | null = null;
  @query('dialog') private dialog!: HTMLDialogElement;

  constructor() {
    super();
    new Modal(this);
    new RefusedFields(this, { failure: () => this.failure, at: { unknown_machine: 'id' } });
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const id = tidiedUuid(String(form.get('other') || form.get('id') || ''));
    this.dispatchEvent(new CustomEvent('merge-chosen', { detail: id }));
  };

  override render() {
    const likely = this.others.filter((one) => alike(one, this.machine));
    const rest = this.others.filter((one) => !likely.includes(one));
    const chosen = this.chosen ?? likely[0]?.id ?? BY_ID;
    const claim = claimWords(this.machine);
    const option = (one: MachineSummary) =>
      html`<option value=${one.id} ?selected=${one.id === chosen}>${words(one)}</option>`;
    return html`<dialog aria-labelledby="title" @close=${() => this.dispatchEvent(new CustomEvent('closed'))}>
      <h1 id="title">Merge another entry into this one</h1>
      <p class="quiet">
        For a PC that got a second ID, as after a new mainboard. The other entry leaves the fleet list; its runs and secrets are shown here
        under the ID they came from. Nothing is rewritten, and it can be undone.
      </p>
      ${claim ? html`<p class="note warn">${claim} Look at the other entry before you merge.</p>` : nothing}
      <form @submit=${this.#submit}>
        <div class="field">
          <label for="other">The other entry of ${theirs(this.machine.hostname ?? shortId(this.machine.id))}</label>
          <select id="other" name="other" @change=${(event: Event) => {
            this.chosen = (event.target as HTMLSelectElement).value;
          }}>
            ${likely.length > 0 ? html`<optgroup label="Same serial or name">${likely.map(option)}</optgroup>` : nothing}
            <option value=${BY_ID} ?selected=${chosen === BY_ID}>By its machine ID</option>
            ${rest.length > 0 ? html`<optgroup label="Others">${rest.map(option)}</optgroup>` : nothing}
          </select>
        </div>
        ${
          chosen === BY_ID
            ? html`<div class="field">
                <label for="id">Machine ID</label>
                <input id="id" name="id" class="mono" required pattern=${UUID} title="As its page shows it under Identity" @change=${tidyField} autocomplete="off" ?readonly=${this.busy} />
              </div>`
            : nothing
        }
        <div data-refused></div>
        <div class="actions">
          <button type="button" @click=${() => this.dialog.close()}>Cancel</button>
          <button class="primary" ?disabled=${this.busy}>Merge</button>
        </div>
      </form>
    </dialog>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'merge-dialog': MergeDialog;
  }
}
