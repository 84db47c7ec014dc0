// A recovery key's id as a locked PC shows it: capitals, its first eight characters apart, since those are read out and typed.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { shared } from '../ui/shared-styles.ts';

const READ_OUT = 8;

@customElement('recovery-key-id')
export class RecoveryKeyId extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 2px 8px;
        font-size: 13px;
        line-height: 18px;
      }
      .id {
        font-variant-numeric: slashed-zero;
      }
      strong {
        font-weight: 700;
        border-bottom: 2px solid var(--accent);
      }
    `,
  ];
  @property({ attribute: false }) protectorId = '';
  @state() private said = 'Copy';

  #copy = async (): Promise<void> => {
    this.said = await navigator.clipboard.writeText(this.protectorId.toUpperCase()).then(
      () => 'Copied',
      () => 'Not allowed: select it',
    );
  };

  override render() {
    const id = this.protectorId.toUpperCase();
    return html`<span class="quiet">Key ID</span>
      <span class="mono id"><strong>${id.slice(0, READ_OUT)}</strong>${id.slice(READ_OUT)}</span>
      <button class="small" aria-label="${this.said === 'Copy' ? 'Copy the' : `${this.said}:`} key ID ${id.slice(0, READ_OUT)}" @click=${() => void this.#copy()}>${this.said}</button>
      <span class="visually-hidden" role="status">${this.said === 'Copy' ? nothing : this.said}</span>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'recovery-key-id': RecoveryKeyId;
  }
}
