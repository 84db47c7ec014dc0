// A plaintext as a person reads it aloud or types it: large, kinds of character told apart by more than colour, groups by their numbers, and
// spelled out for the telephone in the same order.
import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { visible } from '../../../schema/shown-text.ts';
import type { Opened } from '../../vault/contract.ts';
import { checkIcon } from '../ui/icons.ts';
import { shared } from '../ui/shared-styles.ts';
import { secretStyles } from './secret-styles.ts';
import { spelled } from './spelling.ts';

const classOf = (character: string): string =>
  /\p{N}/u.test(character)
    ? 'digit'
    : /\p{Lu}/u.test(character)
      ? 'upper'
      : /\p{L}/u.test(character)
        ? 'lower'
        : 'sign';

/** As many characters as a person keeps in mind at once. */
const BLOCK = 5;
const list = new Intl.ListFormat('en', { type: 'conjunction' });

const blocksOf = (plaintext: string): string[][] => {
  const characters = [...plaintext];
  return Array.from({ length: Math.ceil(characters.length / BLOCK) }, (_, index) =>
    characters.slice(index * BLOCK, (index + 1) * BLOCK),
  );
};

@customElement('secret-text')
export class SecretText extends LitElement {
  static override styles = [shared, secretStyles];
  @property({ attribute: false }) opened: Opened | null = null;
  @property({ type: Boolean }) spelling = false;

  override render() {
    if (!this.opened) return nothing;
    const { plaintext, bitlocker } = this.opened;
    return bitlocker ? this.#groups(bitlocker) : this.#characters(plaintext);
  }

  #characters(plaintext: string) {
    return html`${this.spelling ? this.#spelled(plaintext) : this.#plain(plaintext)} ${this.#ends(plaintext)}
      <p class="quiet legend">
        <span>${[...plaintext].length} characters</span>
        <span><span class="digit">8</span> digit</span> <span><span class="upper">T</span> capital</span>
        <span><span class="lower">x</span> small letter</span> <span><span class="sign">!</span> sign</span>
      </p>`;
  }

  /** Announced as characters: a screen reader would turn text into words and numbers. */
  #plain(plaintext: string) {
    return html`<p class="plain">
      <span role="img" aria-label=${spelled(plaintext).join(', ')}
        >${blocksOf(plaintext).map(
          (block) =>
            html`<span class="block">${block.map((character) => html`<span class=${classOf(character)}>${visible(character, { lines: true })}</span>`)}</span>`,
        )}</span
      >
    </p>`;
  }

  /** Each character beside its word, with its number: two people find each other again by it. */
  #spelled(plaintext: string) {
    const words = spelled(plaintext);
    return html`<ol class="spelled" aria-label="Spelled out">
      ${[...plaintext].map(
        (character, index) =>
          html`<li>
            <span class="number" aria-hidden="true">${index + 1}</span>
            <span class="glyph ${classOf(character)}" aria-hidden="true">${visible(character, { lines: true })}</span>
            <span>${words[index]}</span>
          </li>`,
      )}
    </ol>`;
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
    return html`<ol class="groups ${this.spelling ? 'spelling' : ''}" aria-label="Recovery password, eight groups of six digits">
        ${groups.map(
          (group, index) =>
            html`<li class=${fails(index) ? 'fails' : 'holds'}>
              <span class="number" aria-hidden="true">${index + 1}</span>
              <span class="six" role="img" aria-label="${[...group].join(' ')}${fails(index) ? ', fails its checksum' : ''}">${group}</span>
              ${this.spelling ? html`<span class="words">${spelled(group).join(' ')}</span>` : nothing}
            </li>`,
        )}
      </ol>
      ${
        failing.length === 0
          ? html`<p class="verdict good">${checkIcon}<span>All eight groups pass their check. Read them row by row.</span></p>`
          : html`<p class="note bad" role="alert">
              ${failing.length === 1 ? 'Group' : 'Groups'} ${list.format(failing.map(String))} ${failing.length === 1 ? 'fails its' : 'fail their'}
              checksum. This is not a recovery password that BitLocker made.
            </p>`
      }`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'secret-text': SecretText;
  }
}
