// The recovery sheets: shown once, printed or saved, and each typed back before the set counts. In print only the sheets are left, one
// a page.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { CLIPBOARD_CHANGED, CLIPBOARD_WORDS, type ClipboardState, copyBriefly } from '../core/brief-clipboard.ts';
import { focusHeading } from '../core/focus.ts';
import { OneAct } from '../core/one-act.ts';
import { circleAlertIcon } from '../ui/icons.ts';
import { shared } from '../ui/shared-styles.ts';
import { exactTime } from '../ui/words.ts';
import { vault } from '../unlock/vault-client.ts';
import { opensWords, setName } from './recovery-paper.ts';
import './recovery-paper.ts';
import '../ui/fingerprint-text.ts';
import '../ui/problem-note.ts';
import '../ui/qr-code.ts';

const FILE_KEPT_MS = 10_000;

/** The code in what is typed or pasted: the whole sheet too, as it is copied and saved, with its lines joined by the field. */
const codeIn = (typed: string): string => typed.replace(/^.*code:\s*/is, '');

/** The printed contents. `codes` are in the order of the sheets. */
export type Sheets = { setId: string; codes: readonly string[]; threshold: number; fingerprint: string };

@customElement('recovery-sheets')
export class RecoverySheets extends LitElement {
  static override styles = [
    shared,
    css`
      .sheet {
        border: 1px dashed var(--line);
        border-radius: var(--radius-small);
        padding: 1rem 1.2rem;
        margin: 1rem 0;
        display: grid;
        grid-template-columns: 1fr auto;
        gap: 0.5rem 1.2rem;
        align-items: start;
      }
      h3 {
        margin: 0;
        font-size: 1rem;
        grid-column: 1 / -1;
      }
      .code {
        grid-column: 1 / -1;
        font-family: var(--mono);
        font-size: 1.15rem;
        line-height: 1.8;
        letter-spacing: 0.06em;
        margin: 0;
        user-select: all;
      }
      .keep {
        grid-column: 1 / -1;
      }
      /* Its room is kept: what is said of the clipboard moves nothing. */
      .clipboard {
        flex: 1 1 100%;
        min-height: 20px;
      }
      .wrong {
        display: flex;
        gap: 6px;
        color: var(--bad);
      }
      .kept {
        color: var(--good);
      }
      .actions {
        display: flex;
        justify-content: flex-end;
        gap: 0.6rem;
        margin-top: 1rem;
      }
      form {
        margin-top: 1rem;
      }
      @media (max-width: 32rem) {
        .sheet {
          grid-template-columns: 1fr;
        }
      }
      @media print {
        .screen {
          display: none;
        }
        .sheet {
          display: none;
        }
      }
    `,
  ];

  @property({ attribute: false }) sheets!: Sheets;
  @property() tenant = '';
  /** The words of the last button: the keys are kept when every sheet was typed back. */
  @property() action = 'Keep the keys';
  @property({ type: Boolean }) busy = false;
  /** There are sheets of before, which this set takes the place of. */
  @property({ type: Boolean }) renews = false;
  @state() private typedBack = 0;
  /** The sheet whose code was typed wrong last. */
  @state() private wrong: number | null = null;
  /** The sheet that was copied last, and the state of the clipboard, whose content opens everything. */
  @state() private copied: { place: number; state: ClipboardState } | null = null;
  @query('#code') private field!: HTMLInputElement | null;
  #comparing = new OneAct(this);
  readonly #madeAt = exactTime(Date.now());

  override firstUpdated(): void {
    focusHeading(this.renderRoot);
  }

