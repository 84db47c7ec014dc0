// The events of the run that is looked at: the latest first, earlier ones when asked for, new ones as they come. A controller.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Run } from '../../schema/machine.ts';
import type { StoredEvent } from '../../schema/report.ts';
import * as api from './api/tenant.ts';

/** A run writes some hundreds of events. A list that holds very many is slow; who wants earlier ones asks. */
export const EVENTS_AT_ONCE = 2_000;

export class RunEvents implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #tenant: () => string;
  #run: string | null = null;
  #turn = 0;
  events: readonly StoredEvent[] = [];
  /** From which seq on they are here; 1: from the first. */
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
    this.#turn++;
    this.#run = null;
    this.events = [];
    this.failure = null;
    this.loading = false;
  }

  /** Reads what is new of a run. Where two are under way the later one goes on alone, or each event would come twice. */
  async refresh(run: Run): Promise<void> {
    if (this.#run !== run.id) {
      this.forget();
      this.#run = run.id;
      this.from = Math.max(1, run.nextSeq - EVENTS_AT_ONCE);
    }
    const turn = ++this.#turn;
    this.loading = this.events.length === 0;
    this.#host.requestUpdate();
    await this.#read(turn, this.events.at(-1)?.seq ?? this.from - 1, null, (page) => {
      this.events = [...this.events, ...page];
    });
  }

  /** Reads those before the first one that is here. */
  async readEarlier(): Promise<void> {
    const first = this.from;
    if (this.#run === null || first <= 1) return;
    const turn = ++this.#turn;
    const from = Math.max(1, first - EVENTS_AT_ONCE);
    let earlier: StoredEvent[] = [];
    const done = await this.#read(turn, from - 1, first, (page) => {
      earlier = [...earlier, ...page];
    });
    if (!done) return;
    this.from = from;
    this.events = [...earlier, ...this.events];
    this.#host.requestUpdate();
  }

  /** Page by page from after a seq, up to before another. False where it was overtaken or failed. */
  async #read(
    turn: number,
    start: number,
    before: number | null,
    take: (page: StoredEvent[]) => void,
  ): Promise<boolean> {
    const run = this.#run;
    let after: number | null = start;
    try {
      while (run !== null && after !== null && (before === null || after < before - 1)) {
        const page = await api.events(this.#tenant(), run, after);
        if (this.#turn !== turn) return false;
        const wanted = before === null ? page.events : page.events.filter(({ seq }) => seq < before);
        if (wanted.length > 0) take(wanted);
        after = page.next;
        this.#host.requestUpdate();
      }
      this.failure = null;
    } catch (error) {
      if (this.#turn !== turn) return false;
      this.failure = error;
    }
    this.loading = false;
    this.#host.requestUpdate();
    return this.failure === null;
  }
}
