// One vault to be opened: reads the keyring, tries what a person gives, and says what stands in the way. Whoever shows
// its fields asks it.
import type { ReactiveControllerHost } from 'lit';
import { lockAfter } from '../../../schema/facts/idle.ts';
import type { Keyring } from '../../../schema/keyring.ts';
import type { Line, VaultFault } from '../../vault/contract.ts';
import { ApiProblem } from '../api/http.ts';
import * as api from '../api/keyring.ts';
import { overview } from '../api/overview.ts';
import { OneAct } from '../core/one-act.ts';
import { keepLastUsed, lastUsed } from './last-used.ts';
import { usableUnlockers } from './manifest.ts';
import { tryEach } from './trying.ts';
import type { Proof, UnlockChoice } from './unlock-fields.ts';
import { lock, startVault, unlock } from './vault-client.ts';

const NO_UNLOCKER = 'You have no way to unlock yet. Ask for it under Unlock methods; an admin confirms it.';
const NO_KEYS = 'There are no keys yet: an admin has to do the first-time set-up.';
const BROKEN = 'The vault gave no answer. Reload the page and try again.';

/** Requests to the server, as for the line of its keyrings, have their own words; otherwise the vault did not start. */
const refusalOf = (error: unknown): Pick<VaultFault, 'ok' | 'message' | 'succession' | 'line'> => ({
  ok: false,
  message: error instanceof ApiProblem ? error.message : BROKEN,
});

/** What a form shows. `why` says why there is nothing to choose, if that is the case. */
export type Shown = UnlockChoice & {
  why: string;
  /** After how many idle minutes it locks again. */
  minutes: number;
  fault: string;
  succession: VaultFault['succession'] | null;
  line: Line | null;
};

export class Opening {
  readonly #host: ReactiveControllerHost;
  readonly #attempt: OneAct;
  #tenant = '';
  #keyring: Keyring | null = null;
  /** Another one with each beginning: what is still read for the one before is left. */
  #begun = {};
  /** The lock that a cancelled attempt still has to do. */
  #locking: Promise<unknown> = Promise.resolve();
  /** Null while nothing is to be opened, or its keyring has not come yet. */
  shown: Shown | null = null;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    this.#attempt = new OneAct(host);
  }

  get working(): boolean {
    return this.#attempt.busy;
  }

  async begin(tenant: string): Promise<void> {
    this.end();
    startVault();
    const begun = this.#begun;
    let shown: Shown = {
      unlockers: [],
      halves: [],
      why: NO_KEYS,
      minutes: lockAfter(undefined),
      fault: '',
      succession: null,
      line: null,
    };
    let keyring: Keyring | null = null;
    try {
      keyring = await api.keyring(tenant);
      if (keyring)
        shown = {
          ...shown,
          unlockers: usableUnlockers(keyring),
          halves: keyring.unlockers,
          since: keyring.since,
          last: lastUsed(tenant),
          why: NO_UNLOCKER,
          minutes: lockAfter(keyring.lockAfterMinutes),
        };
    } catch (error) {
      shown = { ...shown, why: (error as Error).message };
    }
    if (this.#begun !== begun) return;
    this.#tenant = tenant;
    this.#keyring = keyring;
    this.#show(shown);
  }

  /**
   * Tries a passphrase or code, and calls `done` where it opens. A person who cancels meanwhile gets a locked vault, not one that opens
   * behind their back.
   */
  attempt(proof: Proof, done: () => void): void {
    const [tenant, keyring, shown] = [this.#tenant, this.#keyring, this.shown];
    if (!keyring || !shown) return;
    void this.#attempt.do(async (signal) => {
      this.#show({ ...shown, fault: '', succession: null, line: null });
      // Otherwise the cancelled attempt would lock what is opened now.
      await this.#locking;
      if (signal.aborted) return;
      const unlocking = tryEach(proof, (one) => unlock({ tenant, keyring, ...one }).catch(refusalOf), signal);
      this.#locking = unlocking.then(({ result }) => (signal.aborted && result.ok ? lock() : undefined));
      const { result, proof: used } = await unlocking;
      if (signal.aborted) return;
      if (result.ok) {
        keepLastUsed(tenant, used.unlocker);
        // It only notes the use: an unlocked vault does not wait for it.
        void overview(tenant, used.unlocker).catch(() => {});
        this.end();
        done();
      } else
        this.#show({
          ...shown,
          fault: result.message,
          succession: result.succession ?? null,
          line: result.line ?? null,
        });
    });
  }

  end(): void {
    this.#begun = {};
    this.#keyring = null;
    this.#attempt.forget();
    this.#show(null);
  }

  #show(shown: Shown | null): void {
    this.shown = shown;
    this.#host.requestUpdate();
  }
}
