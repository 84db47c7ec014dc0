// One entry of the audit, whole: what was done to which PC, why and how, and what is recorded of it. Beside the list, which stays usable.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { AuditEntry, AuditPage } from '../../../schema/audit.ts';
import { isolated } from '../../../schema/shown-text.ts';
import { chevronDownIcon, chevronUpIcon, copyIcon, linkIcon, rotateCwIcon, xIcon } from '../ui/icons.ts';
import { shared } from '../ui/shared-styles.ts';
import { theirs } from '../ui/theirs.ts';
import { dateTime, exactTime, KIND_WORDS, shortId } from '../ui/words.ts';
import { detailWords } from './act-words.ts';
import { aboutOf, isToRotate, PRINCIPAL_WORDS, reasonOf, sentenceOf } from './words.ts';

const NUMBER = new Intl.NumberFormat();
/** Shown above under a name of their own. */
const SHOWN_APART = new Set(['machine', 'kind', 'version', 'reason', 'code', 'hostname']);

/** Fires `closed`, `step-wanted` with 1 or -1, and `filter-wanted`. */
@customElement('entry-drawer')
export class EntryDrawer extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        position: fixed;
        z-index: 3;
        top: var(--bar-height);
        right: 0;
        bottom: 0;
        width: 420px;
        display: flex;
        flex-direction: column;
        background: var(--raised);
        box-shadow: var(--e3);
        font-size: 13px;
        line-height: 18px;
      }
      header {
        display: flex;
        align-items: center;
        gap: 4px;
        padding: 8px 12px 8px 20px;
        border-bottom: 1px solid var(--line);
      }
      header h2 {
        flex: 1;
        outline: none;
        margin: 0;
      }
      .body {
        overflow-y: auto;
        padding: 16px 20px 24px;
      }
      h3 {
        margin: 20px 0 8px;
      }
      .said {
        font-size: 15px;
        line-height: 20px;
        font-weight: 600;
        margin: 0 0 4px;
        overflow-wrap: anywhere;
      }
      dl {
        grid-template-columns: 96px minmax(0, 1fr);
      }
      .note {
        display: flex;
        gap: 8px;
        margin: 12px 0 0;
      }
      .acts {
        margin-top: 20px;
      }
      @media (max-width: 719px) {
        :host {
          left: 0;
          width: auto;
          bottom: 56px;
        }
      }
    `,
  ];
  @property({ attribute: false }) entry!: AuditEntry;
  @property({ attribute: false }) named: Pick<AuditPage, 'pcs' | 'secrets'> = { pcs: {}, secrets: {} };
  @property() tenant = '';

  override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>('h2')?.focus();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener('keydown', this.#pressed);
  }

  #send(name: string, detail?: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  #pressed = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    if (event.key === 'Escape') this.#send('closed');
    else if (step !== undefined) this.#send('step-wanted', step);
    else return;
    event.preventDefault();
  };

  override render() {
    const { entry } = this;
    const { seq, at, principal, outcome, detail, subject } = entry;
    const about = aboutOf(entry);
    const pc = about === null ? undefined : this.named.pcs[about];
    const secret = this.named.secrets[subject];
    // A refusal's reason is what was asked for, unless one was given.
    const asked = outcome === 'refused' && typeof detail.reason !== 'string' ? reasonOf(entry) : '';
    return html`<header>
        <h2 tabindex="-1">Entry ${NUMBER.format(seq)}</h2>
        <button class="ghost only-icon" aria-label="The entry above" @click=${() => this.#send('step-wanted', -1)}>${chevronUpIcon}</button>
        <button class="ghost only-icon" aria-label="The entry below" @click=${() => this.#send('step-wanted', 1)}>${chevronDownIcon}</button>
        <button class="ghost only-icon" aria-label="Close" @click=${() => this.#send('closed')}>${xIcon}</button>
      </header>
      <div class="body">
        <p class="said">${theirs(sentenceOf(entry, secret))}</p>
        <p class="quiet">${exactTime(at)}</p>
        ${
          isToRotate(entry, this.named.secrets) && secret?.rotateDueAt
            ? html`<p class="note warn">${rotateCwIcon}<span>Still to rotate: due from ${dateTime(secret.rotateDueAt)}, unless a newer version arrives before.</span></p>`
            : nothing
        }
        ${about === null && !secret && asked === '' && detail.version === undefined ? nothing : html`<h3>What</h3>`}
        <dl>
          ${this.#term('Asked for', asked)} ${this.#term('Client', pc?.client)}
          ${
            about === null
              ? nothing
              : html`<dt>PC</dt><dd><a href="/t/${this.tenant}/machines/${pc?.id ?? about}">${theirs(pc?.hostname || shortId(about))}</a>${
                  typeof detail.hostname === 'string' && pc && detail.hostname !== pc.hostname
                    ? html` <span class="quiet">then called ${theirs(detail.hostname)}</span>`
                    : nothing
                }</dd>`
          }
          ${this.#term('Serial', pc?.serial, true)} ${this.#term('Secret', secret ? KIND_WORDS[secret.kind] : null)}
          ${secret ? this.#ref(secret.ref) : nothing}
          ${this.#term('Version', this.#version(secret))}
        </dl>
        <h3>Why and how</h3>
        <dl>
          ${this.#term('Reason', asked === '' ? reasonOf(entry) : '')}
          ${this.#term('By', `${principal.name}${PRINCIPAL_WORDS[principal.kind] ? ` (${PRINCIPAL_WORDS[principal.kind]})` : ''}`)}
          ${this.#term('Outcome', outcome === 'refused' ? 'Refused' : 'Done')} ${this.#term('Address', entry.ip)}
          ${this.#term('Program', entry.userAgent)}
        </dl>
        <h3>Record</h3>
        <dl>
          ${this.#term('Act', entry.action, true)} ${this.#term('Subject', subject, true)}
          ${Object.entries(detail).map(([name, value]) =>
            SHOWN_APART.has(name) || value === null || value === ''
              ? nothing
              : this.#term(detailWords(name), String(value)),
          )}
          ${this.#term('This entry', entry.hash, true)} ${this.#term('Follows', entry.previousHash, true)}
        </dl>
        <div class="row acts">
          ${about === null ? nothing : this.#only('Only this PC', { machine: about })}
          ${principal.kind === 'machine' ? nothing : this.#only(`Only ${isolated(principal.name)}`, { person: principal.id })}
          ${this.#only('Only this act', { action: entry.action, group: '' })}
          <button @click=${() => this.#send('link-wanted')}>${linkIcon}Copy link</button>
          <button @click=${() => this.#send('record-wanted')}>${copyIcon}Copy the record</button>
        </div>
      </div>`;
  }

  #version(secret: AuditPage['secrets'][string] | undefined): string | null {
    const { version } = this.entry.detail;
    if (typeof version !== 'number') return null;
    if (!secret) return String(version);
    return secret.version > version ? `${version}; the latest is ${secret.version}` : `${version}, the latest`;
  }

  #ref(ref: AuditPage['secrets'][string]['ref']) {
    if ('account' in ref) return this.#term('Account', ref.account);
    if ('label' in ref) return this.#term('Label', ref.label);
    return html`${this.#term('Volume', ref.volume)}${this.#term('Key ID', ref.protectorId.toUpperCase(), true)}`;
  }

  #term(term: string, value: string | null | undefined, mono = false) {
    if (value === null || value === undefined || value === '') return nothing;
    return html`<dt>${term}</dt><dd class=${mono ? 'mono' : ''}>${theirs(value)}</dd>`;
  }

  #only(words: string, change: Record<string, string>) {
    return html`<button @click=${() => this.#send('filter-wanted', change)}>${words}</button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'entry-drawer': EntryDrawer;
  }
}
