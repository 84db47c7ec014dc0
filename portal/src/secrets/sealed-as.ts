// When a shown secret was sealed and, where its header says, as which PC: the facts bound to the secret itself, beside
// what the server says about it.
import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Opened } from '../../vault/contract.ts';
import { shared } from '../ui/shared-styles.ts';
import { theirs } from '../ui/theirs.ts';
import { exactTime } from '../ui/words.ts';

const same = (a: string | null, b: string | null): boolean => (a ?? '').toLowerCase() === (b ?? '').toLowerCase();

@customElement('sealed-as')
export class SealedAs extends LitElement {
  static override styles = [shared];

  @property({ attribute: false }) opened: Pick<Opened, 'sealedAt' | 'pc'> | null = null;
  /** As the server has the PC now; null where it is not known. */
  @property() hostname: string | null = null;
  @property() serial: string | null = null;

  override render() {
    if (!this.opened) return nothing;
    const { sealedAt, pc } = this.opened;
    // A PC whose serial is not known on one side says nothing; most are renamed after sealing.
    const otherPc = pc?.serial != null && this.serial !== null && !same(pc.serial, this.serial);
    const renamed = pc !== null && this.hostname !== null && !same(pc.hostname, this.hostname);
    return html`${
      otherPc
        ? html`<p class="note warn" role="alert">
            It was sealed on a PC with another serial number: ${theirs(pc.serial ?? '')}, not ${theirs(this.serial ?? '')}. Compare with the PC before you use it.
          </p>`
        : nothing
    }
    ${
      sealedAt === null
        ? nothing
        : html`<p class="quiet">Sealed ${exactTime(sealedAt)}${renamed ? html`, as ${theirs(pc.hostname)}` : nothing}.</p>`
    }`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sealed-as': SealedAs;
  }
}
