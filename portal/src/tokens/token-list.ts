// Machine tokens: their owners, their ends, where they were last used from, and the root that their engines pin. The
// tokens themselves are not shown: the first eight characters tell them apart.

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { EXPIRES_SOON_MS } from '../../../schema/facts/days.ts';
import { isolated } from '../../../schema/shown-text.ts';
import type { Token } from '../../../schema/token.ts';
import { ASIDE_STATE_WORDS, asideWords } from '../ui/aside-words.ts';
import { cardRows, list } from '../ui/list-styles.ts';
import { shared } from '../ui/shared-styles.ts';
import { theirs } from '../ui/theirs.ts';
import { dayOf, exactTime, shortId } from '../ui/words.ts';
import '../ui/relative-time.ts';

type TokenAct = 'rotate' | 'revoke' | 'set_aside' | 'bring_back';
/** Fired when an admin wants to do one of these with one. */
export type TokenActWanted = CustomEvent<{ token: Token; act: TokenAct }>;

export const isLive = (token: Token, now: number): boolean =>
  token.revokedAt === null && !token.missing && (token.expiresAt === null || token.expiresAt > now);

@customElement('token-list')
export class TokenListElement extends LitElement {
  static override styles = [
    shared,
    list,
    cardRows,
    css`
      p {
        margin: 2px 0;
        font-size: 13px;
        line-height: 18px;
      }
      .name {
        font-size: 14px;
        line-height: 20px;
      }
      .none {
        margin: 0;
      }
      details {
        margin: 16px -16px -16px;
        border-top: 1px solid var(--line);
      }
      details ul {
        margin: 0;
        border-top: 1px solid var(--line);
      }
      summary {
        cursor: pointer;
        padding: 12px 16px;
        font-size: 13px;
        line-height: 18px;
      }
    `,
  ];
  @property({ attribute: false }) tokens: readonly Token[] = [];
  /** The root that counts now; null before the set-up. */
  @property({ attribute: false }) fingerprint: string | null = null;

  override render() {
    const now = Date.now();
    const live = this.tokens.filter((token) => isLive(token, now));
    const ended = this.tokens.filter((token) => !isLive(token, now));
    return html`${
      live.length === 0
        ? html`<p class="none">No token is live: no engine can report or escrow.</p>`
        : html`<ul aria-label="Live tokens">
            ${this.#tokens(live, now)}
          </ul>`
    }
    ${
      ended.length === 0
        ? nothing
        : html`<details>
            <summary>Revoked and expired (${ended.length})</summary>
            <ul aria-label="Revoked and expired tokens">
              ${this.#tokens(ended, now)}
            </ul>
          </details>`
    }`;
  }

  /** Each keeps its own buttons: a person who has revoked one must not find the focus on another's. */
  #tokens(tokens: readonly Token[], now: number) {
    return repeat(
      tokens,
      (token) => token.id,
      (token) => this.#token(token, now),
    );
  }

  #token(token: Token, now: number) {
    const live = isLive(token, now);
    return html`<li>
      <div class="text">
        <p class="name"><strong>${theirs(token.label || token.id)}</strong> <span class="mono quiet">${token.prefix}…</span> ${this.#state(token, now)} ${this.#pin(token)}</p>
        <p class="quiet">
          Made <span title=${exactTime(token.createdAt)}>${dayOf(token.createdAt)}</span> ${token.createdBy === null ? 'outside the portal' : `by ${token.createdBy}`} ·
          ${this.#end(token, live)}
        </p>
        <p class="quiet">
          ${
            token.lastUsedAt === null
              ? 'Never used'
              : html`Last used <relative-time .at=${token.lastUsedAt}></relative-time>${token.lastIp === null ? nothing : ` from ${token.lastIp}`},
                  ${token.uses <= 1 ? 'at least once' : `at least ${token.uses.toLocaleString()} times`}`
          }
        </p>
        ${this.#aside(token)}
      </div>
      ${this.#acts(token, live)}
    </li>`;
  }

  #state(token: Token, now: number) {
    if (token.revokedAt !== null) return html`<span class="pill bad">Revoked</span>`;
    if (token.missing) return html`<span class="pill bad">Removed outside the portal</span>`;
    if (token.expiresAt === null) return nothing;
    if (token.expiresAt <= now) return html`<span class="pill bad">Expired</span>`;
    if (token.replacedBy !== null) return html`<span class="pill">Has a successor</span>`;
    return token.expiresAt - now < EXPIRES_SOON_MS ? html`<span class="pill warn">Expires soon</span>` : nothing;
  }

  #pin({ fingerprint }: Token) {
    if (fingerprint === null)
      return html`<span class="pill warn" title="Handed out without a fingerprint: an engine pins on first use">Trusts the first root it meets</span>`;
    const earlier = this.fingerprint !== null && fingerprint !== this.fingerprint;
    return html`<span class="pill ${earlier ? 'warn' : 'good'}" title=${fingerprint}
      >${earlier ? 'Trusts an earlier root' : 'Trusts your root'} <span class="mono">${shortId(fingerprint)}</span></span
    >`;
  }

  #end({ expiresAt, revokedAt }: Token, live: boolean) {
    if (revokedAt !== null) return html`<span title=${exactTime(revokedAt)}>revoked ${dayOf(revokedAt)}</span>`;
    if (expiresAt === null) return 'does not expire';
    return html`<span title=${exactTime(expiresAt)}>${live ? 'expires' : 'expired'} ${dayOf(expiresAt)}</span>`;
  }

  /** How much of what it brought is set aside. */
  #aside({ aside }: Token) {
    if (aside === null) return nothing;
    const [state, words] = ASIDE_STATE_WORDS[aside.state];
    return html`<p class="quiet" role="status">
      <span class="pill ${aside.state === 'set_aside' ? '' : 'accent'}">${state}</span>
      ${asideWords(aside)} ${words}${aside.since === null ? nothing : `, of what came since ${exactTime(aside.since)}`}. By ${aside.by},
      ${exactTime(aside.at)}.
    </p>`;
  }

  #acts(token: Token, live: boolean) {
    // Two may have the same label: a person who hears only the button needs more.
    const name = `${isolated(token.label || token.id)}, ${token.prefix}`;
    const want = (act: TokenAct) => () =>
      this.dispatchEvent(new CustomEvent('token-act-wanted', { detail: { token, act } }));
    if (live)
      return html`<div class="row">
        ${token.replacedBy === null ? html`<button aria-label="Rotate ${name}" @click=${want('rotate')}>Rotate</button>` : nothing}
        <button class="danger" aria-label="Revoke ${name}" @click=${want('revoke')}>Revoke</button>
      </div>`;
    if (token.revokedAt === null) return nothing;
    return token.aside === null || token.aside.state === 'bringing_back'
      ? html`<button aria-label="Set aside what it brought: ${name}" @click=${want('set_aside')}>Set aside what it brought</button>`
      : html`<button aria-label="Bring it back: ${name}" @click=${want('bring_back')}>Bring it back</button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'token-list': TokenListElement;
  }
}
