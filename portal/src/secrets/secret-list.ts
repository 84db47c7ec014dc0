// A machine's secrets: each one held, every version, who handed it over and under which key, and a button to reveal
// each.
import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Role } from '../../../schema/person.ts';
import type { ListedVersion, Secret, SecretVersion } from '../../../schema/secret.ts';
import { asideWith } from '../ui/aside-words.ts';
import { eyeIcon } from '../ui/icons.ts';
import { shared } from '../ui/shared-styles.ts';
import { theirs } from '../ui/theirs.ts';
import { dateTime, dayOf, FINDING_WORDS, KIND_WORDS, kindInSentence, refWords, shortId } from '../ui/words.ts';
import { KIND_ICONS } from './kind-icons.ts';
import type { FurtherVersions } from './older-versions.ts';
import { newestKeysFirst } from './refs.ts';
import { secretListStyles } from './secret-list-styles.ts';
import { offeredWith, sealedWords, versionFacts } from './version-words.ts';
import './recovery-key-id.ts';
import '../ui/problem-note.ts';
import '../ui/relative-time.ts';

/** Fired when an admin says that a version which a person brought, or whose order nobody knows, is on the PC. */
export type ConfirmWanted = CustomEvent<{ secret: string; version: number }>;
/** Fired when an admin wants to say that a revealed secret was rotated. */
export type RotatedWanted = CustomEvent<Secret>;
/** Fired when somebody wants to see versions that the list leaves out. `listed`: the oldest that it shows. */
export type VersionsWanted = CustomEvent<{ secret: string; end: 'older' | 'first'; listed: number }>;
/** Fired when somebody wants to see one version. */
export type RevealWanted = CustomEvent<{ secret: Secret; version: SecretVersion }>;

const lastRevealed = ({ lastRevealedAt, lastRevealedBy }: Secret) =>
  lastRevealedAt === null
    ? 'Never revealed'
    : html`Last revealed <relative-time .at=${lastRevealedAt}></relative-time>${
        lastRevealedBy === null ? nothing : html` by ${theirs(lastRevealedBy)}`
      }`;

@customElement('secret-list')
export class SecretList extends LitElement {
  static override styles = [shared, secretListStyles];
  @property({ attribute: false }) secrets: readonly Secret[] = [];
  @property({ attribute: false }) memberRole: Role = 'auditor';
  /** The id of the machine they are shown with; one that was sealed for another id of the same PC says so. */
  @property() machine = '';
  /** An act of the page is under way. */
  @property({ attribute: false }) busy = false;
  /** The list shows versions that were set aside: they have no mark, and replace nothing. */
  @property({ type: Boolean }) apart = false;
  /** Versions that were asked for beyond those listed, by secret. */
  @property({ attribute: false }) further: ReadonlyMap<string, FurtherVersions> = new Map();

  /** The first secret's button, for a shortcut that leads there. */
  focusFirst(): void {
    this.renderRoot.querySelector<HTMLElement>('.reveal')?.focus();
  }

  override render() {
    if (this.secrets.length === 0)
      return this.apart
        ? nothing
        : html`<p class="quiet">No secret of this PC is sealed yet. Its engine seals them as it runs; or add one.</p>`;
    return html`${
      this.memberRole === 'auditor'
        ? html`<p class="quiet">Auditors see what is held and who revealed it, and reveal nothing.</p>`
        : nothing
    }
      <ul>
        ${newestKeysFirst(this.secrets).map((secret, index) => this.#secret(secret, index === 0))}
      </ul>`;
  }

