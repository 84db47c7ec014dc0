// Choose a bundle, unlock it, find the PC, show its secret. Everything happens in this page; nothing leaves it except
// what its reader saves.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { visible } from '../../schema/shown-text.ts';
import { OneAct } from '../src/core/one-act.ts';
import { versionFacts } from '../src/secrets/version-words.ts';
import { shared } from '../src/ui/shared-styles.ts';
import { theirs } from '../src/ui/theirs.ts';
import { exactTime, KIND_WORDS, pcWords, refWords, shortId } from '../src/ui/words.ts';
import { readManifest, usableUnlockers } from '../src/unlock/manifest.ts';
import { tryEach } from '../src/unlock/trying.ts';
import type { UnlockWanted } from '../src/unlock/unlock-dialog.ts';
import { readBundleHead } from '../vault/bundle.ts';
import type { BundleHead, Opened, VaultFault } from '../vault/contract.ts';
import { isFault } from '../vault/fault.ts';
import { openSecret } from '../vault/opener.ts';
import {
  type Contents,
  find,
  type KeptSecret,
  type MachineWithSecrets,
  openContents,
  readBundleFile,
  toCsv,
} from './contents.ts';
import { sealedAtOf } from './standing.ts';
import '../src/ui/fingerprint-text.ts';
import '../src/secrets/sealed-as.ts';
import '../src/secrets/secret-text.ts';
import '../src/unlock/unlock-dialog.ts';

/** More than fit on some screens; a person who looks for one types a few characters of it. */
const MACHINES_SHOWN = 100;
const FILE_KEPT_MS = 60_000;
const PROGRESS_EVERY = 25;

type Chosen = { name: string; text: string; head: BundleHead };

@customElement('recover-page')
export class RecoverPage extends LitElement {
  static override styles = [
    shared,
    css`
      main {
        max-width: 52rem;
        margin: 0 auto;
        padding: 1.5rem clamp(0.8rem, 3vw, 2rem) 4rem;
      }
      section {
        margin-top: 1rem;
      }
      ul {
        list-style: none;
        padding: 0;
        margin: 0;
      }
      li.machine {
        padding: 0.9rem 0;
      }
      li.machine + li.machine {
        border-top: 1px solid var(--line);
      }
      li.secret {
        margin: 0.5rem 0 0 1rem;
      }
      dl {
        margin-bottom: 0.8rem;
      }
      h2,
      h3,
      p {
        margin: 0.2rem 0;
      }
      .bar {
        justify-content: space-between;
      }
      li.secret .bar {
        flex-wrap: nowrap;
        align-items: start;
      }
    `,
  ];

  @state() private chosen: Chosen | null = null;
  @state() private contents: Contents | null = null;
  @state() private unlocking = false;
  @state() private spelling = false;
  @state() private fault: Partial<VaultFault> | null = null;
  @state() private problem = '';
  @state() private typed = '';
  /** The one secret that is shown, or why it is not. */
  @state() private shown: { of: KeptSecret; opened: Opened | null; why: string } | null = null;
  @state() private saving: number | null = null;
  #unlocks = new OneAct(this);
  #saves = new OneAct(this);
  #file: File | null = null;
  /** The secret that was asked for last. */
  #asked: KeptSecret | null = null;

  #choose = async (event: Event): Promise<void> => {
    const file = (event.target as HTMLInputElement).files?.[0];
    if (!file) return;
    this.#close();
    this.#file = file;
    const text = await readBundleFile(file);
    // Another one may have been chosen meanwhile.
    if (this.#file !== file) return;
    const head = readBundleHead(text);
    if (isFault(head)) this.problem = head.message;
    else {
      this.chosen = { name: file.name, text, head };
      this.unlocking = true;
    }
  };

