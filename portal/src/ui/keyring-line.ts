// A keyring as two people compare it by another way than this page: root, version, hash of what is signed.
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { shared } from './shared-styles.ts';
import { groupsOf } from './words.ts';

const GROUP = 8;
const inGroups = (hex: string): string => hex.match(new RegExp(`.{1,${GROUP}}`, 'g'))?.join(' ') ?? hex;

@customElement('keyring-line')
export class KeyringLine extends LitElement {
  static override styles = [
    shared,
    css`
      .group {
        display: inline-block;
        margin-right: 0.55em;
      }
      dd {
        overflow-wrap: anywhere;
        margin: 0 0 0.5rem;
      }
    `,
  ];

  @property() fingerprint = '';
  @property({ type: Number }) version = 0;
  /** SHA-256 over header and payload. */
  @property() signed = '';

  override render() {
    return html`<dl>
      <dt>Fingerprint</dt>
      <dd class="mono">${groupsOf(this.fingerprint).map((group) => html`<span class="group">${group}</span>`)}</dd>
      <dt>Version</dt>
      <dd class="mono">${this.version}</dd>
      <dt>Hash</dt>
      <dd class="mono">${inGroups(this.signed)}</dd>
    </dl>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'keyring-line': KeyringLine;
  }
}
