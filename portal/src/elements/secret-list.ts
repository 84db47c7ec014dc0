// A machine's secrets: what is held, under which key, bound or not, and a button to reveal each version.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Role } from '../../../schema/person.ts';
import type { Secret, SecretVersion } from '../../../schema/secret.ts';
import { shared } from '../styles/shared.ts';
import { dateTime, KIND_WORDS, kindInSentence, refWords, shortId } from '../words.ts';
import './relative-time.ts';

/** Fired when somebody wants to see one version. */
export type RevealWanted = CustomEvent<{ secret: Secret; version: SecretVersion }>;

@customElement('secret-list')
export class SecretList extends LitElement {
  static override styles = [
    shared,
    css`
      ul {
        list-style: none;
        margin: 0;
        padding: 0;
      }
      li + li {
        border-top: 1px solid var(--line);
        margin-top: 0.9rem;
        padding-top: 0.9rem;
      }
      .head {
        display: flex;
        justify-content: space-between;
        align-items: start;
        gap: 1rem;
      }
      h3 {
        margin: 0;
        font-size: 1rem;
      }
      p {
        margin: 0.15rem 0;
      }
      details {
        margin-top: 0.4rem;
      }
      .pill {
        white-space: normal;
        overflow-wrap: anywhere;
      }
      .older {
        display: flex;
        justify-content: space-between;
        align-items: center;
        padding: 0.3rem 0;
        gap: 1rem;
      }
    `,
  ];
  @property({ attribute: false }) secrets: readonly Secret[] = [];
  @property({ attribute: false }) memberRole: Role = 'auditor';
  /** The id of the machine they are shown with; one that was sealed for another id of the same PC says so. */
  @property() machine = '';

  override render() {
    if (this.secrets.length === 0) return html`<p class="quiet">No secret of this machine is in escrow yet.</p>`;
    return html`${
      this.memberRole === 'auditor'
        ? html`<p class="quiet">Auditors see what is held and who revealed it, and reveal nothing.</p>`
        : nothing
    }
      <ul>
        ${this.secrets.map((secret) => this.#secret(secret))}
      </ul>`;
  }

  #secret(secret: Secret) {
    const [latest, ...older] = secret.versions;
    if (!latest) return nothing;
    return html`<li>
      <div class="head">
        <div>
          <h3>${KIND_WORDS[secret.kind]}</h3>
          <p class="quiet">${refWords(secret.ref)}</p>
          ${this.#rotate(secret.rotateDueAt)}
          ${
            secret.machine === this.machine
              ? nothing
              : html`<p class="quiet">Sealed for the ID <span class="mono" title=${secret.machine}>${shortId(secret.machine)}</span></p>`
          }
          ${this.#version(latest)}
          <p class="quiet">
            ${
              secret.lastRevealedAt === null
                ? 'Never revealed'
                : html`Last revealed <relative-time .at=${secret.lastRevealedAt}></relative-time>`
            }
          </p>
        </div>
        ${this.#button(secret, latest, 'Reveal')}
      </div>
      ${
        older.length > 0
          ? html`<details>
              <summary>${older.length} earlier ${older.length === 1 ? 'version' : 'versions'}</summary>
              ${older.map((version) => html`<div class="older">${this.#version(version)}${this.#button(secret, version, 'Reveal')}</div>`)}
            </details>`
          : nothing
      }
    </li>`;
  }

  #version(version: SecretVersion) {
    return html`<p class="quiet">
      Version ${version.version}, escrowed <relative-time .at=${version.escrowedAt}></relative-time>, key
      <span class="mono" title=${version.kid}>${shortId(version.kid)}</span>
      ${version.by === null ? nothing : html`<span class="pill">Added by ${version.by}</span>`}
      ${version.uploadedBy === null ? nothing : html`<span class="pill">Uploaded by ${version.uploadedBy}</span>`}
      ${version.bound ? nothing : html`<span class="pill warn">Not bound to its machine</span>`}
    </p>`;
  }

  /** Whoever has seen it may know it still: from its day on it has to be replaced on the PC, which a newer version proves. */
  #rotate(dueAt: number | null) {
    if (dueAt === null) return nothing;
    return html`<p>
      ${
        dueAt <= Date.now()
          ? html`<span class="pill warn" title="Since ${dateTime(dueAt)}">To be rotated</span>`
          : html`<span class="pill">To be rotated from ${dateTime(dueAt)}</span>`
      }
    </p>`;
  }

  #button(secret: Secret, version: SecretVersion, words: string) {
    if (this.memberRole === 'auditor') return nothing;
    const label = `${words} ${kindInSentence(secret.kind)}, ${refWords(secret.ref)}, version ${version.version}`;
    return html`<button
      aria-label=${label}
      @click=${() => this.dispatchEvent(new CustomEvent('reveal-wanted', { detail: { secret, version } }))}
    >
      ${words}
    </button>`;
  }
}
