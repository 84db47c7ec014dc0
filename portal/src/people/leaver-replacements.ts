// Replacements for what a leaver could open. Everything shared is replaced, whoever could fetch it by the server's
// word; anything the admin chooses to keep is kept, and goes on record.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { KeyringAct } from '../../vault/contract.ts';
import type { PassphraseField } from '../keyring/passphrase-field.ts';
import { shared } from '../ui/shared-styles.ts';
import '../keyring/passphrase-field.ts';
import '../keyring/recovery-size.ts';

/** The admin's choices, in the form that the act takes. */
export type Replacements = Pick<Extract<KeyringAct, { act: 'leaver' }>, 'root' | 'team' | 'recovery'>;

/** The keyring's list, as shown: the vault acts on what it has verified. */
export type SharedWays = { team: boolean; recovery: boolean };

type Team = 'new' | 'none' | 'kept';
const RECOVERY_WORDS = { new: 'A new one, whose sheets come next', kept: 'Keep it' };
const TEAM_WORDS = { new: 'A new one', none: 'No team passphrase any more', kept: 'Keep it' };

@customElement('leaver-replacements')
export class LeaverReplacements extends LitElement {
  static override styles = [
    shared,
    css`
      fieldset {
        border: 0;
        margin: 0 0 1rem;
        padding: 0;
      }
      legend {
        font-weight: 600;
        padding: 0;
        margin-bottom: 0.3rem;
      }
      .act {
        margin: 16px 0 0;
      }
      .choice {
        font-weight: 400;
        display: flex;
        gap: 0.5rem;
        align-items: baseline;
        margin: 0.25rem 0;
      }
    `,
  ];
  @property() email = '';
  @property({ attribute: false }) shared: SharedWays = { team: false, recovery: false };
  /** What the server says they could fetch: shown, but nothing is decided by it. */
  @property({ attribute: false }) couldFetch: SharedWays = { team: false, recovery: false };
  @property({ attribute: false }) busy = false;
  @state() private team: Team = 'new';
  @state() private recovery: 'new' | 'kept' = 'new';
  @state() private root = false;
  @state() private teamPassphrase: string | null = null;
  @query('passphrase-field') private field!: PassphraseField | null;

  #replace(size: { threshold: number; count: number } | null): void {
    const { team } = this;
    const detail: Replacements = {
      // Where they were an admin there is a new root in any case; the admin can only ask for more.
      root: this.root || this.couldFetch.recovery,
      team: team === 'kept' ? 'kept' : { passphrase: team === 'new' ? this.teamPassphrase : null },
      recovery: this.recovery === 'kept' ? 'kept' : size,
    };
    this.dispatchEvent(new CustomEvent<Replacements>('replace-wanted', { detail }));
  }

  get #ready(): boolean {
    return !this.shared.team || this.team !== 'new' || this.teamPassphrase !== null;
  }

  override render() {
    const sheets = this.shared.recovery && this.recovery === 'new';
    return html`<p>
        Their own unlock methods are removed. What the team shares is replaced too, unless you choose to keep it.
        ${this.#told()}
      </p>
      ${this.shared.team ? this.#teamChoice() : nothing} ${this.shared.recovery ? this.#recoveryChoice() : nothing}
      ${this.#rootChoice()}
      ${
        sheets
          ? html`<recovery-size
              class="act"
              stays
              action="Replace"
              .busy=${!this.#ready || this.busy}
              @chosen=${({ detail }: CustomEvent<{ threshold: number; count: number }>) => this.#replace(detail)}
            ></recovery-size>`
          : html`<p class="act">
              <button class="primary" ?disabled=${!this.#ready || this.busy} @click=${() => this.#replace(null)}>
                Replace what they could open
              </button>
            </p>`
      }
      ${this.#ready ? nothing : html`<p class="quiet">Choose the new team passphrase first.</p>`}`;
  }

  #told() {
    const { team, recovery } = this.couldFetch;
    if (!team && !recovery) return nothing;
    const what = [...(team ? ['the team passphrase'] : []), ...(recovery ? ['the recovery set'] : [])].join(' and ');
    return html`In their role they could use ${what}.`;
  }

  #choices<T extends string>(name: string, words: Record<T, string>, chosen: T, choose: (one: T) => void) {
    return (Object.entries(words) as [T, string][]).map(
      ([one, text]) => html`<label class="choice"
        ><input type="radio" name=${name} .checked=${one === chosen} @change=${() => choose(one)} /><span>${text}</span></label
      >`,
    );
  }

  #teamChoice() {
    return html`<fieldset>
      <legend>The team passphrase</legend>
      ${this.#choices('team', TEAM_WORDS, this.team, (team) => {
        this.team = team;
        this.teamPassphrase = null;
      })}
      ${
        this.team === 'new'
          ? html`<passphrase-field
              label="New team passphrase"
              .readonly=${this.busy}
              .about=${[this.email]}
              @passphrase-changed=${() => {
                this.teamPassphrase = this.field?.value ?? null;
              }}
            ></passphrase-field>`
          : nothing
      }
      ${
        this.team === 'kept'
          ? this.#keeps('Only if they never knew it', 'Whoever knows it', this.couldFetch.team)
          : nothing
      }
    </fieldset>`;
  }

  #recoveryChoice() {
    return html`<fieldset>
      <legend>The recovery set</legend>
      ${this.#choices('recovery', RECOVERY_WORDS, this.recovery, (recovery) => {
        this.recovery = recovery;
      })}
      ${
        this.recovery === 'kept'
          ? this.#keeps(
              'Only if they never had its sheets',
              'Whoever has sheets enough of it',
              this.couldFetch.recovery,
            )
          : nothing
      }
    </fieldset>`;
  }

  #keeps(only: string, who: string, couldFetch: boolean) {
    return html`<p class="note warn">
      ${only}. ${who} goes on opening every secret, the new ones too, with what the server keeps. That you kept it goes on
      record${couldFetch ? ', and the step above stays open, since they could fetch it' : nothing}.
    </p>`;
  }

  #rootChoice() {
    if (this.couldFetch.recovery)
      return html`<p>They were an admin, so the trust root is replaced too: everybody compares eight words at their next unlock, and engines need a new file.</p>`;
    return html`<label class="choice"
      ><input
        type="checkbox"
        .checked=${this.root}
        @change=${(event: Event) => {
          this.root = (event.target as HTMLInputElement).checked;
        }}
      /><span
        >Replace the trust root too. Do this if they were ever an admin, or ever held enough recovery sheets to open the vault. Everybody
        then compares eight words at their next unlock, and engines need a new file.</span
      ></label
    >`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'leaver-replacements': LeaverReplacements;
  }
}
