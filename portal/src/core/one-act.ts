// One act at a time: what a page or a dialog does when somebody presses, its state and its outcome. A second press
// while one works does nothing; it is not kept for later either.
import type { ReactiveController, ReactiveControllerHost } from 'lit';

/**
 * Answers the words for when it is done, or a toast's where it can be taken back. `signal` is aborted when it is to stop, or when nobody waits
 * for it any more.
 */
type Work = (signal: AbortSignal) => Promise<string | Passing> | Promise<void>;

/** What was just done, in the words of a toast, and the way back; null: there is none, or it is being gone. */
export type Passing = { words: string; undo: ((signal: AbortSignal) => Promise<string>) | null };

const UNDOING = 'Undoing …';

export class OneAct implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #after: () => Promise<void>;
  #running: AbortController | null = null;
  /** What is being done, for a page that does several things; null while nothing is. */
  doing: string | null = null;
  #last = '';
  #words: Passing | null = null;
  /** The failure of the last act; it stays until the next. */
  failure: unknown = null;
  /** What the last act said when it was done; it stays until the next, or until it has been read. */
  said = '';
  /** What can be taken back; it stays until the next act, or until it has been read. */
  passing: Passing | null = null;

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
    this.#last = what;
    this.#show({ doing: what, failure: null, said: '', passing: null });
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

  async #outcome(work: Work, signal: AbortSignal): Promise<Partial<Pick<OneAct, 'failure' | 'said' | 'passing'>>> {
    try {
      const ended = (await work(signal)) ?? '';
      return typeof ended === 'string' ? { said: ended } : { passing: ended };
    } catch (error) {
      // Being stopped is not a failure.
      return { failure: signal.aborted && error === signal.reason ? null : error };
    }
  }

  /** The failure, where this is what was being done: the form that asked for it says why. */
  failureOf(what: string): unknown {
    return this.#last === what ? this.failure : null;
  }

  /** The failure of whatever no form says; null: that form is not shown. */
  failureBut(...whats: readonly (string | null)[]): unknown {
    return whats.includes(this.#last) ? null : this.failure;
  }

  /** What failed is no longer being tried, as where its form was closed. */
  letFailurePass(): void {
    if (!this.busy) this.#show({ failure: null });
  }

  /** Asks the act to stop where it can; it works until it has stopped. */
  stop(): void {
    this.#running?.abort();
  }

  /** Leaves the act that works, and the last one's failure and words. Another may begin at once. */
  forget(): void {
    this.#running?.abort();
    this.#running = null;
    this.#show({ doing: null, failure: null, said: '', passing: null });
  }

  /** Says the outcome of something done elsewhere, as in a dialog of the page's. */
  say(words: string): void {
    this.#show({ failure: null, said: words });
  }

  /** Says what was just done, and how it is taken back, which may be tried again where it fails. */
  offer(words: string, undo: Passing['undo']): void {
    this.#show({ passing: { words, undo } });
  }

  /** Takes back what was just done. It is an act like others, and a second press finds nothing to take back. */
  takeBack = async (): Promise<void> => {
    const { passing } = this;
    const undo = passing?.undo;
    if (!passing || !undo) return;
    await this.do(async (signal) => {
      this.offer(UNDOING, null);
      try {
        const words = await undo(signal);
        if (words === '') this.letPass();
        return words === '' ? '' : { words, undo: null };
      } catch (error) {
        if (signal.aborted) throw error;
        this.offer(passing.words, undo);
        throw new Error(`It was not undone. ${error instanceof Error ? error.message : error}`, { cause: error });
      }
    });
  };

  /** What is to be read of the last act: a toast's words. */
  get news(): Passing | null {
    return this.passing ?? this.#saidAs;
  }

  /** It has been read. */
  letPass = (): void => this.#show({ passing: null, said: '' });

  /** The same object for as long as the same is said. */
  get #saidAs(): Passing | null {
    const { said } = this;
    if (said !== this.#words?.words) this.#words = said === '' ? null : { words: said, undo: null };
    return this.#words;
  }

  #show(now: Partial<Pick<OneAct, 'doing' | 'failure' | 'said' | 'passing'>>): void {
    Object.assign(this, now);
    this.#host.requestUpdate();
  }
}
