// One place to unlock: anybody may ask for it; the app's controller fetches the keyring, asks the vault and answers.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { Opening, type Shown } from './opening.ts';
import type { Proof } from './unlock-fields.ts';
import { refreshVaultState } from './vault-client.ts';

const UNLOCK_REQUESTED = 'totl-unlock-requested';
type Request = { tenant: string; done: (unlocked: boolean) => void };
/**
 * The request that the one dialog is open for: everybody who has asked for the same tenant meanwhile hears of its end.
 */
type Open = { tenant: string; done: Request['done'][] };

/** Asks the app to unlock this tenant's vault. False when the person gave up. */
export const requestUnlock = (tenant: string): Promise<boolean> =>
  new Promise((done) => {
    window.dispatchEvent(new CustomEvent<Request>(UNLOCK_REQUESTED, { detail: { tenant, done } }));
  });

/**
 * Whether the vault is unlocked for this tenant; if it is not, the person is asked to unlock it. False when they gave
 * up.
 */
export async function unlockedOrAsk(tenant: string): Promise<boolean> {
  const now = await refreshVaultState();
  return (now.state === 'unlocked' && now.tenant === tenant) || requestUnlock(tenant);
}

/** Answers requests one at a time. `shown` is null while no dialog is wanted. */
export class Unlocking implements ReactiveController {
  readonly #opening: Opening;
  #request: Open | null = null;

  constructor(host: ReactiveControllerHost) {
    this.#opening = new Opening(host);
    host.addController(this);
  }

  hostConnected(): void {
    window.addEventListener(UNLOCK_REQUESTED, this.#asked);
  }

  hostDisconnected(): void {
    window.removeEventListener(UNLOCK_REQUESTED, this.#asked);
  }

  get shown(): Shown | null {
    return this.#opening.shown;
  }

  get working(): boolean {
    return this.#opening.working;
  }

  #asked = (event: Event): void => {
    const { tenant, done } = (event as CustomEvent<Request>).detail;
    if (this.#request?.tenant === tenant) {
      this.#request.done.push(done);
      return;
    }
    this.end(false);
    this.#request = { tenant, done: [done] };
    void this.#opening.begin(tenant);
  };

  attempt(proof: Proof): void {
    this.#opening.attempt(proof, () => this.end(true));
  }

  end(unlocked: boolean): void {
    const request = this.#request;
    this.#request = null;
    this.#opening.end();
    for (const done of request?.done ?? []) done(unlocked);
  }
}
