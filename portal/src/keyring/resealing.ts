// Re-sealing to the active key, and the check that everything opens before a key is destroyed: the progress of each,
// and the secrets left behind. A controller beside the page's acts; keys and plaintexts stay in the vault.
import { html, nothing, type ReactiveControllerHost } from 'lit';
import type { Rotation } from '../../../schema/rotation.ts';
import type { VaultFaultCode } from '../../vault/contract.ts';
import * as keyringApi from '../api/keyring.ts';
import * as rotationApi from '../api/rotation.ts';
import * as secretsApi from '../api/secrets.ts';
import type { OneAct } from '../core/one-act.ts';
import { type Progress, sweep } from '../secrets/sweep.ts';
import { sweepCalls } from '../secrets/sweep-calls.ts';
import { refreshCwIcon } from '../ui/icons.ts';
import type { Proof } from '../unlock/unlock-fields.ts';
import { unlockedOrAsk } from '../unlock/unlocking.ts';
import { vault, whileResealing } from '../unlock/vault-client.ts';
import type { HelpWanted } from './left-behind.ts';
import { type LeftBehind, type RotationCalls, rotate } from './rotation.ts';
import './left-behind.ts';

/** The page's own: which tenant, its acts, and the rotation that it shows. */
type Page = {
  tenant: () => string;
  acts: OneAct;
  rotation: () => Rotation | null;
  show: (rotation: Rotation) => void;
};

/** The proof was of a way that its own act has replaced, or words are to be compared first: the next unlock says so. */
const ASKS_TO_UNLOCK: ReadonlySet<VaultFaultCode> = new Set<VaultFaultCode>(['no_rights', 'root_succeeded']);

/** What the acts of the page call it: the form beside the secret says why it failed. */
export const HELPING = 'helping';

/** Put `render()` somewhere in the host's template. */
export class Resealing {
  readonly #host: ReactiveControllerHost;
  readonly #page: Page;
  /** How far the check before a destruction has come. */
  #checking: Progress | null = null;
  #working = false;
  /** It was asked to stop here, and somebody has to go on with it. */
  #paused = false;
  #leftBehind: LeftBehind[] = [];

  constructor(host: ReactiveControllerHost, page: Page) {
    this.#host = host;
    this.#page = page;
  }