  #close = (): void => {
    this.chosen = null;
    this.contents = null;
    this.unlocking = false;
    this.fault = null;
    this.problem = '';
    this.typed = '';
    this.shown = null;
    this.saving = null;
    this.#file = null;
    this.#unlocks.forget();
    this.#saves.forget();
  };

  #unlock({ detail }: UnlockWanted): void {
    const { chosen } = this;
    if (chosen) void this.#unlocks.do((signal) => this.#open(chosen, detail, signal));
  }

  async #open(chosen: Chosen, proof: UnlockWanted['detail'], signal: AbortSignal): Promise<void> {
    this.fault = null;
    await this.updateComplete;
    // Key derivation holds this page's only thread: the words about it have to be painted first.
    await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
    const { result: opened } = await tryEach(proof, (one) => openContents(chosen.text, one).catch(() => null), signal);
    if (signal.aborted) return;
    if (opened === null) this.fault = { message: 'The bundle could not be read. Try a copy of it.' };
    else if (isFault(opened)) this.fault = opened;
    else {
      this.contents = opened;
      this.unlocking = false;
    }
  }

  async #show(of: KeptSecret): Promise<void> {
    const { contents } = this;
    if (!contents) return;
    this.#asked = of;
    const opened = await openSecret(contents.tenant, of, contents.keys);
    // Only the last request is shown, and nothing of a bundle that has been closed.
    if (this.#asked !== of || this.contents !== contents) return;
    this.shown = isFault(opened) ? { of, opened: null, why: opened.message } : { of, opened, why: '' };
  }

  #saveCsv(contents: Contents): void {
    void this.#saves.do(async (signal) => {
      if (!window.confirm('Save every secret in clear? Whoever gets the file can open every PC in it.')) return '';
      this.saving = 0;
      try {
        const { csv, notOpened } = await toCsv(
          contents,
          (ref) => refWords(ref, visible),
          (done) => {
            if (done % PROGRESS_EVERY === 0 && !signal.aborted) this.saving = done;
          },
        );
        // A person who has closed the bundle meanwhile wants nothing of it in clear.
        if (signal.aborted) return '';
        const link = document.createElement('a');
        link.href = URL.createObjectURL(new Blob([csv], { type: 'text/csv' }));
        link.download = `totlprovision-${contents.tenant}-in-clear.csv`;
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), FILE_KEPT_MS);
        return notOpened === 0 ? 'Saved.' : `Saved; ${notOpened} did not open, and their lines say so.`;
      } finally {
        if (!signal.aborted) this.saving = null;
      }
    });
  }

  override render() {
    return html`<main>
      <h1>TotlProvision recovery</h1>
      <p>
        Opens an export on this PC, with a passphrase or recovery sheets. It asks no server: this page’s own policy
        forbids every request. Pull the network cable if you like.
      </p>
      ${this.problem ? html`<p class="note bad" role="alert">${this.problem}</p>` : nothing}
      ${this.contents && this.chosen ? this.#opened(this.contents, this.chosen.head) : this.#chooser()}
      ${this.chosen && this.unlocking ? this.#dialog(this.chosen.head) : nothing}
    </main>`;
  }

  #chooser() {
    return html`<section class="card">
      <label for="bundle">Bundle</label>
      <input id="bundle" type="file" accept=".bundle" @change=${(event: Event) => void this.#choose(event)} />
      <p class="quiet">The file that the portal saved under Backup.</p>
      ${
        this.chosen && !this.unlocking
          ? html`<button class="primary" @click=${() => {
              this.unlocking = true;
            }}>Unlock ${theirs(this.chosen.name)}</button>`
          : nothing
      }
    </section>`;
  }

  #dialog({ keyring }: BundleHead) {
    return html`<unlock-dialog
      heading="Unlock the bundle"
      note="Keys are opened in this page and held in its memory only, until you close it."
      why="This bundle has no passphrase and no recovery sheets in it that its maker could fetch."
      .unlockers=${usableUnlockers(keyring).filter((one) => one.kind !== 'passkey')}
      .halves=${keyring.unlockers}
      .working=${this.#unlocks.busy}
      .fault=${this.fault?.message ?? ''}
      .succession=${this.fault?.succession ?? null}
      @closed=${() => {
        this.unlocking = false;
        this.fault = null;
        this.#unlocks.forget();
      }}
      @unlock-wanted=${(event: UnlockWanted) => this.#unlock(event)}
    ></unlock-dialog>`;
  }

  #opened(contents: Contents, { name, madeAt, keyring }: BundleHead) {
    const found = find(contents.machines, this.typed);
    return html`<section class="card">
        <div class="row bar">
          <h2>${theirs(name)}</h2>
          <button @click=${this.#close}>Close the bundle</button>
        </div>
        <dl>
          <dt>Made</dt>
          <dd>${exactTime(madeAt)}, with keyring version ${readManifest(keyring).version}</dd>
          <dt>Holds</dt>
          <dd>${contents.machines.length} PCs, ${contents.secrets} secrets, ${contents.auditEntries} audit entries</dd>
          <dt>Fingerprint</dt>
          <dd><fingerprint-text .fingerprint=${contents.fingerprint}></fingerprint-text></dd>
        </dl>
        ${
          contents.malformed === 0
            ? nothing
            : html`<p class="note bad" role="alert">
                ${contents.malformed === 1 ? 'One entry' : `${contents.malformed} entries`} of this bundle cannot be read and
                ${contents.malformed === 1 ? 'is' : 'are'} left out. Whoever made it should know: another bundle may have ${contents.malformed === 1 ? 'it' : 'them'}.
              </p>`
        }
        ${
          this.saving === null
            ? html`<button @click=${() => this.#saveCsv(contents)}>Save everything in clear</button>`
            : html`<progress max=${contents.secrets} .value=${this.saving} aria-label="Secrets opened"></progress>
                <p role="status">${this.saving} of ${contents.secrets}</p>`
        }
        ${this.#saves.said ? html`<p class="note good" role="status">${this.#saves.said}</p>` : nothing}
      </section>
      <section class="card">
        <label for="search">Find a PC by name, serial, client or BitLocker key ID</label>
        <input
          id="search"
          type="search"
          autocomplete="off"
          .value=${this.typed}
          @input=${(event: Event) => {
            this.typed = (event.target as HTMLInputElement).value;
          }}
        />
        <p class="quiet" role="status">
          ${found.length === 1 ? '1 PC' : `${found.length} PCs`}${found.length > MACHINES_SHOWN ? `; the first ${MACHINES_SHOWN} are shown` : nothing}
        </p>
        <ul>
          ${found.slice(0, MACHINES_SHOWN).map((one) => this.#machine(one))}
        </ul>
      </section>`;
  }

  #machine({ machine, secrets }: MachineWithSecrets) {
    return html`<li class="machine">
      <h3>${theirs(machine.hostname ?? `Machine ${shortId(machine.id)}`)}</h3>
      <p class="quiet">${pcWords(machine)}</p>
      <ul>
        ${secrets.map((secret) => this.#secret(secret, machine))}
      </ul>
    </li>`;
  }

  /** The facts that tell versions apart when nobody can say which one the PC had. */
  #standing(secret: KeptSecret) {
    const standing = this.contents?.standings.get(secret);
    if (standing === 'earlier') return secret.version.setAside ? nothing : html`<span class="pill">Earlier</span>`;
    if (standing !== 'offered') return nothing;
    const facts = versionFacts({ ...secret.version, sealedAt: sealedAtOf(secret) });
    return html`<span class="pill warn">One of several that the PC may have</span> <span class="quiet">${facts.join(', ')}</span>`;
  }

  #secret(secret: KeptSecret, machine: MachineWithSecrets['machine']) {
    const { version } = secret;
    const shown = this.shown?.of === secret ? this.shown : null;
    const words = `${KIND_WORDS[secret.kind]}, ${refWords(secret.ref)}, version ${version.version}`;
    return html`<li class="secret">
      <div class="row bar">
        <span
          >${words} <span class="quiet">of ${exactTime(version.escrowedAt)}</span>
          ${this.#standing(secret)}
          ${version.bound ? nothing : html`<span class="pill warn">No proof of the PC</span>`}
          ${version.setAside ? html`<span class="pill warn">Set aside: a revoked token brought it</span>` : nothing}</span
        >
        ${
          shown
            ? html`<button
                  aria-pressed=${this.spelling}
                  @click=${() => {
                    this.spelling = !this.spelling;
                  }}
                >
                  Spell it out</button
                ><button @click=${() => {
                  this.#asked = null;
                  this.shown = null;
                }}>Hide</button>`
            : html`<button aria-label="Show ${words}" @click=${() => void this.#show(secret)}>Show</button>`
        }
      </div>
      ${
        shown?.opened
          ? html`<secret-text .opened=${shown.opened} ?spelling=${this.spelling}></secret-text>
              <sealed-as
                .opened=${shown.opened}
                .hostname=${machine.hostname}
                .serial=${machine.serial}
              ></sealed-as>`
          : nothing
      }
      ${shown?.why ? html`<p class="note bad" role="alert">${shown.why}</p>` : nothing}
    </li>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'recover-page': RecoverPage;
  }
}
