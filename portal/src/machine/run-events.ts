// The events of the selected run: the latest first, earlier ones when asked for, new ones as they come. A controller.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Run } from '../../../schema/machine.ts';
import type { StoredEvent } from '../../../schema/report.ts';
import * as api from '../api/machines.ts';

/**
 * A run writes some hundreds of events. A list that holds very many is slow; a reader who wants earlier ones asks for
 * them.
 */
export const EVENTS_AT_ONCE = 2_000;

type Chosen = { run: string };

export class RunEvents implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #tenant: () => string;
  /** Another one each time a run is chosen: what is still read for the previous one is dropped. */
  #chosen: Chosen | null = null;
  #last: Promise<void> = Promise.resolve();
  events: readonly StoredEvent[] = [];
  /** The seq from which on they are here; 1: from the first. */
  from = 1;
  failure: unknown = null;
  loading = false;

  constructor(host: ReactiveControllerHost, tenant: () => string) {
    this.#host = host;
    this.#tenant = tenant;
    host.addController(this);
  }

  hostConnected(): void {}

  forget(): void {
    this.#chosen = null;
    this.events = [];
    this.failure = null;
    this.loading = false;
  }

  /** Reads a run's new events. */
  refresh({ id, nextSeq }: Run): Promise<void> {
    if (this.#chosen?.run !== id) {
      this.forget();
      this.#chosen = { run: id };
      this.from = Math.max(1, nextSeq - EVENTS_AT_ONCE);
      this.loading = true;
      this.#host.requestUpdate();
    }
    return this.#inTurn(this.#chosen, async (chosen) => {
      await this.#read(chosen, this.events.at(-1)?.seq ?? this.from - 1, null, (page) => {
        this.events = [...this.events, ...page];
      });
    });
  }

  /** Reads those before the first one that is here. */
  async readEarlier(): Promise<void> {
    if (!this.#chosen) return;
    await this.#inTurn(this.#chosen, async (chosen) => {
      const from = Math.max(1, this.from - EVENTS_AT_ONCE);
      const earlier: StoredEvent[] = [];
      if (from === this.from) return;
      if (!(await this.#read(chosen, from - 1, this.from, (page) => earlier.push(...page)))) return;
      this.from = from;
      this.events = [...earlier, ...this.events];
    });
  }

  /** One after the other, or two that read the same would each add it. */
  #inTurn(chosen: Chosen, work: (chosen: Chosen) => Promise<void>): Promise<void> {
    this.#last = this.#last.then(async () => {
      if (this.#chosen !== chosen) return;
      await work(chosen);
      if (this.#chosen !== chosen) return;
      this.loading = false;
      this.#host.requestUpdate();
    });
    return this.#last;
  }

  /** Page by page from after a seq, up to before another. False where another run was chosen meanwhile, or it failed. */
  async #read(
    chosen: Chosen,
    start: number,
    before: number | null,
    take: (page: StoredEvent[]) => void,
  ): Promise<boolean> {
    let after: number | null = start;
    try {
      while (after !== null && (before === null || after < before - 1)) {
        const page = await api.events(this.#tenant(), chosen.run, after);
        if (this.#chosen !== chosen) return false;
        const wanted = before === null ? page.events : page.events.filter(({ seq }) => seq < before);
        if (wanted.length > 0) take(wanted);
        after = page.next;
        this.#host.requestUpdate();
      }
      this.failure = null;
    } catch (error) {
      if (this.#chosen !== chosen) return false;
      this.failure = error;
    }
    return this.failure === null;
  }
}
