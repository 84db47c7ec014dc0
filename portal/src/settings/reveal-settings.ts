// How secrets may be revealed: the form of a reason, how many a person may reveal, and when a revealed secret is to be
// rotated. Unsaved changes stay when the settings are read anew.
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Settings, SettingsChange } from '../../../schema/settings.ts';
import { ApiProblem } from '../api/http.ts';
import { RefusedFields } from '../ui/refused-fields.ts';
import { shared } from '../ui/shared-styles.ts';
import { isSame, keptWords, rebased, settingsStyles } from './settings-form.ts';

/** Fired with the settings of this section as they are to be. */
export type SettingsGiven = CustomEvent<SettingsChange>;

const HOUR_MS = 3_600_000;
/** The API's own bounds (schema/settings.ts), so that a slip is told beside its field. */
const BUDGETS = [
  ['perMinute', 'In a minute', 100],
  ['perHour', 'In an hour', 1_000],
  ['perDay', 'In a day', 2_000],
] as const;
const HOURS_MAX = 365 * 24;
const PATTERN = '[A-Za-z0-9#*\\-_.\\/:]+';

/** The settings as the form spells them. */
type Draft = {
  ticket: boolean;
  pattern: string;
  perMinute: string;
  perHour: string;
  perDay: string;
  rotate: 'never' | 'at-once' | 'later';
  hours: string;
};

function draftOf({ ticketPattern, revealBudget, rotateAfterRevealMs: delay }: Settings): Draft {
  return {
    ticket: ticketPattern !== null,
    pattern: ticketPattern ?? 'INC-#####',
    perMinute: String(revealBudget.perMinute),
    perHour: String(revealBudget.perHour),
    perDay: String(revealBudget.perDay),
    rotate: delay === null ? 'never' : delay === 0 ? 'at-once' : 'later',
    hours: String(delay ? delay / HOUR_MS : 24),
  };
}

/** A longer time allows at least what a shorter one does: where it does not, the field of the longer one says so. */
function lessThanShorter({ perMinute, perHour, perDay }: Settings['revealBudget']): ApiProblem | null {
  const at = (field: string, message: string) =>
    new ApiProblem('invalid_body', message, null, undefined, [{ field, message }]);
  if (perMinute > perHour) return at('perHour', `must be at least ${perMinute}, which a minute allows`);
  return perHour > perDay ? at('perDay', `must be at least ${perHour}, which an hour allows`) : null;
}

@customElement('reveal-settings')
export class RevealSettings extends LitElement {
  static override styles = [
    shared,
    settingsStyles,
    css`
      .budgets {
        display: grid;
        grid-template-columns: repeat(3, minmax(0, 8rem));
        gap: 0.75rem;
      }
      .budgets label {
        font-weight: 400;
      }
      p {
        margin: 0.35rem 0 0;
      }
    `,
  ];
  @property({ attribute: false }) settings!: Settings;
  @property({ attribute: false }) editable = false;
  @property({ attribute: false }) busy = false;
  /** The last change was of these, and can be taken back. */
  @property({ attribute: false }) saved = false;
  /** Why it was not saved. */
  @property({ attribute: false }) failure: unknown = null;
  @state() private draft!: Draft;
  /** What cannot be sent as it is typed; said at its field, like a refusal. */
  @state() private fault: ApiProblem | null = null;

