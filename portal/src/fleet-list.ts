// What the fleet page shows, kept true: a list read page by page, changed in place by the live connection, and read anew after a gap.
import { Task } from '@lit/task';
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { FleetCounts } from '../../schema/live.ts';
import type { ClientList, Hour, MachinePage, MachineSummary, Match, Overview } from '../../schema/machine.ts';
import { ApiProblem } from './api/http.ts';
import * as api from './api/tenant.ts';
import { FleetNews } from './fleet-news.ts';
import { FleetRows } from './fleet-rows.ts';
import { isSearch, type Question } from './fleet-url.ts';
import { Live, type LiveState } from './live.ts';
import { Polling } from './polling.ts';

export const PAGE_SIZE = 200;
/** What is tried again by asking while nothing comes by itself. */
const POLL_MS = 15_000;
/** A poll reads no more than this again; who has scrolled further down has what was last told. */
const POLLED_ROWS = 1_000;
const ACTIVITY_MS = 60_000;
const ACTIVITY_DAYS = 31;
/** Answers that asking again does not change. */
const FORBIDDEN = ['not_a_member', 'role_forbids', 'tenant_suspended'];

export type List = {
  question: Question;
  rows: FleetRows;
  /** Where it is what a search found: each machine's match. */
  found: ReadonlyMap<string, Match> | null;
  more: boolean;
};

/** What the list is asked by: while something is searched for the filters rest. */
const keyOf = (question: Question): string =>
  isSearch(question) ? `q=${question.q.trim()}` : JSON.stringify({ ...question, q: '' });

