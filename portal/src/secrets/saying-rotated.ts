// Saying that a revealed secret was rotated. The controller shows the dialog.
import { html, nothing, type ReactiveController, type ReactiveControllerHost } from 'lit';
import type { Secret } from '../../../schema/secret.ts';
import { sayRotated } from '../api/by-hand.ts';
import { OneAct } from '../core/one-act.ts';
import type { RotatedSaid } from './rotated-dialog.ts';
import './rotated-dialog.ts';

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

  /** Why it was not taken, where the dialog has been closed meanwhile. */
  get failureBehind(): unknown {
    return this.#asked ? null : this.#act.failure;
  }

  start(secret: Secret): void {
    if (this.#act.busy) return;
    this.#act.forget();
    this.#asked = secret;
    this.#host.requestUpdate();
  }

  /** Another machine: nothing of the one before may stay under its name. */
  forget(): void {
    this.#asked = null;
    this.#act.forget();
  }

  /** What has gone out already is told when its answer comes. */
  #close = (): void => {
    this.#asked = null;
    if (this.#act.busy) this.#host.requestUpdate();
    else this.forget();
  };

  #say(reason: string): void {
    const asked = this.#asked;
    if (!asked) return;
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
    return html`<rotated-dialog
      machine=${machine}
      .secret=${this.#asked}
      .busy=${this.#act.busy}
      .fault=${(this.#act.failure as Error | null)?.message ?? ''}
      @rotated-said=${(event: RotatedSaid) => this.#say(event.detail)}
      @closed=${this.#close}
    ></rotated-dialog>`;
  }
}
