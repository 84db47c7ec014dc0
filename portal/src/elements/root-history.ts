// The tenant's roots: the fingerprint that counts, how it came to follow others, and which earlier ones engines may still pin.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Keyring } from '../../../schema/keyring.ts';
import type { RootBefore, SeenManifest } from '../../vault/contract.ts';
import { readManifest } from '../api/manifest.ts';
import { shared } from '../styles/shared.ts';
import { seenManifest, vault } from '../vault-client.ts';
import { exactTime } from '../words.ts';
import './eight-words.ts';
import './fingerprint-text.ts';
import './keyring-line.ts';

@customElement('root-history')
export class RootHistory extends LitElement {
  static override styles = [
    shared,
    css`
      .bar {
        justify-content: space-between;
      }
      ol {
        padding-left: 1.2rem;
      }
      li {
        margin: 0.8rem 0;
      }
    `,
  ];
  @property({ attribute: false }) keyring!: Keyring;
  @property({ type: Boolean }) admin = false;
  @property({ attribute: false }) busy = false;
  /** How many live tokens were handed out with each fingerprint; null where that is not for this person to see. */
  @property({ attribute: false }) handedOut: ReadonlyMap<string, number> | null = null;
  /** What others compare with: what this browser has verified, not what the server shows. */
  @state() private verified: SeenManifest | null = null;
  /** Null: this browser has verified no root yet, so it vouches for no words. */
  @state() private earlier: readonly RootBefore[] | null = [];

  override willUpdate(changed: Map<string, unknown>): void {
    const before = changed.get('keyring') as Keyring | undefined;
    if (changed.has('keyring') && before?.version !== this.keyring.version) void this.#say();
  }

  /** From the root that this browser has verified, never from what the server says: these words are read out to whoever asks. */
  async #say(): Promise<void> {
    const { keyring } = this;
    const { tenant } = readManifest(keyring);
    const seen = seenManifest(tenant);
    this.verified = seen && 'signed' in seen ? seen : null;
    const earlier = seen && (await vault().rootsBefore(tenant, seen.fingerprint, keyring.successions));
    if (keyring.version === this.keyring.version) this.earlier = earlier;
  }

  override render() {
    const { tenant, overlapping = [] } = readManifest(this.keyring);
    const known = seenManifest(tenant)?.fingerprint ?? null;
    return html`<div class="row bar">
        <h2>Root</h2>
        ${
          this.admin
            ? html`<button ?disabled=${this.busy} @click=${() => this.dispatchEvent(new CustomEvent('replace-root-wanted'))}>Replace the root</button>`
            : nothing
        }
      </div>
      <fingerprint-text .fingerprint=${this.keyring.fingerprint}></fingerprint-text>
      ${
        known !== null && known !== this.keyring.fingerprint
          ? html`<p class="note bad" role="alert">
              The server shows this root; the one that this browser has verified is another. Unlock to see whether it follows, and read it
              out to nobody before that.
            </p>`
          : nothing
      }
      ${
        this.verified
          ? html`<details>
              <summary>To compare</summary>
              <p class="quiet">
                What this browser has verified. Read it out to whoever is asked whether the server’s keyring is the true one, by a way other
                than this page.
              </p>
              <keyring-line
                .fingerprint=${this.verified.fingerprint}
                .version=${this.verified.version}
                .signed=${this.verified.signed}
              ></keyring-line>
            </details>`
          : nothing
      }
      ${
        this.keyring.successions.length === 0
          ? html`<p class="quiet">The root of the first set-up. It vouches for every key; engines pin its fingerprint.</p>`
          : this.earlier === null
            ? html`<p class="note">
                The root was replaced. Unlock once: then this browser knows the true one, and shows the words that others ask for.
              </p>`
            : html`<ol>
                ${this.earlier.map(
                  ({ root, followedAt, words }) => html`<li>
                    Replaced ${exactTime(followedAt)}. Who is asked for the words of this earlier root reads them out:
                    <eight-words .words=${words}></eight-words>
                    <span class="quiet mono">${root}</span>
                    ${overlapping.includes(root) ? this.#overlap(root) : nothing}
                  </li>`,
                )}
              </ol>`
      }`;
  }

  #overlap(root: string) {
    return html`<p class="note warn">
      Engines that pin the earlier root go on working. When all of them have a new configuration file, end the overlap: from
      then on they are refused a key, and keep what they have sealed. ${this.#count(root)}
      ${
        this.admin
          ? html`<button
              aria-label="End the overlap of ${root.slice(0, 8)}"
              ?disabled=${this.busy}
              @click=${() => this.dispatchEvent(new CustomEvent('end-overlap-wanted', { detail: root }))}
            >
              End the overlap
            </button>`
          : nothing
      }
    </p>`;
  }

  #count(root: string) {
    if (!this.handedOut) return nothing;
    const count = this.handedOut.get(root) ?? 0;
    const words =
      count === 0
        ? 'No live token was handed out with it.'
        : count === 1
          ? 'One live token was handed out with it:'
          : `${count} live tokens were handed out with it:`;
    const { tenant } = readManifest(this.keyring);
    return html`<strong>${words}</strong> ${count === 0 ? nothing : html`<a href="/t/${tenant}/tokens">Tokens</a>.`}`;
  }
}
