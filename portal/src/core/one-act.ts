// One act at a time: what a page or a dialog does when somebody presses, its state and its outcome. A second press
// while one works does nothing; it is not kept for later either.
import type { ReactiveController, ReactiveControllerHost } from 'lit';

/**
 * Answers the words for when it is done. `signal` is aborted when it is to stop, or when nobody waits for it any more.
 */
type Work = (signal: AbortSignal) => Promise<string> | Promise<void>;

export class OneAct implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #after: () => Promise<void>;
  #running: AbortController | null = null;
  /** What is being done, for a page that does several things; null while nothing is. */
  doing: string | null = null;
  /** The failure of the last act; it stays until the next. */
  failure: unknown = null;
  /** What the last act said when it was done; it stays until the next. */
  said = '';

  /** `after` reads anew what an act has changed, handles its own failures, and is part of the act: what is shown then may be acted on. */
  constructor(host: ReactiveControllerHost, after: () => Promise<void> = async () => {}) {
    this.#host = host;
    this.#after = after;
    host.addController(this);
  }

  get busy(): boolean {
    return this.#running !== null;
  }

  /** A person who has gone elsewhere is told nothing there about an act begun here. */
  hostDisconnected(): void {
    this.forget();
  }

  /** Begins in this turn, so that no press comes between; does nothing while another act works. */
  async do(work: Work, what = ''): Promise<void> {
    if (this.#running) return;
    const running = new AbortController();
    this.#running = running;
    this.#show({ doing: what, failure: null, said: '' });
    try {
      const ended = await this.#outcome(work, running.signal);
      if (this.#running !== running) return;
      this.#show(ended);
      await this.#after();
    } finally {
      if (this.#running === running) {
        this.#running = null;
        this.#show({ doing: null });
      }
    }
  }

  async #outcome(work: Work, signal: AbortSignal): Promise<Pick<OneAct, 'failure' | 'said'>> {
    try {
      return { failure: null, said: (await work(signal)) ?? '' };
    } catch (error) {
      // Being stopped is not a failure.
      return { failure: signal.aborted && error === signal.reason ? null : error, said: '' };
    }
  }

  /** Asks the act to stop where it can; it works until it has stopped. */
  stop(): void {
    this.#running?.abort();
  }

  /** Leaves the act that works, and the last one's failure and words. Another may begin at once. */
  forget(): void {
    this.#running?.abort();
    this.#running = null;
    this.#show({ doing: null, failure: null, said: '' });
  }

  /** Says the outcome of something done elsewhere, as in a dialog of the page's. */
  say(words: string): void {
    this.#show({ failure: null, said: words });
  }

  #show(now: Partial<Pick<OneAct, 'doing' | 'failure' | 'said'>>): void {
    Object.assign(this, now);
    this.#host.requestUpdate();
  }
}
