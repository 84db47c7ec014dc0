// The tenant's roots: the fingerprint that counts, how it followed others, and which earlier ones engines may still
// pin.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Keyring } from '../../../schema/keyring.ts';
import type { RootBefore, SeenBefore, SeenManifest } from '../../vault/contract.ts';
import { manifestsBetween } from '../api/keyring.ts';
import { shared } from '../ui/shared-styles.ts';
import { exactTime } from '../ui/words.ts';
import { readManifest } from '../unlock/manifest.ts';
import { seenManifest, vault } from '../unlock/vault-client.ts';
import '../ui/eight-words.ts';
import '../ui/fingerprint-text.ts';
import '../ui/keyring-line.ts';
import '../ui/problem-note.ts';

/** `unseen`: this browser has verified no root yet, so it vouches for no words. `withheld`: the server does not show how it came to be. */
type Earlier = readonly RootBefore[] | 'asking' | 'unseen' | 'withheld';

const NO_WORDS = {
  asking: 'The root was replaced. Reading how …',
  unseen:
    'The root was replaced. Unlock once: then this browser knows the true one, and shows the words that others ask for.',
  withheld:
    'The root was replaced. The server does not show how its keyrings led to the one that this browser has verified, so there are no words to read out. Reload; if it stays so, tell your operator.',
} as const;

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
  @property() tenant = '';
  @property({ type: Boolean }) admin = false;
  @property({ attribute: false }) busy = false;
  /** How many live tokens were handed out with each fingerprint; null if this person may not see that. */
  @property({ attribute: false }) handedOut: ReadonlyMap<string, number> | null = null;
  /** Why they could not be counted. */
  @property({ attribute: false }) uncounted: unknown = null;
  /** The fingerprint for others to compare with: the one this browser has verified, not the one the server shows. */
  @state() private verified: SeenManifest | null = null;
  @state() private earlier: Earlier = 'asking';

  /** Which keyring the page already speaks about, and what this browser had seen. */
  #saidOf = '';

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('keyring')) void this.#say();
  }

  /**
   * From the root that this browser has verified, never from what the server says: these words are read out to anybody
   * who asks.
   */
  async #say(): Promise<void> {
    const { keyring, tenant } = this;
    const seen = seenManifest(tenant);
    const of = JSON.stringify([keyring.version, seen]);
    if (of === this.#saidOf) return;
    this.#saidOf = of;
    this.verified = seen && 'signed' in seen ? seen : null;
    const earlier = seen ? await this.#vouchedFor(seen) : 'unseen';
    if (of !== this.#saidOf) return;
    this.earlier = earlier;
    // It may just not have arrived: the next reading asks for it.
    if (earlier === 'withheld') this.#saidOf = '';
  }

  async #vouchedFor(seen: SeenManifest | SeenBefore): Promise<Earlier> {
    const { tenant, keyring } = this;
    if (keyring.successions.length === 0) return [];
    const manifests = await manifestsBetween(tenant, 1, seen.version + 1).catch(() => []);
    return (await vault().rootsBefore(tenant, seen, manifests, keyring.successions)) ?? 'withheld';
  }

  override render() {
    const { tenant, overlapping = [] } = readManifest(this.keyring);
    const known = seenManifest(tenant)?.fingerprint ?? null;
    return html`<div class="card-head">
        <h2>Trust root</h2>
        ${
          this.admin
            ? html`<button class="danger" ?disabled=${this.busy} @click=${() => this.dispatchEvent(new CustomEvent('replace-root-wanted'))}>Replace the root</button>`
            : nothing
        }
      </div>
      ${this.#fingerprint()}
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
          : typeof this.earlier === 'string'
            ? html`<p class="note">${NO_WORDS[this.earlier]}</p>`
            : html`<ol>
                ${this.earlier.map(
                  ({ root, followedAt, words }) => html`<li>
                    Replaced ${exactTime(followedAt)}. Who is asked for the words of this earlier root reads them out:
                    <eight-words .words=${words}></eight-words>
                    <fingerprint-text class="quiet" .fingerprint=${root}></fingerprint-text>
                    ${overlapping.includes(root) ? this.#overlap(root) : nothing}
                  </li>`,
                )}
              </ol>`
      }`;
  }

  /** A person who puts a fingerprint into an engine by hand may take it from here: the server's word for it counts for nothing. */
  #fingerprint() {
    const told = this.keyring.fingerprint;
    const seen = seenManifest(this.tenant)?.fingerprint;
    if (seen === undefined)
      return html`<fingerprint-text .fingerprint=${told}></fingerprint-text>
        <span class="quiet">As the server says. Unlock once in this browser to verify it.</span>`;
    return html`${
      seen === told
        ? nothing
        : html`<p class="note bad" role="alert">
            The server shows another root than the one this browser has verified. If the root was replaced, unlock and compare the words; else
            tell your operator.
          </p>`
    }<fingerprint-text .fingerprint=${seen}></fingerprint-text> <span class="quiet">Verified in this browser</span>`;
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
      <problem-note .error=${this.uncounted}></problem-note>
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
    return html`<strong>${words}</strong> ${count === 0 ? nothing : html`<a href="/t/${this.tenant}/tokens">Engine tokens</a>.`}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'root-history': RootHistory;
  }
}
