// The fleet page's list, kept up to date: a list read page by page, changed in place by the live connection, and read
// anew after a gap.
import { Task } from '@lit/task';
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { FleetCounts, MachineSummary, Match } from '../../../schema/machine.ts';
import { ApiProblem } from '../api/http.ts';
import { Live, type LiveState } from '../api/live.ts';
import { Polling } from '../core/polling.ts';
import { machinesPage } from './attention-first.ts';
import { FleetFigures } from './figures.ts';
import { type Changes, Incoming } from './incoming.ts';
import { FleetNews } from './news.ts';
import { keyOf, PAGE_SIZE, readList } from './reading.ts';
import { FleetRows } from './rows.ts';
import type { Question } from './url.ts';

/** How often the list is polled while nothing comes by itself. */
const POLL_MS = 15_000;
/** A poll reads no more than this again; a reader who has scrolled further down sees what was last told. */
const POLLED_ROWS = 1_000;
/** Answers that asking again does not change. */
const FORBIDDEN = ['not_a_member', 'role_forbids', 'tenant_suspended'];

export type List = {
  question: Question;
  rows: FleetRows;
  /** Where it is what a search found: each machine's match. */
  found: ReadonlyMap<string, Match> | null;
  more: boolean;
  /** How many more; null where they are more than are counted. */
  further: number | null;
};

