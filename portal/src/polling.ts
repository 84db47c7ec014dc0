// A controller that repeats a page's work while the page is seen, and at once when it is seen again. Once the sign-in has run out it
// rests until somebody has signed in again.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { SESSION_EXPIRED, SESSION_RESTORED } from './api/http.ts';

export class Polling implements ReactiveController {
  readonly #work: () => Promise<void>;
  readonly #everyMs: number;
  #timer: ReturnType<typeof setInterval> | undefined;
  #busy = false;
  #resting = false;

  /** `work` handles its own failures. */
  constructor(host: ReactiveControllerHost, everyMs: number, work: () => Promise<void>) {
    this.#everyMs = everyMs;
    this.#work = work;
    host.addController(this);
  }

  hostConnected(): void {
    this.#timer = setInterval(this.#tick, this.#everyMs);
    document.addEventListener('visibilitychange', this.#tick);
    window.addEventListener(SESSION_EXPIRED, this.rest);
    window.addEventListener(SESSION_RESTORED, this.#again);
  }

  hostDisconnected(): void {
    clearInterval(this.#timer);
    document.removeEventListener('visibilitychange', this.#tick);
    window.removeEventListener(SESSION_EXPIRED, this.rest);
    window.removeEventListener(SESSION_RESTORED, this.#again);
  }

  /** Asks no more until somebody has signed in again: for a page that was told it may not read this. */
  rest = (): void => {
    this.#resting = true;
  };

  #again = (): void => {
    this.#resting = false;
    void this.#tick();
  };

  #tick = async (): Promise<void> => {
    if (document.hidden || this.#busy || this.#resting) return;
    this.#busy = true;
    try {
      await this.#work();
    } finally {
      this.#busy = false;
    }
  };
}
