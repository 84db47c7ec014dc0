// A token, shown once: to be copied, or saved as the file that an engine reads. It is kept nowhere.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { EngineFile } from '../../../schema/engine-file.ts';
import type { IssuedToken } from '../../../schema/token.ts';
import { focusHeading } from '../core/focus.ts';
import { shared } from '../ui/shared-styles.ts';
import { theirs } from '../ui/theirs.ts';
import { engineFileName, saveEngineFile } from './engine-file.ts';
import './windows-kit.ts';

/** Fires `kept` once it was saved or copied, and `closed`. */
@customElement('issued-token')
export class IssuedTokenElement extends LitElement {
  static override styles = [
    shared,
    css`
      .token {
        user-select: all;
        font-size: 1.05rem;
        background: var(--sunken);
        border-radius: var(--radius-small);
        padding: 0.6rem 0.8rem;
      }
      h2:focus {
        outline: none;
      }
    `,
  ];
  @property({ attribute: false }) issued!: IssuedToken;
  /** Made from facts that this browser has verified. */
  @property({ attribute: false }) file!: EngineFile;
  @state() private words = 'Copy';

  override firstUpdated(): void {
    focusHeading(this.renderRoot);
  }

  /** They have it: leaving asks about nothing any more. */
  #kept(): void {
    this.dispatchEvent(new CustomEvent('kept'));
  }

  #save = (): void => {
    saveEngineFile(this.file, this.issued.prefix);
    this.#kept();
  };

  #copy = async (): Promise<void> => {
    this.words = await navigator.clipboard.writeText(this.issued.token).then(
      () => {
        this.#kept();
        return 'Copied';
      },
      () => 'Not allowed: select it',
    );
  };

  override render() {
    const { issued, file } = this;
    return html`<div class="card-head"><h2>The token of “${theirs(issued.label)}”</h2></div>
      <p>It is shown once, and kept nowhere. Put the configuration file into the engine; anybody who has it can report and escrow, and read nothing.</p>
      <p class="token mono" data-testid="token">${issued.token}</p>
      ${
        file.fingerprint === null
          ? html`<p class="note warn">An engine with this file trusts the first root it meets. Issue one that trusts your root where you can.</p>`
          : nothing
      }
      <div class="row">
        <button class="primary" @click=${this.#save}>
          Download engine.json
        </button>
        <button @click=${this.#copy}>${this.words}</button>
        <span class="visually-hidden" role="status">${this.words === 'Copy' ? nothing : this.words}</span>
        <button @click=${() => this.dispatchEvent(new CustomEvent('closed'))}>I have it</button>
      </div>
      <p class="quiet">It is saved as <span class="mono">${engineFileName(issued.prefix)}</span>, so that several stay apart.</p>
      <windows-kit .configuration=${engineFileName(issued.prefix)}></windows-kit>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'issued-token': IssuedTokenElement;
  }
}
