// Saying that a revealed secret was rotated. The controller shows the dialog.
import { html, nothing, type ReactiveController, type ReactiveControllerHost } from 'lit';
import type { Secret } from '../../../schema/secret.ts';
import { sayRotated } from '../api/secrets.ts';
import { OneAct } from '../core/one-act.ts';
import type { Confirmed } from '../ui/confirm-dialog.ts';
import { kindInSentence, refWords } from '../ui/words.ts';
import '../ui/confirm-dialog.ts';

/** One at a time; put `render()` somewhere in the host's template. */
export class SayingRotated implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #tenant: () => string;
  readonly #onSaid: (words: string) => void;
  readonly #act: OneAct;
  #asked: Secret | null = null;

  constructor(host: ReactiveControllerHost, tenant: () => string, onSaid: (words: string) => void) {
    this.#host = host;
    this.#tenant = tenant;
    this.#onSaid = onSaid;
    this.#act = new OneAct(host);
    host.addController(this);
  }

  hostConnected(): void {}

  /** Why it was not accepted, if the dialog has been closed meanwhile. */
  get failureBehind(): unknown {
    return this.#asked ? null : this.#act.failure;
  }

  start(secret: Secret): void {
    if (this.#act.busy) return;
    this.#act.forget();
    this.#asked = secret;
    this.#host.requestUpdate();
  }

  /** Another machine: nothing of the previous one may stay under its name. */
  forget(): void {
    this.#asked = null;
    this.#act.forget();
  }

  /** The outcome of a request that has already gone out is told when its answer comes. */
  #close = (): void => {
    this.#asked = null;
    if (this.#act.busy) this.#host.requestUpdate();
    else this.forget();
  };

  #say({ detail }: Confirmed): void {
    const asked = this.#asked;
    const reason = String(detail.get('reason') ?? '').trim();
    if (!asked || !reason) return;
    void this.#act.do(async (signal) => {
      await sayRotated(this.#tenant(), asked.id, reason);
      if (signal.aborted) return;
      this.#asked = null;
      this.#onSaid('On record: what was revealed is on the PC no more.');
    });
  }

  /** `machine` is the name that the dialog gives the PC. */
  render(machine: string) {
    if (!this.#asked) return nothing;
    return html`<confirm-dialog
      heading="Was it rotated?"
      action="It was rotated"
      .words=${this.#words(this.#asked, machine)}
      .busy=${this.#act.busy}
      .failure=${this.#act.failure}
      @confirmed=${(event: Confirmed) => this.#say(event)}
      @closed=${this.#close}
    ></confirm-dialog>`;
  }

  #words({ kind, ref }: Secret, machine: string) {
    return html`<p>
        The ${kindInSentence(kind)} of ${machine}, ${refWords(ref)}, was revealed. Say so only if what was
        revealed is on the PC no more: the mark goes, and the secret stays in escrow.
      </p>
      <label for="reason">How do you know?</label>
      <input id="reason" name="reason" required minlength="3" maxlength="500" autocomplete="off" autofocus ?readonly=${this.#act.busy} />
      <p class="quiet">It goes into the audit with your name. Not for whoever has revealed it: if there is no other admin, the mark stays
        until the PC itself shows a later version.</p>`;
  }
}
