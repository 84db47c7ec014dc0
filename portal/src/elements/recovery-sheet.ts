// The recovery sheet: shown once, printed or saved, and typed back before it counts. In print only the sheet is left.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { SetUpDraft } from '../../vault/contract.ts';
import { shared } from '../styles/shared.ts';
import { exactTime } from '../words.ts';
import './fingerprint-text.ts';

const FILE_KEPT_MS = 10_000;

@customElement('recovery-sheet')
export class RecoverySheet extends LitElement {
  static override styles = [
    shared,
    css`
      .sheet {
        border: 1px dashed var(--line);
        border-radius: var(--radius-small);
        padding: 1rem 1.2rem;
        margin: 1rem 0;
      }
      dl {
        margin-bottom: 0.9rem;
      }
      .code {
        font-family: var(--mono);
        font-size: 1.15rem;
        line-height: 1.8;
        letter-spacing: 0.06em;
        margin: 0;
        user-select: all;
      }
      .actions {
        display: flex;
        justify-content: flex-end;
        gap: 0.6rem;
        margin-top: 1rem;
      }
      @media print {
        .screen {
          display: none;
        }
        .sheet {
          border: 0;
          padding: 0;
        }
      }
    `,
  ];

  @property({ attribute: false }) draft!: SetUpDraft;
  @property() tenant = '';
  @property({ type: Boolean }) wrong = false;
  @property({ type: Boolean }) busy = false;
  @state() private copied = false;
  readonly #madeAt = exactTime(Date.now());

  #text(): string {
    const { fingerprint, recoverySetId, recoveryCode } = this.draft;
    return [
      'TotlProvision recovery sheet',
      `Tenant: ${this.tenant}`,
      `Fingerprint: ${fingerprint}`,
      `Set: ${recoverySetId}`,
      `Made: ${this.#madeAt}`,
      `Code: ${recoveryCode}`,
      '',
    ].join('\n');
  }

  #save = (): void => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([this.#text()], { type: 'text/plain' }));
    link.download = `totlprovision-recovery-${this.draft.recoverySetId}.txt`;
    link.click();
    // Some browsers read the file after this turn.
    setTimeout(() => URL.revokeObjectURL(link.href), FILE_KEPT_MS);
  };

  #copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(this.#text()).then(
      () => {
        this.copied = true;
      },
      () => {},
    );
  };

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const typed = String(new FormData(event.target as HTMLFormElement).get('code') ?? '');
    this.dispatchEvent(new CustomEvent('typed-back', { detail: typed }));
  };

  override render() {
    const { fingerprint, recoverySetId, recoveryCode } = this.draft;
    return html`<p class="screen">
        This code opens everything when every passphrase is forgotten. It is shown once. Keep it on paper or where you keep
        your break-glass secrets, not on this PC alone.
      </p>
      <div class="sheet">
        <h2>TotlProvision recovery sheet</h2>
        <dl>
          <dt>Tenant</dt>
          <dd>${this.tenant}</dd>
          <dt>Fingerprint</dt>
          <dd><fingerprint-text .fingerprint=${fingerprint}></fingerprint-text></dd>
          <dt>Set</dt>
          <dd class="mono">${recoverySetId}</dd>
          <dt>Made</dt>
          <dd>${this.#madeAt}</dd>
        </dl>
        <p class="code" data-testid="recovery-code">${recoveryCode.replaceAll('-', ' ')}</p>
      </div>
      <div class="row screen">
        <button @click=${() => window.print()}>Print</button>
        <button @click=${this.#save}>Save as a file</button>
        <button @click=${() => void this.#copy()}>${this.copied ? 'Copied' : 'Copy'}</button>
      </div>
      <form class="screen" @submit=${this.#submit}>
        <p></p>
        <label for="code">Type the code back, from where you kept it</label>
        <input id="code" name="code" autocomplete="off" autocapitalize="characters" spellcheck="false" required ?disabled=${this.busy} />
        <p class="quiet">Case, spaces and dashes do not matter.</p>
        ${this.wrong ? html`<p class="note bad" role="alert">That is not this code. Check it group by group.</p>` : nothing}
        ${this.busy ? html`<progress aria-label="Keeping the keys"></progress>` : nothing}
        <div class="actions"><button class="primary" ?disabled=${this.busy}>Keep the keys</button></div>
      </form>`;
  }
}
