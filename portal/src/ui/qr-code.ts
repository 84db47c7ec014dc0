// A QR code (ISO/IEC 18004) as one SVG path, drawn here: nothing is asked of anybody.
import { css, html, LitElement, nothing, svg } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

const QUIET_MODULES = 2;

@customElement('qr-code')
export class QrCode extends LitElement {
  static override styles = css`
    :host {
      display: block;
      width: 9rem;
      height: 9rem;
    }
    svg {
      width: 100%;
      height: 100%;
      background: #fff;
    }
    path {
      fill: #000;
    }
  `;

  @property() text = '';
  @property() label = 'QR code';
  @state() private modules: boolean[][] = [];

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('text')) void this.#draw(this.text);
  }

  async #draw(text: string): Promise<void> {
    const { default: encode } = await import('qr');
    if (text === this.text) this.modules = text ? encode(text, 'raw', { ecc: 'medium', border: QUIET_MODULES }) : [];
  }

  override render() {
    const size = this.modules.length;
    if (size === 0) return nothing;
    const path = this.modules.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
    return html`<svg viewBox="0 0 ${size} ${size}" role="img" aria-label=${this.label} shape-rendering="crispEdges">
      ${svg`<path d=${path}></path>`}
    </svg>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'qr-code': QrCode;
  }
}
