// Things that a person compares with an admin before a vault is opened: the words of a root that follows the pinned
// one, or a keyring that does not follow on what this browser has seen.
import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Line, VaultFault } from '../../vault/contract.ts';
import { shared } from '../ui/shared-styles.ts';
import '../ui/eight-words.ts';
import '../ui/keyring-line.ts';

/** Fired with what was compared and found the same. */
export type Compared = CustomEvent<{ confirmedRoot: string } | { confirmedLine: string }>;

@customElement('unlock-compare')
export class UnlockCompare extends LitElement {
  static override styles = shared;

  /** A root that follows the pinned one: its words are compared before anything is opened. */
  @property({ attribute: false }) succession: VaultFault['succession'] | null = null;
  /** A keyring that does not follow on what this browser has seen: compared with an admin before it is taken. */
  @property({ attribute: false }) line: Line | null = null;
  @property() fault = '';
  @property({ type: Boolean }) working = false;

  #same(detail: Compared['detail']): void {
    this.dispatchEvent(new CustomEvent('compared', { detail }));
  }

  override render() {
    if (this.line) return this.#line(this.line);
    return this.succession ? this.#words(this.succession) : nothing;
  }

  #line({ fingerprint, version, signed, instead }: Line) {
    return html`<p class="note bad" role="alert">${this.fault}</p>
      <p>
        What the server shows does not follow on version ${instead.version}, which was verified here. That happens where a backup was restored,
        or an admin took a change back. It also happens where somebody lies to you. Ask an admin, by a way other than this page, what
        their <em>Keys</em> page shows under <em>To compare</em>. Go on only if all three are these:
      </p>
      <keyring-line .fingerprint=${fingerprint} .version=${version} .signed=${signed}></keyring-line>
      <p class="quiet">That you took it goes on record.</p>
      ${this.#acts({ confirmedLine: signed })}`;
  }

  #words({ root, words }: NonNullable<VaultFault['succession']>) {
    return html`<p class="note warn" role="alert">
        This tenant’s root was replaced. Ask an admin, by a way other than this page, for the eight words that their Keys
        page shows. Go on only if they are these:
      </p>
      <eight-words .words=${words}></eight-words>
      ${this.#acts({ confirmedRoot: root })}`;
  }

  #acts(same: Compared['detail']) {
    return html`<div class="row">
      <button type="button" @click=${() => this.dispatchEvent(new CustomEvent('cancelled'))}>They differ, cancel</button>
      <button class="primary" type="button" ?disabled=${this.working} @click=${() => this.#same(same)}>They are the same</button>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'unlock-compare': UnlockCompare;
  }
}
