// Two ids of one PC: find the other entry by its name, the likely ones first, and see what speaks against it. It shows what it is given and
// fetches nothing.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Machine, MachineSummary } from '../../../schema/machine.ts';
import { isolated } from '../../../schema/shown-text.ts';
import { Modal } from '../core/modal.ts';
import { claimWords } from '../fleet/attention.ts';
import { SEARCH_FROM } from '../fleet/url.ts';
import { circleAlertIcon } from '../ui/icons.ts';
import { RefusedFields } from '../ui/refused-fields.ts';
import { shared } from '../ui/shared-styles.ts';
import { theirs } from '../ui/theirs.ts';
import { pcWords, shortId } from '../ui/words.ts';

/** Fired with the id of the entry that becomes an alias of the machine. */
export type MergeChosen = CustomEvent<string>;
/** Fired with what is typed, a moment after it was. */
export type EntryTyped = CustomEvent<string>;

const PAUSE_MS = 200;
type Compared = Pick<MachineSummary, 'client' | 'manufacturer' | 'model' | 'serial'>;
const COMPARED: readonly [keyof Compared, string][] = [
  ['client', 'client'],
  ['manufacturer', 'maker'],
  ['model', 'model'],
  ['serial', 'serial number'],
];

/** What two entries of one PC would have in common, where both say it: "client: Acme here, Brook there". */
export function differences(here: Compared, there: Compared): string[] {
  return COMPARED.flatMap(([name, word]) => {
    const [one, other] = [here[name], there[name]];
    if (one === null || other === null || one.trim().toLowerCase() === other.trim().toLowerCase()) return [];
    return `${word}: ${isolated(one)} here, ${isolated(other)} there`;
  });
}

@customElement('merge-dialog')
export class MergeDialog extends LitElement {
  static override styles = [
    shared,
    css`
      h1 + p {
        margin-top: 0.4rem;
      }
      .list {
        max-height: 40vh;
        margin: 8px 0;
        overflow-y: auto;
      }
      .list label {
        display: flex;
        gap: 8px;
        align-items: baseline;
        margin: 0;
        padding: 6px 2px;
        font-weight: 400;
        overflow-wrap: anywhere;
      }
      .wrong {
        display: flex;
        gap: 6px;
        color: var(--bad);
      }
      .note ul {
        margin: 4px 0 0;
        padding-left: 20px;
      }
    `,
  ];
  @property({ attribute: false }) machine!: Machine;
  /** The likely entries, or those that are called what was typed; null: they are looked for. */
  @property({ attribute: false }) others: readonly MachineSummary[] | null = [];
  /** The server could not be asked for them. */
  @property({ type: Boolean }) unreachable = false;
  @property({ attribute: false }) busy = false;
  /** Why they may not be merged. */
  @property({ attribute: false }) failure: unknown = null;
  @state() private typed = '';
  @state() private chosen: MachineSummary | null = null;
  /** It was sent without any. */
  @state() private noneChosen = false;
  @query('dialog') private dialog!: HTMLDialogElement;
  @query('#find') private field!: HTMLInputElement;
  #pause: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    new Modal(this);
    new RefusedFields(this, { failure: () => this.failure, at: { unknown_machine: 'find' } });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#pause);
  }

  override firstUpdated(): void {
    // The same serial number is not chance.
    this.chosen = this.others?.find((one) => one.serial !== null && one.serial === this.machine.serial) ?? null;
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (this.busy) return;
    const { chosen, others } = this;
    const [only, another] = others ?? [];
    this.noneChosen = chosen === null && (only === undefined || another !== undefined);
    if (chosen) this.dispatchEvent(new CustomEvent('merge-chosen', { detail: chosen.id }));
    else if (this.noneChosen) this.field.focus();
    // What is against it is read first.
    else this.chosen = only ?? null;
  };

  #type = (): void => {
    this.typed = this.field.value;
    this.chosen = null;
    this.noneChosen = false;
    clearTimeout(this.#pause);
    this.#pause = setTimeout(
      () => this.dispatchEvent(new CustomEvent('entry-typed', { detail: this.typed })),
      PAUSE_MS,
    );
  };

  override render() {
    const claim = claimWords(this.machine);
    const against = this.chosen ? differences(this.machine, this.chosen) : [];
    return html`<dialog aria-labelledby="title" @close=${() => this.dispatchEvent(new CustomEvent('closed'))}>
      <h1 id="title">Merge another entry into this one</h1>
      <p class="quiet">
        For a PC that got a second ID, as after a new mainboard. The other entry leaves the fleet list; its runs and secrets are shown here
        under the ID they came from. Nothing is rewritten, and it can be undone.
      </p>
      ${claim ? html`<p class="note warn">${claim} Look at the other entry before you merge.</p>` : nothing}
      <form novalidate @submit=${this.#submit}>
        <label for="find">The other entry of ${theirs(this.machine.hostname ?? shortId(this.machine.id))}</label>
        <input
          id="find"
          name="find"
          type="search"
          placeholder="Name, serial, client or machine ID"
          autocomplete="off"
          spellcheck="false"
          aria-describedby="said"
          aria-invalid=${this.noneChosen ? 'true' : nothing}
          ?readonly=${this.busy}
          @input=${this.#type}
        />
        <div id="said" role="status">${this.#said()}</div>
        <div class="list" role="radiogroup" aria-label="Entries">${(this.others ?? []).map((one) => this.#entry(one))}</div>
        <div role="alert">
          ${
            against.length === 0
              ? nothing
              : html`<div class="note warn against"><strong>They do not look like one PC.</strong> These differ:
                  <ul>
                    ${against.map((one) => html`<li>${one}</li>`)}
                  </ul>
                </div>`
          }
        </div>
        <div data-refused></div>
        <div class="actions">
          <button type="button" @click=${() => this.dialog.close()}>Cancel</button>
          <button class=${against.length > 0 ? 'danger' : 'primary'} ?disabled=${this.busy}>${against.length > 0 ? 'Merge all the same' : 'Merge'}</button>
        </div>
      </form>
    </dialog>`;
  }

  #entry(one: MachineSummary) {
    return html`<label>
      <input
        type="radio"
        name="other"
        value=${one.id}
        .checked=${one.id === this.chosen?.id}
        ?disabled=${this.busy}
        @change=${() => Object.assign(this, { chosen: one, noneChosen: false })}
      />
      <span><b>${theirs(one.hostname ?? 'No name')}</b> <span class="quiet">${pcWords(one)} · ID ${shortId(one.id)}</span></span>
    </label>`;
  }

  #said() {
    if (this.noneChosen)
      return html`<p class="wrong">${circleAlertIcon}<span>Find the other entry and choose it.</span></p>`;
    if (this.others === null) return html`<p class="quiet">Looking …</p>`;
    if (this.unreachable) return html`<p class="quiet">The search cannot be reached just now.</p>`;
    if (this.others.length > 0)
      return this.typed === '' ? html`<p class="quiet">With the same serial number or name:</p>` : nothing;
    return this.typed.trim().length < SEARCH_FROM ? nothing : html`<p class="quiet">No other PC matches.</p>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'merge-dialog': MergeDialog;
  }
}