  #secret(secret: Secret, leading: boolean) {
    const [last] = secret.versions;
    if (!last) return nothing;
    // The newest of those set aside is shown, and nothing is said about what a PC has.
    const offered = this.apart ? [last] : secret.offered;
    const several = !this.apart && offeredWith(secret, this.secrets).length > 1;
    const earlier = secret.count - offered.length;
    const only = offered.length === 1;
    return html`<li class=${only ? 'only' : ''}>
      <span class="tile ${secret.kind === 'bitlocker_recovery_key' ? 'accent' : ''}">${KIND_ICONS[secret.kind]}</span>
      <div class="what">
        <h3>${KIND_WORDS[secret.kind]}${'protectorId' in secret.ref ? html` · ${theirs(secret.ref.volume)}` : nothing}</h3>
        ${this.#ref(secret)}
        ${this.apart ? nothing : html`${this.#inForce(secret)} ${this.#replaced(secret)} ${this.#rotate(secret)}`}
        ${
          secret.machine === this.machine
            ? nothing
            : html`<p class="quiet">Sealed for the ID <span class="mono" title=${secret.machine}>${shortId(secret.machine)}</span></p>`
        }
        ${several && offered.length > 0 ? html`<p><span class="pill warn">More than one may be on the PC</span></p>` : nothing}
        ${offered.length === 0 ? html`<p class="quiet">${lastRevealed(secret)}</p>` : nothing}
      </div>
      ${offered.map((version, index) => this.#offered(secret, version, { several, first: index === 0, leading }))}
      ${secret.moreOffered ? html`<p class="quiet">There are more of unknown order than are shown here.</p>` : nothing}
      ${earlier > 0 ? this.#earlier(secret, earlier, offered) : nothing}
    </li>`;
  }

  /** A version that the PC may have. Beside another, it says what tells the two apart. */
  #offered(
    secret: Secret,
    version: ListedVersion,
    { several, first, leading }: { several: boolean; first: boolean; leading: boolean },
  ) {
    return html`<div class="head">
      <div>
        ${this.#version(version, first ? html` · ${lastRevealed(secret)}` : nothing)}
        ${several ? html`<p class="quiet">${versionFacts(version).join(', ')}</p>` : nothing}
        ${this.#unconfirmed(secret, version)}
      </div>
      ${this.#button(secret, version, first && leading)}
    </div>`;
  }

  /** What the PC itself has found on its volume: the one proof that what is held opens it. */
  #inForce({ inForceAt }: Secret) {
    return inForceAt === null
      ? nothing
      : html`<p>
          <span class="pill good" title=${dateTime(inForceAt)}
            >In force, checked <relative-time .at=${inForceAt}></relative-time></span
          >
        </p>`;
  }

  /** Why the PC has none of its versions now. */
  #replaced({ offered, goneAt }: Secret) {
    if (goneAt !== null)
      return html`<p><span class="pill" title="The PC listed its protectors without this one">Gone from the volume since ${dateTime(goneAt)}</span></p>`;
    return offered.length > 0
      ? nothing
      : html`<p><span class="pill">Earlier: another ID of this PC has a later one</span></p>`;
  }

  /** Versions are numbered without a gap: the last one says how many there are. The offered ones are above. */
  #earlier(secret: Secret, count: number, offered: readonly ListedVersion[]) {
    const { older, first, reading, failure } = this.further.get(secret.id) ?? {
      older: [],
      first: [],
      reading: false,
      failure: null,
    };
    const listed = secret.versions.at(-1)?.version ?? 1;
    const missing = secret.count - secret.versions.length - older.length - first.length;
    const want = (end: 'older' | 'first') => () =>
      this.dispatchEvent(new CustomEvent('versions-wanted', { detail: { secret: secret.id, end, listed } }));
    const above = new Set(offered.map(({ version }) => version));
    const item = (version: ListedVersion) =>
      above.has(version.version)
        ? nothing
        : html`<li class="older head">
            <div>
              ${this.#version(version)}
              <p class="quiet">${sealedWords(version)}</p>
            </div>
            ${this.#button(secret, version)}
          </li>`;
    return html`<details>
      <summary>${count} earlier ${count === 1 ? 'version' : 'versions'}</summary>
      <ol>
        ${[...secret.versions, ...older].map(item)}
      </ol>
      ${
        missing > 0
          ? html`<p class="row">
                <span class="quiet">${missing} more in between</span>
                <button class="small" ?disabled=${reading} @click=${want('older')}>Show older ones</button>
                <button class="small" ?disabled=${reading} @click=${want('first')}>Show the first ones</button>
              </p>
              <problem-note .error=${failure}></problem-note>`
          : nothing
      }
      <ol>
        ${first.toReversed().map(item)}
      </ol>
    </details>`;
  }

  #ref({ ref }: Secret) {
    return 'protectorId' in ref
      ? html`<recovery-key-id .protectorId=${ref.protectorId}></recovery-key-id>`
      : html`<p class="quiet">${refWords(ref)}</p>`;
  }

  #version(version: ListedVersion, revealed: unknown = nothing) {
    return html`<p class="quiet line">
        Version ${version.version}, sealed <relative-time .at=${version.escrowedAt}></relative-time>${
          version.by === null && version.uploadedBy === null ? html` by ${theirs(version.escrowedBy)}` : nothing
        }, key
        <span class="mono" title=${version.kid}>${shortId(version.kid)}</span>${revealed}
      </p>
      ${this.#pills(version)}`;
  }

  /** Only what is not as usual, and what somebody has to know before the secret is needed. */
  #pills(version: ListedVersion) {
    const pills = [
      version.aside === null ? nothing : html`<span class="pill warn">${asideWith(version.aside)}</span>`,
      version.by === null ? nothing : html`<span class="pill">Added by ${version.by}</span>`,
      version.uploadedBy === null ? nothing : html`<span class="pill">Uploaded by ${version.uploadedBy}</span>`,
      version.bound
        ? nothing
        : html`<span class="pill warn" title="An older engine sealed it without the PC’s name: nothing shows that it belongs to this PC">No proof of the PC</span>`,
      version.unopenable ? html`<span class="pill bad">Marked as not openable</span>` : this.#finding(version),
    ].filter((one) => one !== nothing);
    return pills.length > 0 ? html`<p class="row">${pills}</p>` : nothing;
  }

  /**
   * A version that a person brought could be anything, and one that nobody can put in order replaces nothing, until an
   * admin who has no part in it says that the PC has it.
   */
  #unconfirmed({ id, kind, ref }: Secret, { version, counts, sealedAt, confirmedBy }: ListedVersion) {
    if (confirmedBy !== null) return html`<p><span class="pill">Confirmed by ${confirmedBy}</span></p>`;
    if (counts && sealedAt !== null) return nothing;
    return html`<p>
      <span class="pill">${counts ? 'Order unknown: it takes nobody’s place' : 'Not confirmed: it clears no mark'}</span>
      ${
        this.memberRole === 'admin'
          ? html`<button
              aria-label="Confirm ${kindInSentence(kind)}, ${refWords(ref)}, version ${version}"
              ?disabled=${this.busy}
              title="The PC has this one. Not for whoever brought it or has revealed another."
              @click=${() => this.dispatchEvent(new CustomEvent('confirm-wanted', { detail: { secret: id, version } }))}
            >
              Confirm
            </button>`
          : nothing
      }
    </p>`;
  }

  /** A health sweep's finding, if it is worth knowing before the secret is needed. */
  #finding({ finding, verifiedAt }: SecretVersion) {
    if (finding === null || verifiedAt === null) return nothing;
    if (finding === 'sound') return html`<span class="pill good" title=${dateTime(verifiedAt)}>Checked</span>`;
    return html`<span class="pill bad" title=${dateTime(verifiedAt)}>Checked: ${FINDING_WORDS[finding]}</span>`;
  }

  /**
   * A person who has seen it may still know it: from the due day on it has to be replaced on the PC, which a later
   * version proves, or an admin says.
   */
  #rotate(secret: Secret) {
    const { rotateDueAt: dueAt, rotated } = secret;
    if (dueAt === null)
      return rotated === null
        ? nothing
        : html`<p><span class="pill" title=${dateTime(rotated.at)}>Rotated, says ${rotated.by}</span></p>`;
    return html`<p>
      ${
        dueAt <= Date.now()
          ? html`<span class="pill warn" title="Since ${dateTime(dueAt)}">Still to rotate</span>`
          : html`<span class="pill">Rotate by ${dayOf(dueAt)}</span>`
      }
      ${
        this.memberRole === 'admin'
          ? html`<button
              class="small"
              title="You have changed it on the PC: takes the mark off, on record with how you know"
              aria-label="It was rotated: ${kindInSentence(secret.kind)}, ${refWords(secret.ref)}"
              @click=${() => this.dispatchEvent(new CustomEvent('rotated-wanted', { detail: secret }))}
            >
              It was rotated
            </button>`
          : nothing
      }
    </p>`;
  }

  #button(secret: Secret, version: SecretVersion, primary = false) {
    if (this.memberRole === 'auditor') return nothing;
    const label = `Reveal ${kindInSentence(secret.kind)}, ${refWords(secret.ref)}, version ${version.version}`;
    return html`<button
      class="reveal ${primary ? 'primary' : ''}"
      aria-label=${label}
      @click=${() => this.dispatchEvent(new CustomEvent('reveal-wanted', { detail: { secret, version } }))}
    >
      ${eyeIcon}Reveal
    </button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'secret-list': SecretList;
  }
}
