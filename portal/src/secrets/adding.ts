// Adding a secret by hand: the typed text is sealed in the vault, and only the ciphertext is sent. The controller shows
// the dialog.
import { html, nothing, type ReactiveController, type ReactiveControllerHost } from 'lit';
import type { HandSecret } from '../../../schema/secret.ts';
import { isUnknown } from '../api/http.ts';
import { addSecret } from '../api/secrets.ts';
import { OneAct } from '../core/one-act.ts';
import { unlockedOrAsk } from '../unlock/unlocking.ts';
import { vault } from '../unlock/vault-client.ts';
import type { SecretGiven } from './hand-dialog.ts';
import './hand-dialog.ts';

type Place = { tenant: string; machine: string; email: string };
const LOCKED = 'The vault is still locked. It is what knows the key to seal to: unlock it to add a secret.';
const BROKEN = 'The vault gave no answer. Reload the page and try again.';

/** One secret at a time; put `render()` somewhere in the host's template. `onAdded` hears what was kept, in words. */
export class Adding implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #place: () => Place;
  readonly #onAdded: (words: string) => void;
  readonly #act: OneAct;
  /** The machine it is for, fixed when the dialog opens. */
  #for: Place | null = null;
  /** What was typed and sealed, and whose receipt has not come: sent again as it is, it is kept once. */
  #unanswered: { given: string; request: HandSecret } | null = null;
  /** The one whose ciphertext has gone out: closing its dialog no longer takes anything back. */
  #sent: Place | null = null;

  constructor(host: ReactiveControllerHost, place: () => Place, onAdded: (words: string) => void) {
    this.#host = host;
    this.#place = place;
    this.#onAdded = onAdded;
    this.#act = new OneAct(host);
    host.addController(this);
  }

  hostConnected(): void {}

  get busy(): boolean {
    return this.#act.busy;
  }

  /** Why a sent secret may not be kept, if its dialog has been closed meanwhile. */
  get failureBehind(): unknown {
    return this.#for ? null : this.#act.failure;
  }

  start(): void {
    if (this.#act.busy) return;
    this.forget();
    this.#for = this.#place();
  }

  /** Another machine: nothing of the previous one may stay under its name. */
  forget(): void {
    this.#for = null;
    this.#unanswered = null;
    this.#act.forget();
  }

  /**
   * Nothing is kept behind the back of a person who cancels; the outcome of a request that has already gone out is told
   * when its answer comes.
   */
  #cancel = (): void => {
    const sent = this.#sent !== null && this.#sent === this.#for;
    this.#unanswered = null;
    this.#for = null;
    if (sent) this.#host.requestUpdate();
    else this.forget();
  };

  #add({ kind, ref, plaintext }: SecretGiven['detail']): void {
    const place = this.#for;
    if (!place) return;
    const { tenant, machine, email } = place;
    void this.#act.do(async (signal) => {
      if (!(await unlockedOrAsk(tenant))) throw new Error(LOCKED);
      if (signal.aborted) return;
      const given = JSON.stringify([tenant, machine, kind, ref, plaintext]);
      if (this.#unanswered?.given !== given) {
        const sealed = await vault()
          .sealByHand({ tenant, machine, kind, ref, plaintext, by: email })
          .catch(() => ({ ok: false as const, message: BROKEN }));
        if (signal.aborted) return;
        if (!sealed.ok) throw new Error(sealed.message);
        this.#unanswered = { given, request: sealed.request };
      }
      const { request } = this.#unanswered;
      this.#sent = place;
      try {
        const receipt = await addSecret(tenant, machine, request);
        this.#unanswered = null;
        if (signal.aborted) return;
        this.#for = null;
        this.#onAdded(`Sealed as version ${receipt.version}, on record as audit entry ${receipt.auditSeq}.`);
      } catch (error) {
        if (!isUnknown(error)) this.#unanswered = null;
        throw error;
      } finally {
        if (this.#sent === place) this.#sent = null;
      }
    });
  }

  /** `machine` is the name that the dialog gives the PC. */
  render(machine: string) {
    if (!this.#for) return nothing;
    return html`<hand-dialog
      machine=${machine}
      .working=${this.#act.busy}
      .failure=${this.#act.failure}
      @secret-given=${(event: SecretGiven) => this.#add(event.detail)}
      @closed=${this.#cancel}
    ></hand-dialog>`;
  }
}
