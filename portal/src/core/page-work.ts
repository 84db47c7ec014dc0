// What a page does beside its drawing: it reads what it shows, and does one act at a time. It reads anew after each act, when its person's
// role changes, once somebody has signed in again and, where it says so, by itself. Where reading fails, what was read before stays.
import type { ReactiveControllerHost } from 'lit';
import type { Membership } from '../../../schema/person.ts';
import { SESSION_RESTORED } from '../api/http.ts';
import { OneAct } from './one-act.ts';
import { Polling } from './polling.ts';

type Host = ReactiveControllerHost & { membership?: Membership };

type Reading<Loaded> = {
  /** Reads what the page shows; throws what the API throws. Null: the page is not for this role. */
  load: () => Promise<Loaded> | null;
  /** How often it is read anew by itself while the page is seen; absent: never. */
  everyMs?: number;
  /**
   * While this is true, nothing is read anew after a new sign-in: something is being typed, or kept. For a page that is
   * not read by itself.
   */
  held?: () => boolean;
};

/**
 * The result of a request other than the page's first: if it fails, the rest is shown all the same. `value` null:
 * nothing of it yet.
 */
export type Part<T> = { value: T | null; failure: unknown };

/** Never throws. If it fails, what was read before stays. */
export const partOf = <T>(asked: Promise<T>, before: Part<T> | null | undefined): Promise<Part<T>> =>
  asked.then(
    (value) => ({ value, failure: null }),
    (failure: unknown) => ({ value: before?.value ?? null, failure }),
  );

export class PageWork<Loaded> extends OneAct {
  readonly #host: Host;
  readonly #reading: Reading<Loaded>;
  #whose = '';
  #asked: Promise<Loaded> | null = null;
  #look: Promise<void> = Promise.resolve();
  /** The result of the last reading; null: none yet. */
  loaded: Loaded | null = null;
  /** The failure of the last reading; the next one clears it. */
  unreachable: unknown = null;
  /** Whether an answer is on its way. */
  looking = false;

  constructor(host: Host, reading: Reading<Loaded>) {
    super(host, () => this.now());
    this.#host = host;
    this.#reading = reading;
    if (reading.everyMs !== undefined) new Polling(host, reading.everyMs, this.#again);
  }

  hostConnected(): void {
    // Polling hears of it too, and waits until the page is seen.
    if (this.#reading.everyMs === undefined) window.addEventListener(SESSION_RESTORED, this.#restored);
  }

  override hostDisconnected(): void {
    super.hostDisconnected();
    window.removeEventListener(SESSION_RESTORED, this.#restored);
  }

  /** At first, and when a role is raised or lowered while the page is open. */
  hostUpdate(): void {
    const { membership } = this.#host;
    const whose = `for ${membership?.tenant} ${membership?.role}`;
    if (whose === this.#whose) return;
    this.#whose = whose;
    void this.now();
  }

  /** Reads anew, and resolves when the result is shown. */
  now = (): Promise<void> => this.read(this.#reading.load);

  /** Reads something else instead, such as one page more. */
  read(load: Reading<Loaded>['load']): Promise<void> {
    const asked = load();
    if (asked) this.#look = this.#show(asked);
    return this.#look;
  }

  /** Shows what is known before anybody has been asked again. */
  put(loaded: Loaded): void {
    this.loaded = loaded;
    this.#host.requestUpdate();
  }

  /** The last request is the one shown: an answer from before an act does not replace it. */
  async #show(asked: Promise<Loaded>): Promise<void> {
    this.#asked = asked;
    this.looking = true;
    this.#host.requestUpdate();
    const { loaded, unreachable } = await asked.then(
      (loaded) => ({ loaded, unreachable: null }),
      (error: unknown) => ({ loaded: this.loaded, unreachable: error }),
    );
    if (this.#asked !== asked) return this.#look;
    Object.assign(this, { loaded, unreachable, looking: false });
    this.#host.requestUpdate();
  }

  /** A slow one is waited for, or none would ever be shown. */
  #again = async (): Promise<void> => {
    if (!this.looking) await this.now();
  };

  #restored = (): void => {
    if (!this.#reading.held?.()) void this.now();
  };
}