  get #count(): number {
    return this.sheets.codes.length;
  }

  #name(place: number): string {
    return this.#count === 1 ? 'Recovery sheet' : `Recovery sheet ${place + 1} of ${this.#count}`;
  }

  #text(code: string, place: number): string {
    const { fingerprint, setId, threshold } = this.sheets;
    return [
      `TotlProvision ${this.#name(place).toLowerCase()}`,
      `Tenant: ${this.tenant}`,
      `Fingerprint: ${fingerprint}`,
      `Set: ${setName(setId)}. ${opensWords(threshold, this.#count)}.`,
      `Made: ${this.#madeAt}`,
      `Code: ${code}`,
      '',
    ].join('\n');
  }

  /** A file a sheet: sheets that lie together in one file are no better than one. */
  #save(code: string, place: number): void {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([this.#text(code, place)], { type: 'text/plain' }));
    link.download = `totlprovision-recovery-${this.sheets.setId}${this.#count > 1 ? `-${place + 1}` : ''}.txt`;
    link.click();
    // Some browsers read the file after this turn.
    setTimeout(() => URL.revokeObjectURL(link.href), FILE_KEPT_MS);
  }

  async #copy(code: string, place: number): Promise<void> {
    const state = await copyBriefly(this.#text(code, place));
    this.copied = { place, state };
  }

  #clipboardChanged = (event: Event): void => {
    if (this.copied) this.copied = { ...this.copied, state: (event as CustomEvent<ClipboardState>).detail };
  };

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener(CLIPBOARD_CHANGED, this.#clipboardChanged);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener(CLIPBOARD_CHANGED, this.#clipboardChanged);
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (this.busy) return;
    // Written once before and refused: every sheet was typed back already.
    if (this.typedBack === this.#count) this.#send();
    else if (this.field) void this.#compare(this.field);
  };

  /** The field is free for the next sheet at once; what is typed into it meanwhile is that sheet's, and stays. */
  #compare(field: HTMLInputElement): Promise<void> {
    return this.#comparing.do(async (signal) => {
      const place = this.typedBack;
      const typed = field.value;
      this.wrong = null;
      if (!this.#isLast(place)) field.value = '';
      let same = false;
      try {
        same = await vault().recoveryCodesMatch(this.sheets.codes[place] ?? '', codeIn(typed));
      } finally {
        if (!same && field.value === '') field.value = typed;
      }
      if (signal.aborted) return;
      if (!same) {
        this.wrong = place;
        field.focus();
      } else this.typedBack = place + 1;
      if (this.typedBack === this.#count) this.#send();
    });
  }

  #isLast(place: number): boolean {
    return place + 1 === this.#count;
  }

  #send(): void {
    this.dispatchEvent(new CustomEvent('typed-back'));
  }

  override render() {
    const { codes, threshold } = this.sheets;
    const several = this.#count > 1;
    return html`<p class="screen">
        ${
          several
            ? html`Any ${threshold} of these ${this.#count} sheets open everything when every passphrase is forgotten. They
              are shown once. Give each to somebody else, on paper or where you keep your break-glass secrets.`
            : html`This code opens everything when every passphrase is forgotten. It is shown once. Keep it on paper or
              where you keep your break-glass secrets, not on this PC alone.`
        }
      </p>
      ${codes.map((code, place) => this.#sheet(code, place))} ${codes.map((code, place) => this.#paper(code, place))}
      <div class="row screen">
        <button @click=${() => window.print()}>${several ? 'Print all, one a page' : 'Print'}</button>
      </div>
      <form class="screen" @submit=${this.#submit}>
        ${this.typedBack < this.#count ? this.#field(several) : html`<p class="quiet">Every sheet was typed back.</p>`}
        <problem-note .error=${this.#comparing.failure}></problem-note>
        ${this.busy ? html`<progress aria-label="Keeping the keys"></progress>` : nothing}
        <div class="actions">
          <button class="primary" ?disabled=${this.busy || this.#comparing.busy}>
            ${this.typedBack + 1 < this.#count ? 'Next sheet' : this.action}
          </button>
        </div>
      </form>`;
  }

  #field(several: boolean) {
    const comparing = this.#comparing.busy;
    const place = comparing && !this.#isLast(this.typedBack) ? this.typedBack + 1 : this.typedBack;
    const which = several ? `of sheet ${place + 1} of ${this.#count} ` : '';
    return html`<label for="code">Type the code ${which}back, from where you kept it</label>
      <input
        id="code"
        name="code"
        autocomplete="off"
        autocapitalize="characters"
        spellcheck="false"
        aria-describedby="code-said"
        aria-invalid=${this.wrong === null ? nothing : 'true'}
        required
        ?readonly=${comparing && this.#isLast(this.typedBack)}
      />
      ${
        this.wrong === null
          ? html`<p class="quiet" id="code-said">Case, spaces and dashes do not matter.</p>`
          : html`<p class="wrong" id="code-said" role="alert">${circleAlertIcon}<span>That is not ${several ? `the code of sheet ${this.wrong + 1} of ${this.#count}` : 'this code'}. Check it group by group.</span></p>`
      }`;
  }

  #paper(code: string, place: number) {
    const { fingerprint, setId, threshold } = this.sheets;
    return html`<recovery-paper
      ?first=${place === 0}
      ?renews=${this.renews}
      .heading=${this.#name(place)}
      .tenant=${this.tenant}
      .code=${code}
      .fingerprint=${fingerprint}
      .setId=${setId}
      .threshold=${threshold}
      .count=${this.#count}
      .madeAt=${this.#madeAt}
    ></recovery-paper>`;
  }

  #sheet(code: string, place: number) {
    const { fingerprint, setId, threshold } = this.sheets;
    const which = this.#name(place).toLowerCase();
    return html`<div class="sheet">
      <h3>
        TotlProvision ${which}
        ${place < this.typedBack ? html`<span class="kept screen">✓ typed back</span>` : nothing}
      </h3>
      <dl>
        <dt>Tenant</dt>
        <dd>${this.tenant}</dd>
        <dt>Fingerprint</dt>
        <dd><fingerprint-text .fingerprint=${fingerprint}></fingerprint-text></dd>
        <dt>Set</dt>
        <dd><span class="mono">${setName(setId)}</span><br />${opensWords(threshold, this.#count)}</dd>
        <dt>Made</dt>
        <dd>${this.#madeAt}</dd>
      </dl>
      <qr-code .text=${code} label="The code as a QR code"></qr-code>
      <p class="code" data-testid="recovery-code">${code.replaceAll('-', ' ')}</p>
      <div class="row keep screen">
        <button aria-label="Save ${which} as a file" @click=${() => this.#save(code, place)}>Save as a file</button>
        <button aria-label="Copy ${which}" @click=${() => void this.#copy(code, place)}>Copy</button>
        <span class="quiet clipboard" role="status">${this.copied?.place === place ? CLIPBOARD_WORDS[this.copied.state] : nothing}</span>
      </div>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'recovery-sheets': RecoverySheets;
  }
}
