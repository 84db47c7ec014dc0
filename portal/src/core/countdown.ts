// Seconds that run out, for things that are shown only for a while. By the clock, not by counting: a machine that slept
// has used them up.
import type { ReactiveController, ReactiveControllerHost } from 'lit';

const LOOK_EVERY_MS = 250;

export class Countdown implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #onOver: () => void;
  readonly #now: () => number;
  #endsAt = 0;
  #seenAt = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  secondsLeft = 0;

  /** `now` answers ms since the epoch. */
  constructor(host: ReactiveControllerHost, onOver: () => void, now: () => number = Date.now) {
    this.#host = host;
    this.#onOver = onOver;
    this.#now = now;
    host.addController(this);
  }

  start(seconds: number): void {
    this.stop();
    this.#seenAt = this.#now();
    this.#endsAt = this.#seenAt + seconds * 1000;
    this.#timer = setInterval(this.look, LOOK_EVERY_MS);
    this.look();
  }

  /** More time on top of what is left. */
  extend(seconds: number): void {
    this.#endsAt += seconds * 1000;
    this.look();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Looks at the clock now. */
  look = (): void => {
    const now = this.#now();
    // A clock that is set back gives no time.
    this.#endsAt -= Math.max(0, this.#seenAt - now);
    this.#seenAt = now;
    const left = Math.ceil((this.#endsAt - now) / 1000);
    if (left !== this.secondsLeft) {
      this.secondsLeft = left;
      this.#host.requestUpdate();
    }
    if (left > 0 || this.#timer === undefined) return;
    this.stop();
    this.#onOver();
  };

  hostDisconnected(): void {
    this.stop();
  }
}
