// Recent events in the fleet, gathered for people who do not see it change.

import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { FleetCounts } from '../../../schema/machine.ts';
import { newsBetween } from './words.ts';

/** Often enough to be news, seldom enough to be listened to. */
const EVERY_MS = 10_000;

export class FleetNews implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #counts: () => FleetCounts | null;
  #told: FleetCounts | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  /** In words; blank where nothing happened. */
  text = '';

  constructor(host: ReactiveControllerHost, counts: () => FleetCounts | null) {
    this.#host = host;
    this.#counts = counts;
    host.addController(this);
  }

  hostConnected(): void {
    this.#timer = setInterval(this.#tell, EVERY_MS);
  }

  hostDisconnected(): void {
    clearInterval(this.#timer);
  }

  /** Nothing before now is news: what follows is another fleet. */
  forget(): void {
    this.#told = null;
    this.text = '';
  }

  #tell = (): void => {
    const now = this.#counts();
    const text = now ? newsBetween(this.#told ?? now, now) : '';
    this.#told = now;
    if (text === this.text) return;
    this.text = text;
    this.#host.requestUpdate();
  };
}