export class FleetList implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #tenant: () => string;
  readonly #question: () => Question;
  readonly #seen: () => number;
  list: List | null = null;
  overview: Overview | null = null;
  hours: readonly Hour[] | null = null;
  clients: ClientList['clients'] = [];
  failure: unknown = null;
  /** Why the next page did not come. */
  pageFailure: unknown = null;
  refreshedAt: number | null = null;
  /** Counts what has changed in the rows, for who compares. */
  version = 0;
  readonly news: FleetNews;
  /** Whether somebody is at the rows, so that none may move. */
  #held = false;
  #begin: number;
  /** Whether changes were missed while another list was on its way. */
  #missed = false;
  #paging = false;
  #asking = 0;
  #activityDue = false;
  #frame = 0;
  readonly #incoming = new Map<string, MachineSummary>();
  /** What came while an answer was awaited, which may be older. */
  readonly #meanwhile = new Map<string, MachineSummary>();

  readonly #live: Live;
  readonly #polling: Polling;
  readonly #first: Task<readonly [string, string], List>;

  /** `seen`: up to which row the reader sees. `begin`: up to which row the first list is read, for who comes back to it. */
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
    this.news = new FleetNews(host, () => this.overview);
    this.#live = new Live(host, tenant, { changed: this.#changed, resync: () => void this.#readAgain(Infinity) });
    this.#polling = new Polling(host, POLL_MS, async () => {
      if (this.failure !== null) await this.retry();
      else if (this.#live.state !== 'live') await this.#readAgain(POLLED_ROWS);
    });
    new Polling(host, ACTIVITY_MS, async () => {
      if (this.#activityDue || this.#live.state !== 'live') await this.#readActivity();
    });
    new Task(host, {
      args: () => [tenant()] as const,
      task: async () => {
        this.overview = this.list = this.hours = null;
        this.news.forget();
        this.#incoming.clear();
        await Promise.all([this.#readOverview(), this.#readActivity()]);
      },
      onError: (error) => this.#failed(error),
    });
    this.#first = new Task(host, {
      args: () => [tenant(), keyOf(question())] as const,
      task: ([of], { signal }) => this.#asked(() => this.#read(of, question(), signal)),
      onComplete: (list) => this.#take(list),
      onError: (error) => this.#failed(error),
    });
  }

  hostDisconnected(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  get live(): LiveState {
    return this.#live.state;
  }

  /** Whether `list` is what is asked for: another filter's rows are never shown under this one's. */
  get isCurrent(): boolean {
    return this.list !== null && keyOf(this.list.question) === keyOf(this.#question());
  }

  /** How long the list is at its end; null where nobody has counted. */
  get total(): number | null {
    const { list, overview } = this;
    if (!list) return null;
    if (list.rows.next === null) return list.rows.length;
    const { shelf, status, client, attention } = list.question;
    if (!overview || client !== undefined) return null;
    if (shelf === 'archived') return status || attention ? null : overview.archived;
    if (attention) return status ? null : overview.attention;
    if (status === 'stalled') return overview.stalled;
    return status ? (overview.runs[status] ?? 0) : overview.machines;
  }

  /** Asks for everything anew, as when somebody presses "Try again". */
  async retry(): Promise<void> {
    this.pageFailure = null;
    if (this.isCurrent) await this.#readAgain(POLLED_ROWS);
    else await this.#first.run();
    if (this.overview === null) await this.#readOverview().catch((error: unknown) => this.#failed(error));
    if (this.hours === null) await this.#readActivity();
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
    try {
      const page = await this.#asked(() => api.machines(this.#tenant(), list.question, after, PAGE_SIZE));
      // Read anew meanwhile, it goes on from elsewhere.
      if (list.rows.next === after) list.rows.addPage(page);
      this.#settle(list);
    } catch (error) {
      this.pageFailure = error;
    } finally {
      this.#paging = false;
      this.#redraw();
    }
  }

  async #read(tenant: string, question: Question, signal: AbortSignal): Promise<List> {
    if (isSearch(question)) {
      const { matches, more } = await api.search(tenant, question.q.trim(), signal);
      const page = { machines: matches.map(({ machine }) => machine), next: null };
      const found = new Map(matches.map((match) => [match.machine.id, match]));
      return { question, rows: new FleetRows('found', page), found, more };
    }
    const page = await this.#pages(question, this.#begin);
    this.#begin = 0;
    return { question, rows: new FleetRows(question, page), found: null, more: false };
  }

  #take(list: List): void {
    this.list = list;
    this.pageFailure = null;
    this.#settle(list);
    this.#fresh();
    if (this.#missed) void this.#readAgain(POLLED_ROWS);
  }

  /** Reads again what is shown, up to the row that the reader has come to. */
  async #readAgain(most: number): Promise<void> {
    const { list } = this;
    this.#missed = !this.isCurrent;
    if (!list || this.#missed) return;
    const seen = this.#seen();
    const wanted = seen > most ? 0 : seen;
    try {
      const [page] = await Promise.all([
        this.#asked(() => (list.found ? this.#searchAgain(list) : this.#pages(list.question, wanted))),
        this.#readOverview(),
      ]);
      // An answer to an older question says nothing of the present one, nor takes its failure away.
      if (list !== this.list || !this.isCurrent) return;
      // Deeper than a poll reads, the rows stay as they were told.
      if (wanted === seen || list.found) list.rows.renew(page, this.#held);
      else list.rows.change(page.machines, this.#held);
      this.pageFailure = null;
      this.#settle(list);
      this.#fresh();
    } catch (error) {
      if (list === this.list && this.isCurrent) this.#failed(error);
    }
  }

  async #searchAgain(list: List): Promise<MachinePage> {
    const { rows, found } = await this.#read(this.#tenant(), list.question, AbortSignal.timeout(POLL_MS));
    list.found = found;
    return {
      machines: Array.from({ length: rows.length }, (_, index) => rows.at(index)).filter((row) => row !== undefined),
      next: null,
    };
  }

  async #pages(question: Question, count: number): Promise<MachinePage> {
    const machines = new Map<string, MachineSummary>();
    let next: string | null = null;
    do {
      const page: MachinePage = await api.machines(this.#tenant(), question, next, PAGE_SIZE);
      for (const machine of page.machines) machines.set(machine.id, machine);
      next = page.next;
    } while (next !== null && machines.size < count);
    return { machines: [...machines.values()], next };
  }

  async #readOverview(): Promise<void> {
    const tenant = this.#tenant();
    const [overview, { clients }] = await Promise.all([api.overview(tenant), api.clients(tenant)]);
    if (tenant !== this.#tenant()) return;
    this.overview = overview;
    this.clients = clients;
    this.#host.requestUpdate();
  }

  async #readActivity(): Promise<void> {
    this.#activityDue = false;
    const tenant = this.#tenant();
    try {
      const { hours } = await api.activity(tenant, ACTIVITY_DAYS);
      if (tenant === this.#tenant()) this.hours = hours;
    } catch {
      // The list says what fails, and the hours of before are still true.
      this.#activityDue = true;
    }
    this.#host.requestUpdate();
  }

  /** Remembers what comes while it is awaited. */
  async #asked<T>(ask: () => Promise<T>): Promise<T> {
    if (this.#asking === 0) this.#meanwhile.clear();
    this.#asking += 1;
    try {
      return await ask();
    } finally {
      this.#asking -= 1;
    }
  }

  #settle(list: List): void {
    list.rows.change(this.#meanwhile.values(), this.#held);
  }

  #fresh(): void {
    this.failure = null;
    this.refreshedAt = Date.now();
    this.#redraw();
  }

  #failed(error: unknown): void {
    this.failure = error;
    if (error instanceof ApiProblem && FORBIDDEN.includes(error.code)) this.#polling.rest();
    this.#host.requestUpdate();
  }

  /** Many changes make one render: they are gathered until the browser draws, each machine as it is last. */
  #changed = (machines: readonly MachineSummary[], counts: FleetCounts): void => {
    for (const machine of machines) {
      this.#incoming.set(machine.id, machine);
      if (this.#asking > 0) this.#meanwhile.set(machine.id, machine);
    }
    if (this.overview) this.overview = { ...this.overview, ...counts };
    this.#activityDue = true;
    this.#frame ||= requestAnimationFrame(this.#drawIncoming);
  };

  #drawIncoming = (): void => {
    this.#frame = 0;
    this.refreshedAt = Date.now();
    if (this.list?.rows.change(this.#incoming.values(), this.#held)) this.version += 1;
    this.#incoming.clear();
    this.#host.requestUpdate();
  };

  #redraw(): void {
    this.version += 1;
    this.#host.requestUpdate();
  }
}
