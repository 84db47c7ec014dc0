// A plaintext as a person reads it aloud or types it: an unambiguous font, kinds of character told apart by more than colour, large on
// demand, and spelled out for the telephone.
import { html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { visible } from '../../../schema/shown-text.ts';
import type { Opened } from '../../vault/contract.ts';
import { shared } from '../ui/shared-styles.ts';
import { secretStyles } from './secret-styles.ts';
import { spelled } from './spelling.ts';

/** Fired with whether it is shown large: its container has to make room. */
export type LargeChanged = CustomEvent<boolean>;

const classOf = (character: string): string =>
  /\p{N}/u.test(character)
    ? 'digit'
    : /\p{Lu}/u.test(character)
      ? 'upper'
      : /\p{L}/u.test(character)
        ? 'lower'
        : 'sign';

const list = new Intl.ListFormat('en', { type: 'conjunction' });

@customElement('secret-text')
export class SecretText extends LitElement {
  static override styles = [shared, secretStyles];
  @property({ attribute: false }) opened: Opened | null = null;
  @state() private large = false;
  @state() private spelling = false;

  #enlarge = (): void => {
    this.large = !this.large;
    this.dispatchEvent(new CustomEvent('large-changed', { detail: this.large, bubbles: true, composed: true }));
  };

  override render() {
    if (!this.opened) return nothing;
    const { plaintext, bitlocker } = this.opened;
    return html`<div class=${this.large ? 'large' : ''}>
        ${bitlocker ? this.#groups(bitlocker) : this.#characters(plaintext)}
      </div>
      <div class="row">
        <button type="button" aria-pressed=${this.large} @click=${this.#enlarge}>Large type</button>
        <button
          type="button"
          aria-pressed=${this.spelling}
          @click=${() => {
            this.spelling = !this.spelling;
          }}
        >
          Spell it out
        </button>
      </div>
      ${this.spelling ? this.#spelled(bitlocker?.groups ?? [plaintext]) : nothing}`;
  }

  /** Announced as characters: a screen reader would turn text into words and numbers. */
  #characters(plaintext: string) {
    return html`<p class="plain">
        <span role="img" aria-label=${spelled(plaintext).join(', ')}
          >${[...plaintext].map((character) => html`<span class=${classOf(character)}>${visible(character, { lines: true })}</span>`)}</span
        >
      </p>
      ${this.#ends(plaintext)}
      <p class="quiet legend">
        <span class="digit">1</span> digit, <span class="upper">A</span> capital, <span class="lower">a</span> small letter,
        <span class="sign">!</span> sign
      </p>`;
  }

  /** Nobody sees white space at an end, and a person who types the shown text leaves it out. */
  #ends(plaintext: string) {
    const [begin = ''] = /^\s+/.exec(plaintext) ?? [];
    const [end = ''] = /\s+$/.exec(plaintext) ?? [];
    const said = [
      begin && `at its beginning: ${spelled(begin).join(', ')}`,
      end && `at its end: ${spelled(end).join(', ')}`,
    ];
    return begin || end
      ? html`<p class="note warn">White space is part of it, ${said.filter(Boolean).join('; ')}.</p>`
      : nothing;
  }

  #groups({ groups, failing }: NonNullable<Opened['bitlocker']>) {
    const fails = (index: number): boolean => failing.includes(index + 1);
    return html`<ol class="groups" aria-label="Recovery password, eight groups of six digits">
        ${groups.map((group, index) => html`<li class=${fails(index) ? 'fails' : 'holds'}><span role="img" aria-label="${[...group].join(' ')}${fails(index) ? ', fails its checksum' : ''}">${group}</span></li>`)}
      </ol>
      ${
        failing.length === 0
          ? html`<p class="quiet">Checksum right in all eight groups.</p>`
          : html`<p class="note bad" role="alert">
              ${failing.length === 1 ? 'Group' : 'Groups'} ${list.format(failing.map(String))} ${failing.length === 1 ? 'fails its' : 'fail their'}
              checksum. This is not a recovery password that BitLocker made.
            </p>`
      }`;
  }

  #spelled(parts: readonly string[]) {
    return html`<ol class=${parts.length > 1 ? 'spelled grouped' : 'spelled'} aria-label="Spelled out">
      ${parts.flatMap((part) => (parts.length > 1 ? [html`<li>${spelled(part).join(' ')}</li>`] : spelled(part).map((word) => html`<li>${word}</li>`)))}
    </ol>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'secret-text': SecretText;
  }
}
