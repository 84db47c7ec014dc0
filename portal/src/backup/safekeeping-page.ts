// Backup: checks that every secret still opens, and exports everything. Both are an admin's work and read every
// ciphertext, on record.
import { html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { BackupState } from '../../../schema/backup.ts';
import type { Overview } from '../../../schema/machine.ts';
import type { Membership } from '../../../schema/person.ts';
import type { BundlePart } from '../../vault/contract.ts';
import * as backupApi from '../api/backup.ts';
import { overview as askOverview } from '../api/overview.ts';
import * as rotationApi from '../api/rotation.ts';
import { OneAct } from '../core/one-act.ts';
import { PageWork } from '../core/page-work.ts';
import { dayStamp, saveFile } from '../core/save-file.ts';
import type { HelpWanted } from '../keyring/left-behind.ts';
import { type Progress, type Sweep, sweep } from '../secrets/sweep.ts';
import { sweepCalls } from '../secrets/sweep-calls.ts';
import { page } from '../ui/page-styles.ts';
import { shared } from '../ui/shared-styles.ts';
import { toastOf } from '../ui/toast-note.ts';
import { FINDING_WORDS, KIND_WORDS, refWords, shortId } from '../ui/words.ts';
import { StepUp } from '../unlock/step-up.ts';
import { unlockedOrAsk } from '../unlock/unlocking.ts';
import { vault } from '../unlock/vault-client.ts';
import { exportBundle } from './export.ts';
import './backup-card.ts';
import '../keyring/left-behind.ts';
import '../ui/problem-note.ts';

const REFRESH_MS = 5_000;

type Reading = 'sweep' | 'export';
const PUTTING_BACK = 'putting back';
type Loaded = { overview: Overview; backup: BackupState };

@customElement('safekeeping-page')
export class SafekeepingPage extends LitElement {
  static override styles = [shared, page];

  @property({ attribute: false }) membership!: Membership;
  /** When a backup was last asked for here; it is being made until a later one is shown. */
  @state() private backupAskedAt = 0;
  /** The progress of the sweep or the export. */
  @state() private progress: Progress | null = null;
  @state() private found: Sweep | null = null;
  #stepUp = new StepUp(this);
  #work = new PageWork<Loaded>(this, {
    load: () => (this.membership.role === 'admin' ? this.#load() : null),
    everyMs: REFRESH_MS,
  });
  /** It needs nothing from this browser, and runs beside the work that reads every ciphertext for minutes. */
  #backingUp = new OneAct(this, this.#work.now);

  get #tenant(): string {
    return this.membership.tenant;
  }

  async #load(): Promise<Loaded> {
    const [overview, backup] = await Promise.all([askOverview(this.#tenant), backupApi.backup(this.#tenant)]);
    return { overview, backup };
  }

  #backUp = (): Promise<void> =>
    this.#backingUp.do(async () => {
      this.backupAskedAt = (await backupApi.runBackup(this.#tenant)).requestedAt;
    });

  #read(what: Reading, work: (signal: AbortSignal) => Promise<string>): Promise<void> {
    return this.#work.do(async (signal) => {
      try {
        return await work(signal);
      } finally {
        this.progress = null;
      }
    }, what);
  }

  #show = (progress: Progress): void => {
    this.progress = progress;
  };

  #sweep = (): Promise<void> =>
    this.#read('sweep', async (signal) => {
      if (!(await unlockedOrAsk(this.#tenant))) return '';
      this.found = null;
      this.found = await sweep(sweepCalls(this.#tenant), this.#show, signal);
      return signal.aborted ? 'Stopped. What was found so far is kept.' : '';
    });

  #export = (): Promise<void> =>
    this.#read('export', async (signal) => {
      this.found = null;
      const begun = await this.#stepUp.open(this.#tenant, {
        heading: 'Export everything',
        action: 'Export',
        only: () => true,
        work: (input) => vault().beginBundle({ ...input, name: this.membership.name }),
      });
      if (!begun) return '';
      // It only notes the use, also of recovery sheets: the export does not wait for it.
      void askOverview(this.#tenant, begun.proof.unlocker).catch(() => {});
      const { bundle } = begun.value;
      const seal = async (part: BundlePart) => {
        const sealed = await vault().bundlePart(bundle, part);
        if (!sealed.ok) throw new Error(sealed.message);
        return sealed.line;
      };
      const lines = await exportBundle(this.#tenant, seal, this.#show, signal);
      if (lines === null) return 'Stopped. Nothing was saved.';
      const ended = await vault().endBundle(bundle);
      if (!ended.ok) throw new Error(ended.message);
      // A person who has gone elsewhere meanwhile finds no file that they do not expect.
      if (signal.aborted) return '';
      this.#save([begun.value.line, ...lines, ended.line]);
      return 'Saved. Keep it with the recovery page: the two together open everything without us.';
    });

  #save(lines: string[]): void {
    const name = `totlprovision-${this.#tenant}-${dayStamp()}.bundle`;
    saveFile(new Blob(lines, { type: 'application/x-ndjson' }), name);
  }

  override render() {
    if (this.membership.role !== 'admin')
      return html`<h1>Backup</h1><p>An admin of ${this.membership.name} has to do this: it reads every ciphertext.</p>`;
    const { loaded, unreachable } = this.#work;
    const failure = this.#work.failureBut(PUTTING_BACK);
    return html`<h1>Backup</h1>
      <p class="quiet">Copies of everything, sealed as it is here, and the proof that they open.</p>
      <problem-note .error=${failure ?? this.#backingUp.failure ?? unreachable}></problem-note>
      ${this.#health(loaded)} ${this.#exit()}
      ${loaded || !unreachable ? this.#backup(loaded) : nothing} ${this.#stepUp.render()} ${toastOf(this.#work)}`;
  }

  #backup(loaded: Loaded | null) {
    const backup = loaded?.backup ?? null;
    return html`<section class="card">
      <backup-card
        .backup=${backup}
        .asked=${this.backupAskedAt > (backup?.runs[0]?.at ?? 0)}
        .busy=${this.#backingUp.busy}
        @backup-wanted=${this.#backUp}
      ></backup-card>
    </section>`;
  }

  #health(loaded: Loaded | null) {
    const lost = loaded?.overview.custody?.notOpening ?? 0;
    return html`<section class="card">
      <div class="card-head">
        <h2>Check every secret</h2>
        ${this.#button('sweep', 'Check every secret', this.#sweep)}
      </div>
      <p class="quiet">
        Opens every secret in this browser, checks its form, and keeps only whether it was sound. Nothing is shown.
      </p>
      ${lost > 0 ? html`<p class="note bad">${lost} secrets were found that no key of this tenant opens.</p>` : nothing}
      ${this.#progress('sweep')} ${this.found ? this.#result(this.found) : nothing}
    </section>`;
  }

  #result({ checked, unsound }: Sweep) {
    if (unsound.length === 0)
      return html`<p class="note good" role="status">${checked} checked, and every one is sound.</p>`;
    const lost = unsound.filter(({ finding }) => finding === 'does_not_open');
    const malformed = unsound.filter(({ finding }) => finding === 'malformed');
    return html`<p class="note warn" role="status">${checked} checked; ${unsound.length} need a look.</p>
      ${
        malformed.length === 0
          ? nothing
          : html`<div class="note warn">
              <ul>
                ${malformed.map(
                  ({ item, finding }) => html`<li>
                    ${KIND_WORDS[item.kind]}, ${refWords(item.ref)}, version ${item.version.version}, of
                    <a href="/t/${this.#tenant}/machines/${item.machine}">machine ${shortId(item.machine)}</a>: ${FINDING_WORDS[finding]}
                  </li>`,
                )}
              </ul>
            </div>`
      }
      ${
        lost.length === 0
          ? nothing
          : html`<left-behind
              .items=${lost.map(({ item, finding }) => ({ item, why: FINDING_WORDS[finding] }))}
              .tenant=${this.#tenant}
              .busy=${this.#work.busy}
              .failure=${this.#work.failureOf(PUTTING_BACK)}
              @help-wanted=${(event: HelpWanted) => this.#putBack(event.detail)}
            ></left-behind>`
      }`;
  }

  #putBack({ item, reason }: HelpWanted['detail']): void {
    void this.#work.do(async () => {
      await rotationApi.restoreReplaced(this.#tenant, item.id, item.version.version, reason);
      if (this.found) this.found = { ...this.found, unsound: this.found.unsound.filter((one) => one.item !== item) };
      return 'Put back. Check again to see that it opens, then re-seal it on the Keys page.';
    }, PUTTING_BACK);
  }

  #exit() {
    return html`<section class="card">
      <div class="card-head">
        <h2>Export everything</h2>
        ${this.#button('export', 'Export a bundle', this.#export)}
      </div>
      <p>
        One file with the keyring, every machine, every secret with all its versions, and the audit. All secrets in it stay
        sealed: it opens with a passphrase or recovery sheets of today, not with a passkey.
      </p>
      <p>
        The recovery page opens it on any PC, without us and without a network: save that once, from
        <a href="/t/${this.#tenant}/recovery">Recovery</a>.
      </p>
      ${this.#progress('export')}
    </section>`;
  }

  #button(what: Reading, words: string, start: () => Promise<void>) {
    return this.#work.doing === what
      ? html`<button @click=${() => this.#work.stop()}>Stop</button>`
      : html`<button ?disabled=${this.#work.busy} @click=${start}>${words}</button>`;
  }

  #progress(what: Reading) {
    if (this.#work.doing !== what) return nothing;
    const { progress } = this;
    return progress
      ? html`<progress max=${Math.max(1, progress.total)} .value=${progress.done} aria-label="Secrets read"></progress>
          <p role="status">${progress.done} of ${progress.total}</p>`
      : html`<progress aria-label="Beginning"></progress>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'safekeeping-page': SafekeepingPage;
  }
}
