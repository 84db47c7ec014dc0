// The state of the connection to the server: reached, unreachable and retried, or signed out. It heals by itself, and
// tells the callers that failed without it.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Me } from '../../../schema/person.ts';
import { askSignIn, isProblem, SESSION_EXPIRED, type SignIn, UNREACHABLE } from '../api/http.ts';
import * as api from '../api/me.ts';
import { SESSION_CHANNEL } from './returning.ts';

/** `signed_out` rests only on the word of Access or the API itself. */
export type ReachState = 'reached' | 'unreachable' | 'signed_out';

const TRY_FIRST_MS = 1_000;
const TRY_MAX_MS = 30_000;

export class Reach implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #onBack: (me: Me) => void;
  readonly #session = new BroadcastChannel(SESSION_CHANNEL);
  state: ReachState = 'reached';
  /** What Access said about the portal's own sign-in when the API could not be reached. */
  signIn: SignIn = 'unknown';
  /** When it is tried again, ms since the epoch; null while it is being tried. */
  triesAt: number | null = null;
  /** Whether the last request about the person got no answer. */
  #failing = false;
  #waitMs = TRY_FIRST_MS;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #trying = false;
  #tryOnceMore = false;

  /** `onBack` is told who is signed in once the API answers again. */
  constructor(host: ReactiveControllerHost, onBack: (me: Me) => void) {
    this.#host = host;
    this.#onBack = onBack;
    host.addController(this);
  }

  hostConnected(): void {
    window.addEventListener(UNREACHABLE, this.#doubt);
    window.addEventListener(SESSION_EXPIRED, this.#signedOut);
    window.addEventListener('offline', this.#doubt);
    window.addEventListener('online', this.#soon);
    document.addEventListener('visibilitychange', this.#soon);
    // Somebody has signed in through the pop-up: it may be another person, even if this tab has not missed anything
    // yet.
    this.#session.onmessage = () => {
      this.#failing = true;
      void this.tryNow();
    };
  }

  hostDisconnected(): void {
    window.removeEventListener(UNREACHABLE, this.#doubt);
    window.removeEventListener(SESSION_EXPIRED, this.#signedOut);
    window.removeEventListener('offline', this.#doubt);
    window.removeEventListener('online', this.#soon);
    document.removeEventListener('visibilitychange', this.#soon);
    this.#session.onmessage = null;
    clearTimeout(this.#timer);
  }

  /** Asks the API who is signed in. A caller that asks while it is under way has it asked once more. */
  async tryNow(): Promise<void> {
    this.#tryOnceMore = this.#trying;
    if (this.#trying) return;
    this.#trying = true;
    clearTimeout(this.#timer);
    this.triesAt = null;
    this.#host.requestUpdate();
    const me = await api.me().catch((error: unknown) => error);
    this.#trying = false;
    if (this.#tryOnceMore) return this.tryNow();
    if (me instanceof Error) await this.failed(me);
    else this.#back(me as Me);
  }

  #back(me: Me): void {
    const wasFailing = this.#failing;
    this.#failing = false;
    this.state = 'reached';
    this.#waitMs = TRY_FIRST_MS;
    if (wasFailing) this.#onBack(me);
    this.#host.requestUpdate();
  }

  /** The question of who is signed in failed: it is asked again by itself. */
  async failed(error: unknown): Promise<void> {
    this.#failing = true;
    if (isProblem(error, 'session_expired')) this.state = 'signed_out';
    else if (isProblem(error, 'unreachable')) {
      this.signIn = await askSignIn();
      this.state = 'unreachable';
    } else this.state = 'reached';
    this.#later();
    this.#host.requestUpdate();
  }

  #later(): void {
    clearTimeout(this.#timer);
    // Spread out, so that a fleet of portals does not come back in one instant.
    const wait = this.#waitMs * (0.5 + Math.random() / 2);
    this.#waitMs = Math.min(this.#waitMs * 2, TRY_MAX_MS);
    this.triesAt = Date.now() + wait;
    this.#timer = setTimeout(() => {
      if (!document.hidden) void this.tryNow();
    }, wait);
  }

  /** One call without an answer does not make the server unreachable: it may be that call alone. */
  #doubt = (): void => {
    if (this.state === 'reached' && !this.#trying) void this.tryNow();
  };

  #signedOut = (): void => {
    if (this.#trying || this.state === 'signed_out') return;
    this.state = 'signed_out';
    this.#failing = true;
    this.#waitMs = TRY_FIRST_MS;
    this.#later();
    this.#host.requestUpdate();
  };

  /** The server may be back. */
  #soon = (): void => {
    if (this.state !== 'reached' && !document.hidden) void this.tryNow();
  };
}
