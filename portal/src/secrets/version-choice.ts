// Versions between which nobody can decide which one the PC has: each with its instant, run, host name and the way it
// came, for a person to choose.
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { SecretVersion } from '../../../schema/secret.ts';
import { shared } from '../ui/shared-styles.ts';
import { type Offered, versionFacts } from './version-words.ts';

const CHOICE_WORDS = {
  order: 'Nobody can say in which order these were sealed: the PC may have either.',
  person: 'What a person brought is not confirmed yet: the PC may have either.',
  pcs: 'None of these takes the place of another: tell by instant, run, host name and serial number which one is of the PC before you.',
};

/** Why there are several. */
const whyOf = (choices: readonly Offered[]): keyof typeof CHOICE_WORDS => {
  if (choices.some(({ version }) => version.sealedAt === null)) return 'order';
  return choices.some(({ version }) => !version.counts) ? 'person' : 'pcs';
};

/** Fired with the one that was chosen. */
export type VersionChosen = CustomEvent<Offered>;

@customElement('version-choice')
export class VersionChoice extends LitElement {
  static override styles = [
    shared,
    css`
      fieldset {
        border: 1px solid var(--line);
        border-radius: var(--radius);
        margin: 0.8rem 0;
        padding: 0.4rem 0.8rem 0.8rem;
      }
      label {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 0.2rem 0.6rem;
        margin-top: 0.6rem;
        font-weight: 400;
        overflow-wrap: anywhere;
      }
      input {
        margin-top: 0.25rem;
      }
    `,
  ];
  @property({ attribute: false }) choices: readonly Offered[] = [];
  @property({ attribute: false }) chosen: { secret: string; version: SecretVersion } | null = null;
  @property({ attribute: false }) busy = false;

  #isChosen({ secret, version }: Offered): boolean {
    return secret.id === this.chosen?.secret && version.version === this.chosen.version.version;
  }

  override render() {
    return html`<fieldset ?disabled=${this.busy}>
      <legend>Which one?</legend>
      <p class="quiet">
        ${CHOICE_WORDS[whyOf(this.choices)]}
        Each that you reveal is on record.
      </p>
      ${this.choices.map(
        (one) => html`<label>
          <input
            type="radio"
            name="version"
            .checked=${this.#isChosen(one)}
            @change=${() => this.dispatchEvent(new CustomEvent('version-chosen', { detail: one }))}
          />
          <span>
            Version ${one.version.version}${one.version.counts ? '' : ', not confirmed'}<br />
            <span class="quiet">${versionFacts(one.version).join(', ')}</span>
          </span>
        </label>`,
      )}
    </fieldset>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'version-choice': VersionChoice;
  }
}
