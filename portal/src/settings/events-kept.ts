// How long the events of runs are kept. Whoever has some removed that would have stayed says so twice: they do not come back.
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { EVENTS_KEPT_MAX_DAYS, EVENTS_KEPT_MIN_DAYS } from '../../../schema/facts/days.ts';
import type { Settings, SettingsChange } from '../../../schema/settings.ts';
import { RefusedFields } from '../ui/refused-fields.ts';
import { shared } from '../ui/shared-styles.ts';
import { isSame, keptWords, rebased, settingsStyles } from './settings-form.ts';
import '../ui/confirm-dialog.ts';

/** Fired with the setting as it is to be. */
export type EventsKeptGiven = CustomEvent<SettingsChange>;

/** Where nothing is said yet of how many days. */
const OFFERED_DAYS = 400;

/** The setting as the form spells it. */
type Draft = { limited: boolean; days: string };
const draftOf = ({ eventsKeptDays }: Settings): Draft => ({
  limited: eventsKeptDays !== null,
  days: String(eventsKeptDays ?? OFFERED_DAYS),
});

@customElement('events-kept')
export class EventsKept extends LitElement {
  static override styles = [shared, settingsStyles];
  @property({ attribute: false }) settings!: Settings;
  @property({ attribute: false }) editable = false;
  @property({ attribute: false }) busy = false;
  /** The last change was of these, and can be taken back. */
  @property({ attribute: false }) saved = false;
  /** Why it was not saved. */
  @property({ attribute: false }) failure: unknown = null;
  @state() private draft!: Draft;
  /** After how many days events are to go that are kept for longer now; null: nothing is being asked. */
  @state() private asked: number | null = null;

  constructor() {
    super();
    new RefusedFields(this, { failure: () => this.failure, at: { eventsKeptDays: 'days' } });
  }

  /** What is being changed stays when the settings are read anew; the rest follows them. */
  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('settings')) return;
    const [before, now] = [changed.get('settings'), draftOf(this.settings)];
    this.draft = before ? rebased(this.draft, draftOf(before), now) : now;
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const days = this.draft.limited ? Number(this.draft.days) : null;
    const { eventsKeptDays: before } = this.settings;
    if (days !== null && (before === null || days < before)) this.asked = days;
    else this.#give(days);
  };

  #give(eventsKeptDays: number | null): void {
    this.asked = null;
    const detail: SettingsChange = { eventsKeptDays };
    this.dispatchEvent(new CustomEvent('events-kept-given', { detail }));
  }

  override render() {
    const { limited, days } = this.draft;
    return html`<div class="card-head"><h2>Events</h2></div>
      <form @submit=${this.#submit}>
        <fieldset ?disabled=${!this.editable}>
          <legend>How long the events of a run are kept</legend>
          ${this.#choice('For some days after its last report', limited, true)}
          ${
            limited
              ? html`<div class="indent">
                  <label for="days">Days</label>
                  <input
                    id="days"
                    name="days"
                    type="number"
                    required
                    min=${EVENTS_KEPT_MIN_DAYS}
                    max=${EVENTS_KEPT_MAX_DAYS}
                    step="1"
                    .value=${days}
                    @input=${({ target }: Event) => this.#change({ days: (target as HTMLInputElement).value })}
                  />
                </div>`
              : nothing
          }
          ${this.#choice('Without limit', !limited, false)}
          <p class="quiet">
            Then all events of the run are removed, once a day and on record, and cannot be brought back. The run with its phases, the
            machine, its secrets and the audit stay for good.
          </p>
        </fieldset>
        ${this.editable ? this.#keep() : html`<p class="quiet">Only an admin can change this.</p>`}
      </form>
      ${this.asked === null ? nothing : this.#question(this.asked)}`;
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

  #choice(words: string, checked: boolean, limited: boolean) {
    return html`<label class="choice"
      ><input type="radio" name="kept" .checked=${checked} @change=${() => this.#change({ limited })} /><span>${words}</span></label
    >`;
  }

  #question(days: number) {
    return html`<confirm-dialog
      heading="Remove older events?"
      action="Remove them"
      .busy=${this.busy}
      .words=${html`<p>
        The events of every run that has not reported for more than ${days} days are removed, beginning now. This cannot be undone, and
        they are in no backup. Runs, machines, secrets and the audit stay.
      </p>`}
      @closed=${() => {
        this.asked = null;
      }}
      @confirmed=${() => this.#give(days)}
    ></confirm-dialog>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'events-kept': EventsKept;
  }
}
