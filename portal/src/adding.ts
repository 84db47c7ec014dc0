// Adding a secret by hand: what was typed is sealed in the vault, and only the ciphertext is sent. The controller shows the dialog.
import { html, nothing, type ReactiveController, type ReactiveControllerHost } from 'lit';
import { addSecret } from './api/by-hand.ts';
import type { SecretGiven } from './elements/hand-dialog.ts';
import { requestUnlock } from './unlocking.ts';
import { refreshVaultState, vault } from './vault-client.ts';
import './elements/hand-dialog.ts';

type Place = { tenant: string; machine: string; email: string };
const BROKEN = 'The vault gave no answer. Reload the page and try again.';

/** One secret at a time; put `render()` somewhere in the host's template. `onAdded` hears what was kept, in words. */
export class Adding implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #place: () => Place;
  readonly #onAdded: (words: string) => void;
  /** The machine it is for, fixed when the dialog opens. */
  #for: Place | null = null;
  #working = false;
  #fault = '';

  constructor(host: ReactiveControllerHost, place: () => Place, onAdded: (words: string) => void) {
    this.#host = host;
    this.#place = place;
    this.#onAdded = onAdded;
    host.addController(this);
  }

  hostConnected(): void {}

  start(): void {
    this.#for = this.#place();
    this.#show(false, '');
  }

  forget = (): void => {
    this.#for = null;
    this.#show(false, '');
  };

  async #add({ kind, ref, plaintext }: SecretGiven['detail']): Promise<void> {
    const place = this.#for;
    if (!place) return;
    const { tenant, machine, email } = place;
    const state = await refreshVaultState();
    const open = state.state === 'unlocked' && state.tenant === tenant;
    if (!open && !(await requestUnlock(tenant)))
      return this.#show(
        false,
        'The vault is still locked. It is what knows the key to seal to: unlock it to add a secret.',
      );
    this.#show(true, '');
    try {
      const sealed = await vault()
        .sealByHand({ tenant, machine, kind, ref, plaintext, by: email })
        .catch(() => ({ ok: false as const, message: BROKEN }));
      // Whoever cancelled meanwhile gets nothing kept behind them.
      if (this.#for !== place) return;
      if (!sealed.ok) return this.#show(false, sealed.message);
      const receipt = await addSecret(tenant, machine, sealed.request);
      if (this.#for !== place) return;
      this.forget();
      this.#onAdded(`Kept as version ${receipt.version}, on record as audit entry ${receipt.auditSeq}.`);
    } catch (error) {
      if (this.#for === place) this.#show(false, (error as Error).message);
    }
  }

  #show(working: boolean, fault: string): void {
    this.#working = working;
    this.#fault = fault;
    this.#host.requestUpdate();
  }

  /** `machine` is the name that the dialog gives the PC. */
  render(machine: string) {
    if (!this.#for) return nothing;
    return html`<hand-dialog
      machine=${machine}
      .working=${this.#working}
      .fault=${this.#fault}
      @secret-given=${(event: SecretGiven) => void this.#add(event.detail)}
      @closed=${this.forget}
    ></hand-dialog>`;
  }
}