  /**
   * The person who signs a destruction has first seen that nothing needs the key any more: not the server's word, nor
   * another admin's. The answer is the sweep that saw it; null: it was stopped.
   */
  async everythingOpens(signal: AbortSignal): Promise<string | null> {
    if (!(await unlockedOrAsk(this.#page.tenant()))) return null;
    try {
      const { id, unsound } = await sweep(sweepCalls(this.#page.tenant()), (progress) => this.#check(progress), signal);
      const lost = unsound.filter(({ item, finding }) => finding === 'does_not_open' && !item.version.unopenable);
      if (lost.length > 0 && !signal.aborted)
        throw new Error(
          `${lost.length} ${lost.length === 1 ? 'secret does' : 'secrets do'} not open. The key may be all that opens ${lost.length === 1 ? 'it' : 'them'}: see Backup.`,
        );
      return signal.aborted ? null : id;
    } finally {
      this.#check(null);
    }
  }

  #check(progress: Progress | null): void {
    this.#checking = progress;
    this.#host.requestUpdate();
  }

  /** Re-seals what is left, as part of an act of the page. Answers the words to say. */
  async reseal(signal: AbortSignal): Promise<string> {
    return !(await unlockedOrAsk(this.#page.tenant())) || signal.aborted ? '' : this.#resealAll(signal);
  }

  /**
   * The same to the key that an act has made, by what it was just proven with, and with the vault open for nothing else. Blank: that opens the
   * keyring of now no more, and somebody has to unlock. Throws why a keyring is not to be trusted.
   */
  async resealBy(proof: Proof, kid: string, signal: AbortSignal): Promise<string> {
    const tenant = this.#page.tenant();
    const keyring = await keyringApi.keyring(tenant);
    if (!keyring || signal.aborted) return '';
    const work = async () => (signal.aborted ? '' : this.#resealAll(signal));
    const done = await whileResealing({ tenant, keyring, ...proof }, kid, work);
    if (done.ok) return done.value;
    if (ASKS_TO_UNLOCK.has(done.code)) return '';
    throw new Error(done.message);
  }

  async #resealAll(signal: AbortSignal): Promise<string> {
    this.#work(true);
    this.#leftBehind = [];
    try {
      const done = await rotate(this.#calls(), this.#progressed(), signal);
      this.#leftBehind = done.leftBehind;
      this.#paused = done.stopped;
      const rest = this.#page.rotation()?.remaining === 0 ? 'Nothing is left to re-seal.' : '';
      return done.stopped ? rest : `${done.resealed} re-sealed. ${rest}`.trim();
    } finally {
      this.#work(false);
    }
  }

  #work(working: boolean): void {
    this.#working = working;
    this.#host.requestUpdate();
  }

  #calls(): RotationCalls {
    const tenant = this.#page.tenant();
    return {
      page: (request) => rotationApi.rotationPage(tenant, request),
      upload: (items) => rotationApi.uploadResealed(tenant, items),
      reseal: vault().reseal,
    };
  }

  /**
   * Counted here and corrected by the next reading: asking after each page would cost the object more than the work
   * itself.
   */
  #progressed(): (resealed: number) => void {
    const before = this.#page.rotation();
    return (resealed) => {
      if (before) this.#page.show({ ...before, remaining: Math.max(0, before.remaining - resealed) });
    };
  }

  #help({ item, help, reason }: HelpWanted['detail']): void {
    void this.#page.acts.do(async () => {
      const { id: secret, version: at } = item;
      const { version, kid, sha256 } = at;
      const tenant = this.#page.tenant();
      if (help === 'restore') await rotationApi.restoreReplaced(tenant, secret, version, reason);
      else {
        // The rotation's discovery, as a finding: the mark rests on it.
        await secretsApi.keepFindings(tenant, [{ secret, version, kid, sha256, finding: 'does_not_open' }]);
        await rotationApi.markUnopenable(tenant, secret, version, reason);
      }
      this.#leftBehind = this.#leftBehind.filter((one) => one.item !== item);
    }, HELPING);
  }

  render(mayWork: boolean) {
    const rotation = this.#page.rotation();
    const { acts } = this.#page;
    const { busy } = acts;
    const isOver = rotation !== null && rotation.remaining === 0 && !this.#working && !this.#checking;
    return html`${this.#checking ? this.#checkCard(this.#checking) : rotation && !isOver ? this.#card(rotation, mayWork) : nothing}
      ${
        this.#leftBehind.length > 0
          ? html`<left-behind
              .items=${this.#leftBehind}
              .tenant=${this.#page.tenant()}
              .canGiveUp=${true}
              .busy=${busy}
              .failure=${acts.failureOf(HELPING)}
              @help-wanted=${(event: HelpWanted) => this.#help(event.detail)}
            ></left-behind>`
          : nothing
      }`;
  }

  #checkCard({ done, total }: Progress) {
    return html`<section class="card">
      <div class="card-head"><h2>Checking that every secret opens without it</h2></div>
      <progress max=${Math.max(1, total)} .value=${done} aria-label="Secrets checked"></progress>
      <div class="row bar">
        <span role="status">${done.toLocaleString()} of ${total.toLocaleString()} …</span>
        <button @click=${() => this.#page.acts.stop()}>Stop</button>
      </div>
    </section>`;
  }

  #card({ total, remaining }: Rotation, mayWork: boolean) {
    const done = total - remaining;
    return html`<section class="card">
      <div class="card-head">
        <span class="tile accent">${refreshCwIcon}</span>
        <h2>Re-sealing every secret to the new key</h2>
      </div>
      <progress max=${total} .value=${done} aria-label="Secrets re-sealed"></progress>
      <div class="row bar">
        <span role="status">${done.toLocaleString()} of ${total.toLocaleString()} ${this.#working ? '…' : nothing}</span>
        ${mayWork ? this.#startOrPause() : html`<span class="quiet">An admin has to go on with this.</span>`}
      </div>
      ${
        this.#paused && !this.#working
          ? html`<p class="quiet">Paused. Everything re-sealed so far is kept; resume here, in another tab, or let another admin go on.</p>`
          : nothing
      }
    </section>`;
  }

  #startOrPause() {
    const { acts } = this.#page;
    return this.#working
      ? html`<button @click=${() => acts.stop()}>Pause</button>`
      : html`<button class="primary" ?disabled=${acts.busy} @click=${() => void acts.do((signal) => this.reseal(signal))}>Resume</button>`;
  }
}