  constructor() {
    super();
    new RefusedFields(this, {
      failure: () => this.fault ?? this.failure,
      at: { ticketPattern: 'pattern', revealBudget: 'perMinute', rotateAfterRevealMs: 'hours' },
    });
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('settings')) return;
    const before = changed.get('settings');
    const now = draftOf(this.settings);
    this.draft = before ? rebased(this.draft, draftOf(before), now) : now;
  }

  #change(change: Partial<Draft>): void {
    this.draft = { ...this.draft, ...change };
  }

  get #unsaved(): boolean {
    return !isSame(this.draft, draftOf(this.settings));
  }

  override updated(): void {
    this.dispatchEvent(new CustomEvent('unsaved-changed', { detail: this.#unsaved }));
  }

  #keep() {
    return html`<div class="row kept">
      <button class="primary" ?disabled=${this.busy}>Save</button>
      ${keptWords({ unsaved: this.#unsaved, saved: this.saved, undo: () => this.dispatchEvent(new CustomEvent('undo-wanted')) })}
    </div>`;
  }

  #typed = (event: Event): void => {
    const { name, value } = event.target as HTMLInputElement;
    this.#change({ [name]: value });
  };

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const { ticket, pattern, rotate, hours, ...budgets } = this.draft;
    const perMinute = Number(budgets.perMinute);
    const perHour = Number(budgets.perHour);
    const perDay = Number(budgets.perDay);
    this.fault = lessThanShorter({ perMinute, perHour, perDay });
    if (this.fault) return;
    const detail: SettingsChange = {
      ticketPattern: ticket ? pattern.trim() : null,
      revealBudget: { perMinute, perHour, perDay },
      rotateAfterRevealMs: rotate === 'never' ? null : rotate === 'at-once' ? 0 : Math.round(Number(hours) * HOUR_MS),
    };
    this.dispatchEvent(new CustomEvent('settings-given', { detail }));
  };

  override render() {
    return html`<div class="card-head"><h2>Reveals</h2></div>
      <form @submit=${this.#submit}>
        ${this.#reason()} ${this.#budgets()} ${this.#rotation()}
        ${this.editable ? this.#keep() : html`<p class="quiet">Only an admin can change this.</p>`}
      </form>`;
  }

  #choice(name: string, words: string, checked: boolean, choose: () => void) {
    return html`<label class="choice"
      ><input type="radio" name=${name} .checked=${checked} @change=${choose} /><span>${words}</span></label
    >`;
  }

  #reason() {
    return html`<fieldset ?disabled=${!this.editable}>
      <legend>The reason for a reveal</legend>
      ${this.#choice('reason', 'Any reason', !this.draft.ticket, () => this.#change({ ticket: false }))}
      ${this.#choice('reason', 'It must begin with a ticket', this.draft.ticket, () => this.#change({ ticket: true }))}
      ${
        this.draft.ticket
          ? html`<div class="indent">
              <label for="pattern">Pattern</label>
              <input
                id="pattern"
                name="pattern"
                class="mono"
                required
                maxlength="40"
                pattern=${PATTERN}
                title="Letters, digits, - _ . / : and the places # and *"
                aria-describedby="pattern-help"
                autocomplete="off"
                .value=${this.draft.pattern}
                @input=${this.#typed}
              />
              <p class="quiet" id="pattern-help"># is a digit, * some letters and digits; anything else is itself.</p>
            </div>`
          : nothing
      }
    </fieldset>`;
  }

  #budgets() {
    return html`<fieldset ?disabled=${!this.editable}>
      <legend>How many secrets one person may reveal</legend>
      <div class="budgets">
        ${BUDGETS.map(
          ([name, words, max]) => html`<div>
            <label for=${name}>${words}</label>
            <input id=${name} name=${name} type="number" required min="1" max=${max} step="1" .value=${this.draft[name]} @input=${this.#typed} />
          </div>`,
        )}
      </div>
      <p class="quiet">Whoever asks for more is refused, on record, and every admin sees it for a day.</p>
    </fieldset>`;
  }

  #rotation() {
    const { rotate, hours } = this.draft;
    return html`<fieldset ?disabled=${!this.editable}>
      <legend>A revealed secret is to be rotated</legend>
      ${this.#choice('rotate', 'At once', rotate === 'at-once', () => this.#change({ rotate: 'at-once' }))}
      ${this.#choice('rotate', 'After some hours', rotate === 'later', () => this.#change({ rotate: 'later' }))}
      ${
        rotate === 'later'
          ? html`<div class="indent">
              <label for="hours">Hours</label>
              <input id="hours" name="hours" type="number" required min="0.25" max=${HOURS_MAX} step="0.25" .value=${hours} @input=${this.#typed} />
            </div>`
          : nothing
      }
      ${this.#choice('rotate', 'Never', rotate === 'never', () => this.#change({ rotate: 'never' }))}
      <p class="quiet">It is marked on the fleet and PC pages until a newer version of it comes in. Earlier marks stay as they are.</p>
    </fieldset>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'reveal-settings': RevealSettings;
  }
}
