// A recovery sheet on paper: one page of A4 or Letter that says what it is, how dangerous, how to use it, also without the portal, and
// who keeps it. On a screen there is nothing of it.
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { shared } from '../ui/shared-styles.ts';
import { groupsOf } from '../ui/words.ts';
import '../ui/qr-code.ts';

/** What opens everything, in words: "This sheet alone opens everything". */
export const opensWords = (threshold: number, count: number): string =>
  count === 1 ? 'This sheet alone opens everything' : `Any ${threshold} of the ${count} sheets open everything`;

/** `93ef79af` as `93EF-79AF`, as it is read aloud. */
export const setName = (id: string): string => groupsOf(id.toUpperCase()).join('-');

@customElement('recovery-paper')
export class RecoveryPaper extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: none;
      }
      @media print {
        :host {
          display: block;
          height: 254mm;
          overflow: hidden;
          break-inside: avoid;
          color: #000;
          font: 400 10.5pt / 1.45 var(--sans);
        }
        :host(:not([first])) {
          break-before: page;
        }
      }
      .sheet {
        display: flex;
        flex-direction: column;
        gap: 6mm;
        height: 100%;
      }
      header,
      footer,
      .two {
        display: flex;
        justify-content: space-between;
        gap: 8mm;
      }
      header {
        padding-bottom: 4mm;
        border-bottom: 0.6mm solid;
      }
      h3 {
        font-size: 19pt;
        line-height: 1.2;
      }
      h4 {
        margin: 0 0 2mm;
        font-size: 10pt;
      }
      .opens {
        align-self: center;
        max-width: 48mm;
        padding: 1.5mm 3mm;
        border: 0.4mm solid;
        border-radius: 2mm;
        font-weight: 600;
        text-align: center;
      }
      .code {
        display: flex;
        gap: 6mm;
        align-items: center;
        padding: 5mm;
        border: 0.6mm solid;
        border-radius: 3mm;
      }
      .code > div {
        flex: 1;
      }
      .two dl {
        align-content: start;
      }
      .code ol {
        display: grid;
        grid-template-columns: repeat(4, 1fr);
        gap: 3mm;
        margin: 0 0 2mm;
        padding: 0;
        list-style: none;
        font: 600 15pt / 1.2 var(--mono);
      }
      .code ol span {
        display: block;
        font: 400 7.5pt / 1.3 var(--sans);
      }
      qr-code {
        width: 40mm;
        height: 40mm;
      }
      .two > * {
        flex: 1;
      }
      .two ol {
        margin: 0;
        padding-left: 5mm;
      }
      .print {
        font: 500 11pt / 1.5 var(--mono);
        word-spacing: 2mm;
      }
      .line {
        padding-top: 8mm;
        border-bottom: 0.2mm solid;
        font-size: 8pt;
      }
      .fine {
        font-size: 8.5pt;
      }
      footer {
        margin-top: auto;
        padding-top: 2mm;
        border-top: 0.2mm solid;
      }
    `,
  ];
  /** The first of its set: the others begin a page. */
  @property({ type: Boolean, reflect: true }) first = false;
  /** There were sheets before it. */
  @property({ type: Boolean }) renews = false;
  @property() heading = '';
  @property() tenant = '';
  @property() code = '';
  @property() fingerprint = '';
  @property() setId = '';
  @property({ attribute: false }) threshold = 1;
  @property({ attribute: false }) count = 1;
  @property() madeAt = '';

  override render() {
    const { tenant, count, threshold } = this;
    return html`<div class="sheet">
      <header>
        <div><h3>${this.heading}</h3>${tenant} · TotlProvision</div>
        <div class="opens">${opensWords(threshold, count)}</div>
      </header>
      <div>
        With ${count === 1 ? 'this sheet' : `${threshold} of these sheets`} anyone can open every recovery key and password that ${tenant} holds.
        ${count === 1 ? 'Keep it' : 'Keep each with a different person,'} on paper, away from the PCs. It is needed only when no passphrase or
        passkey works any more.
      </div>
      <div class="code">
        <div>
          <h4>Code</h4>
          <ol>
            ${this.code.split('-').map((group, place) => html`<li><span>${place + 1}</span>${group}</li>`)}
          </ol>
          <div class="fine">No letters I, L, O or U: 0 and 1 are digits. Case and spaces do not matter.</div>
        </div>
        <qr-code .text=${this.code} label="The code as a QR code"></qr-code>
      </div>
      <div class="two">
        <div>
          <h4>To use it</h4>
          <ol>
            <li>Open <strong>${location.host}</strong> and sign in.</li>
            <li>Choose <strong>Unlock</strong>, then <strong>Recovery sheets</strong>.</li>
            <li>Type ${count === 1 ? 'the code' : `the codes of ${threshold} sheets`}.</li>
            <li>Set a new passphrase for yourself, and make a new set.</li>
          </ol>
          <div class="fine">
            <strong>Portal gone?</strong> Open the recovery page that was saved from <em>Recovery</em>, from disk, without a network. It takes the
            same codes and the latest export.
          </div>
        </div>
        <dl>
          <dt>Set</dt>
          <dd>${setName(this.setId)}</dd>
          <dt>Made</dt>
          <dd>${this.madeAt}</dd>
          <dt>Replaces</dt>
          <dd>${this.renews ? 'Every earlier sheet. Destroy those.' : 'Nothing: this is the first.'}</dd>
          <dt>Test</dt>
          <dd>Once a year</dd>
        </dl>
      </div>
      <div><h4>Fingerprint of the trust root</h4><div class="print">${groupsOf(this.fingerprint).join(' ')}</div></div>
      <div>
        <h4>By hand</h4>
        <div class="two"><div class="line">Kept by</div><div class="line">Where</div></div>
        <div class="two"><div class="line">Handed over on</div><div class="line">Signature</div></div>
        <div class="two"><div class="line">Tested on</div><div class="line">Tested on</div><div class="line">Tested on</div></div>
      </div>
      <footer class="fine">
        <span>Lost, or seen by someone else? Make a new set; the old sheets then open nothing.</span>
        <span>${this.heading.replace('Recovery sheet', 'Sheet')} · set ${setName(this.setId)}</span>
      </footer>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'recovery-paper': RecoveryPaper;
  }
}
