// After how many minutes without use an open vault locks: for everybody of the tenant, from their next unlock on.
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import {
  LOCK_AFTER_MAX_MINUTES,
  LOCK_AFTER_MIN_MINUTES,
  LOCK_AFTER_USUAL_MINUTES,
} from '../../../schema/facts/idle.ts';
import type { Settings, SettingsChange } from '../../../schema/settings.ts';
import { RefusedFields } from '../ui/refused-fields.ts';
import { shared } from '../ui/shared-styles.ts';
import { isSame, keptWords, rebased, settingsStyles } from './settings-form.ts';

/** Fired with the setting as it is to be. */
export type LockAfterGiven = CustomEvent<SettingsChange>;

type Draft = { minutes: string };
const draftOf = ({ lockAfterMinutes }: Settings): Draft => ({ minutes: String(lockAfterMinutes) });

@customElement('lock-after')
export class LockAfter extends LitElement {
  static override styles = [
    shared,
    settingsStyles,
    css`
      .minutes {
        max-width: 16rem;
        margin-bottom: 0.5rem;
      }
    `,
  ];
  @property({ attribute: false }) settings!: Settings;
  @property({ attribute: false }) editable = false;
  @property({ attribute: false }) busy = false;
  /** The last change was of this, and can be taken back. */
  @property({ attribute: false }) saved = false;
  /** Why it was not saved. */
  @property({ attribute: false }) failure: unknown = null;
  @state() private draft!: Draft;

  constructor() {
    super();
    new RefusedFields(this, { failure: () => this.failure, at: { lockAfterMinutes: 'minutes' } });
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('settings')) return;
    const [before, now] = [changed.get('settings'), draftOf(this.settings)];
    this.draft = before ? rebased(this.draft, draftOf(before), now) : now;
  }

  override updated(): void {
    this.dispatchEvent(new CustomEvent('unsaved-changed', { detail: this.#unsaved }));
  }

  get #unsaved(): boolean {
    return !isSame(this.draft, draftOf(this.settings));
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const detail: SettingsChange = { lockAfterMinutes: Number(this.draft.minutes) };
    this.dispatchEvent(new CustomEvent('lock-after-given', { detail }));
  };

  override render() {
    const { minutes } = this.draft;
    return html`<div class="card-head"><h2>Vault</h2></div>
      <form @submit=${this.#submit}>
        <fieldset ?disabled=${!this.editable}>
          <legend>When an open vault locks by itself</legend>
          <div class="minutes">
            <label for="minutes">Minutes without use</label>
            <input
              id="minutes"
              name="minutes"
              type="number"
              required
              min=${LOCK_AFTER_MIN_MINUTES}
              max=${LOCK_AFTER_MAX_MINUTES}
              step="1"
              aria-describedby="about"
              .value=${minutes}
              @input=${({ target }: Event) => {
                this.draft = { minutes: (target as HTMLInputElement).value };
              }}
            />
          </div>
          <p class="quiet" id="about">
            From ${LOCK_AFTER_MIN_MINUTES} to ${LOCK_AFTER_MAX_MINUTES}; ${LOCK_AFTER_USUAL_MINUTES} is usual. It holds for everybody here, from
            their next unlock on. Longer spares typing during a long call; shorter protects a PC that somebody left. In the last minute the bar
            offers <em>Stay unlocked</em>.
          </p>
          ${
            Number(minutes) > LOCK_AFTER_USUAL_MINUTES
              ? html`<p class="note warn">Until then, whoever sits down at a PC that was left can reveal secrets in its engineer’s name.</p>`
              : nothing
          }
        </fieldset>
        ${
          this.editable
            ? html`<div class="row kept">
                <button class="primary" ?disabled=${this.busy}>Save</button>
                ${keptWords({ unsaved: this.#unsaved, saved: this.saved, undo: () => this.dispatchEvent(new CustomEvent('undo-wanted')) })}
              </div>`
            : html`<p class="quiet">Only an admin can change this.</p>`
        }
      </form>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'lock-after': LockAfter;
  }
}
