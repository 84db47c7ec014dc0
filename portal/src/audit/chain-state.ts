// Whether the chain is whole, as far as this browser has checked: beside the page's title, and said at length where it is not. It fetches nothing.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { shieldCheckIcon, triangleAlertIcon } from '../ui/icons.ts';
import { shared } from '../ui/shared-styles.ts';
import { relativeTime } from '../ui/words.ts';
import type { ChainProgress, CheckedChain } from './chain-check.ts';

const NUMBER = new Intl.NumberFormat();

/** Fires `verify-wanted` and `stop-wanted`. */
@customElement('chain-state')
export class ChainState extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: contents;
      }
      .pill {
        min-height: 28px;
        height: auto;
        padding: 3px 10px;
        font-size: 13px;
        line-height: 18px;
      }
      .pill span {
        font-weight: 400;
      }
      progress {
        width: 120px;
      }
      /* Neither moves what stands beside it nor what is below. */
      details {
        position: relative;
        font-size: 13px;
        line-height: 18px;
      }
      summary {
        display: inline;
        cursor: pointer;
        color: var(--text-3);
      }
      details > div {
        position: absolute;
        z-index: 2;
        top: 28px;
        left: 0;
        width: min(440px, calc(100vw - 64px));
        padding: 12px 16px;
        border: 1px solid var(--line);
        border-radius: var(--radius-note);
        background: var(--raised);
        box-shadow: var(--e2);
        overflow-wrap: anywhere;
      }
      .note {
        order: 1;
        flex: 1 1 100%;
      }
    `,
  ];
  /** Null while nothing runs. */
  @property({ attribute: false }) progress: ChainProgress | null = null;
  @property({ attribute: false }) checked: CheckedChain | null = null;
  /** When that was, ms since the epoch. */
  @property({ attribute: false }) checkedAt = 0;

  override render() {
    const send = (name: string) => () => this.dispatchEvent(new CustomEvent(name));
    const { progress, checked } = this;
    if (progress)
      return html`<span class="pill">Checking the chain</span
        ><progress max=${Math.max(1, progress.total)} .value=${progress.done} aria-label="Entries checked"></progress
        ><span class="quiet" role="status">${NUMBER.format(progress.done)} of ${NUMBER.format(progress.total)} entries</span>
        <button class="ghost" @click=${send('stop-wanted')}>Stop</button>`;
    return html`${checked ? this.#pill(checked) : nothing}
      <button class="ghost" @click=${send('verify-wanted')}>${checked ? 'Check again' : 'Check the chain'}</button>
      ${checked ? this.#verdict(checked) : nothing}`;
  }

  #pill(checked: CheckedChain) {
    if (!checked.ok) return html`<span class="pill bad">${triangleAlertIcon}The chain is not intact</span>`;
    return html`<span class="pill good" role="status"
      >${shieldCheckIcon}Chain intact<span
        >· ${NUMBER.format(checked.head.seq)} entries, checked here ${relativeTime(this.checkedAt, Date.now())}</span
      ></span
    >`;
  }

  #verdict(checked: CheckedChain) {
    if (!checked.ok)
      return html`<div class="note bad" role="alert">
        <p><strong>${checked.says}</strong></p>
        <p>Export what the server shows, keep it, and tell your operator.</p>
      </div>`;
    const { head, index, seen } = checked;
    return html`<details>
      <summary>What was checked</summary>
      <div>
      <p>
        Every entry was fetched and hashed in this browser: none is edited, missing or out of place.
        ${index ? `The index holds entry ${NUMBER.format(index.seq)} of the chain.` : 'The index has not been told of it yet.'}
        ${seen ? `This browser had checked it up to entry ${NUMBER.format(seen.seq)}.` : 'This browser had not checked it before.'}
      </p>
      <p>Head, to be noted elsewhere: <span class="mono">${head.seq}:${head.hash}</span></p>
      </div>
    </details>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'chain-state': ChainState;
  }
}
