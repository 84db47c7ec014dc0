// A controller that repeats a page's work while the page is seen, and at once when it is seen again. Once the sign-in has run out it
// rests until somebody has signed in again. It works once at a time, so that no older answer is put over a newer one.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { SESSION_EXPIRED, SESSION_RESTORED } from '../api/http.ts';

export class Polling implements ReactiveController {
  readonly #work: () => Promise<void>;
  readonly #everyMs: number;
  #timer: ReturnType<typeof setInterval> | undefined;
  #working: Promise<void> | null = null;
  #again = false;
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
    window.addEventListener(SESSION_RESTORED, this.#restored);
  }

  hostDisconnected(): void {
    clearInterval(this.#timer);
    document.removeEventListener('visibilitychange', this.#tick);
    window.removeEventListener(SESSION_EXPIRED, this.rest);
    window.removeEventListener(SESSION_RESTORED, this.#restored);
  }

  /** Asks no more until somebody has signed in again: for a page that was told it may not read this. */
  rest = (): void => {
    this.#resting = true;
  };

  /**
   * Works now. A caller that asks while it is under way gets a later reading: the present one may not have seen their
   * act yet.
   */
  now(): Promise<void> {
    this.#again = true;
    this.#working ??= this.#inTurn();
    return this.#working;
  }

  async #inTurn(): Promise<void> {
    try {
      while (this.#again) {
        this.#again = false;
        await this.#work();
      }
    } finally {
      this.#working = null;
    }
  }

  #restored = (): void => {
    this.#resting = false;
    this.#tick();
  };

  #tick = (): void => {
    if (document.hidden || this.#working || this.#resting) return;
    void this.now();
  };
}
