// A spool file of a PC that was never online: chosen, read and checked here, shown, then handed over as its engine
// would have done.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Membership } from '../../../schema/person.ts';
import { OneAct } from '../core/one-act.ts';
import { page } from '../ui/page-styles.ts';
import { shared } from '../ui/shared-styles.ts';
import { theirs } from '../ui/theirs.ts';
import { shortId } from '../ui/words.ts';
import { readSpoolFile, type SpoolFile, type Uploaded, upload, uploadCalls } from './spool-file.ts';
import '../ui/problem-note.ts';

const count = (number: number, one: string): string => `${number} ${one}${number === 1 ? '' : 's'}`;

@customElement('upload-page')
export class UploadPage extends LitElement {
  static override styles = [
    shared,
    page,
    css`
      h1 + p {
        margin-top: 0.4rem;
      }
      ul {
        margin: 0;
        padding-left: 1.2rem;
      }
    `,
  ];
  @property({ attribute: false }) membership!: Membership;
  @state() private file: SpoolFile | null = null;
  @state() private reading = false;
  @state() private wrong = '';
  @state() private uploaded: Uploaded | null = null;
  #acts = new OneAct(this);
  #chosen: File | undefined;

  #choose = async (event: Event): Promise<void> => {
    const [chosen] = (event.target as HTMLInputElement).files ?? [];
    this.file = null;
    this.wrong = '';
    this.uploaded = null;
    this.#acts.forget();
    this.#chosen = chosen;
    this.reading = chosen !== undefined;
    if (!chosen) return;
    const read = await readSpoolFile(chosen).catch(() => 'The file could not be read. Choose it again.');
    // Another one may have been chosen meanwhile, and a smaller one is read sooner.
    if (this.#chosen !== chosen) return;
    this.reading = false;
    if (typeof read === 'string') this.wrong = read;
    else this.file = read;
  };

  #upload(file: SpoolFile): Promise<void> {
    return this.#acts.do(async (signal) => {
      const onProgress = (so: Uploaded) => {
        if (!signal.aborted) this.uploaded = so;
      };
      await upload(file, uploadCalls(this.membership.tenant), onProgress, this.uploaded ?? undefined);
    });
  }

  override render() {
    if (this.membership.role === 'auditor')
      return html`<h1>Upload an offline report</h1>
        <p class="note warn">Auditors hand nothing over. Ask an engineer or an admin.</p>`;
    const { file } = this;
    return html`<p><a href="/t/${this.membership.tenant}">Fleet</a></p>
      <h1>Upload an offline report</h1>
      <p class="quiet">
        For a PC that was never online. Its engine wrote what it could not send into one file: events, and secrets that are sealed already.
        What the server has from the PC itself is not kept twice.
      </p>
      <section class="card stack">
        <div>
          <label for="file">Spool file</label>
          <input id="file" type="file" accept=".ndjson,application/x-ndjson" ?disabled=${this.#acts.busy} @change=${this.#choose} />
        </div>
        ${this.reading ? html`<p role="status">Reading the file …</p>` : nothing}
        ${this.wrong ? html`<p class="note bad" role="alert">${this.wrong}</p>` : nothing} ${file ? this.#found(file) : nothing}
      </section>`;
  }

  #found(file: SpoolFile) {
    const over = this.uploaded !== null && this.uploaded.done === file.lines.length;
    return html`<div role="status">
        <p>In this file: ${count(file.events, 'event')} of ${count(file.runs, 'run')}, and ${count(file.secrets, 'sealed secret')}.</p>
        <ul>
          ${file.machines.map(({ id, hostname }) => html`<li>${this.#machine(id, hostname, over)}</li>`)}
        </ul>
      </div>
      ${
        file.garbled > 0
          ? html`<p class="note warn">
              This file was saved in another encoding, which has broken its letters: ${count(file.garbled, 'report')} will be left out, sealed
              secrets are whole. Have the engine write it again, and upload it as it is.
            </p>`
          : nothing
      }
      ${
        file.damaged > 0
          ? html`<p class="note warn">${count(file.damaged, 'line')} cannot be read and will be left out: the file was cut off or damaged.</p>`
          : nothing
      }
      ${this.uploaded ? this.#progress(file, this.uploaded, over) : nothing}
      <problem-note .error=${this.#acts.failure}></problem-note>
      ${
        over
          ? nothing
          : html`<button class="primary" ?disabled=${this.#acts.busy} @click=${() => this.#upload(file)}>
        ${this.#acts.failure ? 'Go on' : 'Upload'}
      </button>`
      }`;
  }

  #machine(id: string, hostname: string | null, over: boolean) {
    const name = theirs(hostname ?? `Machine ${shortId(id)}`);
    return html`${over ? html`<a href="/t/${this.membership.tenant}/machines/${id}">${name}</a>` : name}
      <span class="quiet mono">${id}</span>`;
  }

  #progress(file: SpoolFile, so: Uploaded, over: boolean) {
    if (!over) return html`<progress aria-label="Uploading" max=${file.lines.length} .value=${so.done}></progress>`;
    return html`<div class=${`note ${so.refused.length > 0 || so.rejected > 0 ? 'warn' : 'good'}`} role="status">
      Saved: ${count(so.events, 'event')} and ${count(so.secrets, 'secret')}, under your name.
      ${so.duplicates > 0 ? `${count(so.duplicates, 'event')} had come before.` : nothing}
      ${so.rejected > 0 ? `${count(so.rejected, 'event')} could not be taken.` : nothing}
      ${so.refused.length > 0 ? html`<ul>${so.refused.map((one) => html`<li>${theirs(one)}</li>`)}</ul>` : nothing}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'upload-page': UploadPage;
  }
}
