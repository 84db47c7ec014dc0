// One place to unlock: anybody may ask for it; the app's controller fetches the keyring, asks the vault and answers.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Keyring, SealedUnlocker } from '../../../schema/keyring.ts';
import type { ManifestUnlocker } from '../../../schema/signed.ts';
import type { Line, VaultFault } from '../../vault/contract.ts';
import { ApiProblem } from '../api/http.ts';
import * as api from '../api/keyring.ts';
import { overview } from '../api/overview.ts';
import { OneAct } from '../core/one-act.ts';
import { usableUnlockers } from './manifest.ts';
import type { Proof } from './unlock-dialog.ts';
import { lock, refreshVaultState, unlock } from './vault-client.ts';

const UNLOCK_REQUESTED = 'totl-unlock-requested';
type Request = { tenant: string; done: (unlocked: boolean) => void };
/**
 * The request that the one dialog is open for: everybody who has asked for the same tenant meanwhile hears of its end.
 */
type Open = { tenant: string; done: Request['done'][] };

const NO_UNLOCKER = 'You have no way to unlock yet. Ask for it under Unlock methods; an admin confirms it.';
const NO_KEYS = 'There are no keys yet: an admin has to do the first-time set-up.';
const BROKEN = 'The vault gave no answer. Reload the page and try again.';

/** Requests to the server, as for the line of its keyrings, have their own words; otherwise the vault did not start. */
const refusalOf = (error: unknown): Pick<VaultFault, 'ok' | 'message' | 'succession' | 'line'> => ({
  ok: false,
  message: error instanceof ApiProblem ? error.message : BROKEN,
});

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

/** What the dialog shows. `why` says why there is nothing to choose, if that is the case. */
export type Shown = {
  unlockers: ManifestUnlocker[];
  halves: SealedUnlocker[];
  why: string;
  fault: string;
  succession: VaultFault['succession'] | null;
  line: Line | null;
};

/** Answers requests one at a time. `shown` is null while no dialog is wanted. */
export class Unlocking implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #attempt: OneAct;
  #request: Open | null = null;
  /** The lock that a cancelled attempt still has to do. */
  #locking: Promise<unknown> = Promise.resolve();
  #keyring: Keyring | null = null;
  shown: Shown | null = null;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    this.#attempt = new OneAct(host);
    host.addController(this);
  }

  hostConnected(): void {
    window.addEventListener(UNLOCK_REQUESTED, this.#asked);
  }

  hostDisconnected(): void {
    window.removeEventListener(UNLOCK_REQUESTED, this.#asked);
  }

  #asked = async (event: Event): Promise<void> => {
    const { tenant, done } = (event as CustomEvent<Request>).detail;
    if (this.#request?.tenant === tenant) {
      this.#request.done.push(done);
      return;
    }
    this.end(false);
    const request: Open = { tenant, done: [done] };
    this.#request = request;
    let shown: Shown = { unlockers: [], halves: [], why: NO_KEYS, fault: '', succession: null, line: null };
    let keyring: Keyring | null = null;
    try {
      keyring = await api.keyring(request.tenant);
      if (keyring)
        shown = { ...shown, unlockers: usableUnlockers(keyring), halves: keyring.unlockers, why: NO_UNLOCKER };
    } catch (error) {
      shown = { ...shown, why: (error as Error).message };
    }
    if (this.#request !== request) return;
    this.#keyring = keyring;
    this.#show(shown);
  };

  get working(): boolean {
    return this.#attempt.busy;
  }

  /**
   * Tries a passphrase or code. A person who cancels meanwhile gets a locked vault, not one that opens behind their
   * back.
   */
  attempt(proof: Proof): void {
    const request = this.#request;
    const keyring = this.#keyring;
    const { shown } = this;
    if (!request || !keyring || !shown) return;
    void this.#attempt.do(async (signal) => {
      this.#show({ ...shown, fault: '', succession: null, line: null });
      // Otherwise the cancelled attempt would lock what is opened now.
      await this.#locking;
      if (signal.aborted) return;
      const unlocking = unlock({ tenant: request.tenant, keyring, ...proof }).catch(refusalOf);
      this.#locking = unlocking.then((result) => (signal.aborted && result.ok ? lock() : undefined));
      const result = await unlocking;
      if (signal.aborted) return;
      if (result.ok) {
        // It only notes the use: an unlocked vault does not wait for it.
        void overview(request.tenant, proof.unlocker).catch(() => {});
        this.end(true);
      } else
        this.#show({
          ...shown,
          fault: result.message,
          succession: result.succession ?? null,
          line: result.line ?? null,
        });
    });
  }

  end(unlocked: boolean): void {
    const request = this.#request;
    this.#request = null;
    this.#keyring = null;
    this.#attempt.forget();
    this.#show(null);
    for (const done of request?.done ?? []) done(unlocked);
  }

  #show(shown: Shown | null): void {
    this.shown = shown;
    this.#host.requestUpdate();
  }
}