export class FleetList implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #tenant: () => string;
  readonly #question: () => Question;
  readonly #seen: () => number;
  list: List | null = null;
  readonly figures: FleetFigures;
  #failure: unknown = null;
  /** Why the next page did not come. */
  pageFailure: unknown = null;
  refreshedAt: number | null = null;
  /** Counts changes in the rows, for those who compare. */
  version = 0;
  readonly news: FleetNews;
  /** Whether somebody is at the rows, so that none may move. */
  #held = false;
  #begin: number;
  /** Whether changes were missed while another list was on its way. */
  #missed = false;
  #paging = false;
  #reading: Promise<void> | null = null;
  /** Up to which row is to be read again; 0: nothing is. */
  #readUpTo = 0;
  /** Counts the answers that were taken over what was shown. */
  #taken = 0;
  readonly #incoming = new Incoming((machines) => this.#draw(machines));

  readonly #live: Live;
  readonly #polling: Polling;
  readonly #first: Task<readonly [string, string], readonly [List, Changes]>;

  /**
   * `seen`: up to which row the reader sees. `begin`: up to which row the first list is read, for a reader who comes
   * back to it.
   */
  constructor(
    host: ReactiveControllerHost,
    {
      tenant,
      question,
      seen,
      begin,
    }: { tenant: () => string; question: () => Question; seen: () => number; begin: number },
  ) {
    this.#begin = Math.min(begin, POLLED_ROWS);
    this.#host = host;
    this.#seen = seen;
    this.#tenant = tenant;
    this.#question = question;
    host.addController(this);
    this.figures = new FleetFigures(host, tenant, () => this.live === 'live');
    this.news = new FleetNews(host, () => this.figures.overview);
    this.#live = new Live(host, tenant, { changed: this.#changed, resync: () => void this.#readAgain(Infinity) });
    this.#polling = new Polling(host, POLL_MS, async () => {
      if (this.failure !== null) await this.retry();
      else if (this.#live.state !== 'live') await this.#readAgain(POLLED_ROWS);
    });
    new Task(host, {
      args: () => [tenant()] as const,
      task: async () => {
        this.list = this.#failure = this.pageFailure = this.refreshedAt = null;
        this.figures.forget();
        this.news.forget();
        this.#incoming.forget();
        await this.figures.readMissing();
      },
    });
    this.#first = new Task(host, {
      args: () => [tenant(), keyOf(question())] as const,
      task: ([of], { signal }) => this.#incoming.during(() => this.#readFirst(of, question(), signal)),
      onComplete: ([list, meanwhile]) => this.#take(list, meanwhile),
      onError: (error) => this.#failed(error),
    });
  }

  hostDisconnected(): void {
    this.#incoming.forget();
  }

  get live(): LiveState {
    return this.#live.state;
  }

  /** Whether `list` is the requested one: another filter's rows are never shown under this one's. */
  get isCurrent(): boolean {
    return this.list !== null && keyOf(this.list.question) === keyOf(this.#question());
  }

  /** How long the list is at its end; null where nobody has counted. */
  get total(): number | null {
    const { list } = this;
    const { overview } = this.figures;
    if (!list) return null;
    if (list.rows.next === null) return list.rows.length;
    const { shelf, status, client, attention, toRotate } = list.question;
    if (!overview || client !== undefined) return null;
    if (shelf === 'archived' || shelf === 'aside') return status || attention || toRotate ? null : overview[shelf];
    if (toRotate) return status ? null : overview.rotating;
    if (attention) return status ? null : overview.attention;
    if (status === 'stalled') return overview.stalled;
    return status ? (overview.runs[status] ?? 0) : overview.machines;
  }

  /** The failures to load. */
  get failure(): unknown {
    return this.#failure ?? this.figures.failure;
  }

  /** Asks for everything anew, as when somebody presses "Try again". */
  async retry(): Promise<void> {
    this.pageFailure = null;
    if (this.isCurrent) await this.#readAgain(POLLED_ROWS);
    else await this.#first.run();
    await this.figures.readMissing();
  }

  hold(held: boolean): void {
    this.#held = held;
    if (!held) this.letIn();
  }

  letIn(): void {
    if (this.list?.rows.waiting === 0) return;
    this.list?.rows.letIn();
    this.#redraw();
  }

  /** Fetches the next page, unless it is on its way. */
  async more(): Promise<void> {
    const { list } = this;
    const after = list?.rows.next ?? null;
    if (this.#paging || !list || after === null || this.pageFailure !== null) return;
    this.#paging = true;
    const taken = this.#taken;
    try {
      const [page, meanwhile] = await this.#incoming.during(() =>
        machinesPage(this.#tenant(), list.question, after, PAGE_SIZE),
      );
      // Read anew meanwhile, the page is older than what it would be added to.
      if (list !== this.list || taken !== this.#taken) return;
      list.rows.addPage(page);
      list.rows.change(meanwhile.values(), this.#held);
    } catch (error) {
      if (list === this.list) this.pageFailure = error;
    } finally {
      this.#paging = false;
      this.#redraw();
    }
  }

  async #readFirst(tenant: string, question: Question, signal: AbortSignal): Promise<List> {
    const { page, found, more, further } = await readList(tenant, question, this.#begin, signal);
    this.#begin = 0;
    return { question, rows: new FleetRows(found ? 'found' : question, page), found, more, further };
  }

  #take(list: List, meanwhile: Changes): void {
    list.rows.change(meanwhile.values(), this.#held);
    this.list = list;
    this.pageFailure = null;
    this.#fresh();
    if (this.#missed) void this.#readAgain(POLLED_ROWS);
  }

  /**
   * Reads again what is shown. One at a time, or an answer might replace a newer one; requests that come meanwhile are
   * served after that.
   */
  #readAgain(most: number): Promise<void> {
    this.#readUpTo = Math.max(this.#readUpTo, most);
    this.#reading ??= this.#readInTurn();
    return this.#reading;
  }

  async #readInTurn(): Promise<void> {
    while (this.#readUpTo > 0) {
      const most = this.#readUpTo;
      this.#readUpTo = 0;
      await this.#readOnce(most);
    }
    this.#reading = null;
  }

  /** Up to the row that the reader has come to, and no more than `most`. */
  async #readOnce(most: number): Promise<void> {
    const { list } = this;
    this.#missed = !this.isCurrent;
    if (!list || this.#missed) return;
    const seen = this.#seen();
    const wanted = seen > most ? 0 : seen;
    try {
      const [[{ page, found, more, further }], meanwhile] = await this.#incoming.during(() =>
        Promise.all([readList(this.#tenant(), list.question, wanted), this.figures.readOverview()]),
      );
      // An answer to an older question says nothing about the present one, and does not clear its failure.
      if (list !== this.list || !this.isCurrent) return;
      this.#taken += 1;
      list.found = found;
      list.more = more;
      list.further = further;
      // Deeper than a poll reads, the rows stay as they were told.
      if (wanted === seen || found) list.rows.renew(page, this.#held);
      else list.rows.change(page.machines, this.#held);
      list.rows.change(meanwhile.values(), this.#held);
      this.pageFailure = null;
      this.#fresh();
    } catch (error) {
      if (list === this.list && this.isCurrent) this.#failed(error);
    }
  }

  #fresh(): void {
    this.#failure = null;
    this.refreshedAt = Date.now();
    this.#redraw();
  }

  #failed(error: unknown): void {
    this.#failure = error;
    if (error instanceof ApiProblem && FORBIDDEN.includes(error.code)) this.#polling.rest();
    this.#host.requestUpdate();
  }

  #changed = (machines: readonly MachineSummary[], counts: FleetCounts): void => {
    this.figures.tell(counts);
    this.#incoming.add(machines);
  };

  #draw(machines: Iterable<MachineSummary>): void {
    this.refreshedAt = Date.now();
    if (this.list?.rows.change(machines, this.#held)) this.version += 1;
    this.#host.requestUpdate();
  }

  #redraw(): void {
    this.version += 1;
    this.#host.requestUpdate();
  }
}
