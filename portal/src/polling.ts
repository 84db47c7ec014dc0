// A controller that repeats a page's work while the page is seen and its reader signed in, and at once when that is so again.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { SESSION_EXPIRED, SESSION_RESTORED } from './api/http.ts';

export class Polling implements ReactiveController {
  readonly #work: () => Promise<void>;
  readonly #everyMs: number;
  #timer: ReturnType<typeof setInterval> | undefined;
  #busy = false;
  #expired = false;

  /** `work` handles its own failures. */
  constructor(host: ReactiveControllerHost, everyMs: number, work: () => Promise<void>) {
    this.#everyMs = everyMs;
    this.#work = work;
    host.addController(this);
  }

  hostConnected(): void {
    this.#timer = setInterval(this.#tick, this.#everyMs);
    document.addEventListener('visibilitychange', this.#tick);
    window.addEventListener(SESSION_EXPIRED, this.#ended);
    window.addEventListener(SESSION_RESTORED, this.#restored);
  }

  hostDisconnected(): void {
    clearInterval(this.#timer);
    document.removeEventListener('visibilitychange', this.#tick);
    window.removeEventListener(SESSION_EXPIRED, this.#ended);
    window.removeEventListener(SESSION_RESTORED, this.#restored);
  }

  /** Without a sign-in every call would be refused. */
  #ended = (): void => {
    this.#expired = true;
  };

  #restored = (): void => {
    this.#expired = false;
    void this.#tick();
  };

  #tick = async (): Promise<void> => {
    if (document.hidden || this.#busy || this.#expired) return;
    this.#busy = true;
    try {
      await this.#work();
    } finally {
      this.#busy = false;
    }
  };
}
