// The fleet page's figures about the whole fleet: counters that the live connection keeps up to date, runs by the
// quarter hour, and the clients.
import type { ReactiveControllerHost } from 'lit';
import type { ClientList, FleetCounts, Hour, Overview } from '../../../schema/machine.ts';
import * as api from '../api/fleet.ts';
import { overview as askOverview } from '../api/overview.ts';
import { Polling } from '../core/polling.ts';
import { withReadAgain } from './runs-per-day.ts';

/** Figures that a change does not carry are read again soon after one: the counters beside it have moved already. */
const READ_AGAIN_MS = 15_000;
const ACTIVITY_DAYS = 31;
/**
 * Runs begin and end now, and only what a PC brings late changes an earlier day: the whole chart is read so often, and its
 * last day in between, because each of its quarters is a row that is read and billed.
 */
const WHOLE_EVERY_MS = 10 * 60_000;

export class FleetFigures {
  readonly #host: ReactiveControllerHost;
  readonly #tenant: () => string;
  overview: Overview | null = null;
  hours: readonly Hour[] | null = null;
  clients: ClientList['clients'] = [];
  /** There are more than are listed: a choice of thousands is none, and the search finds by a client's name. */
  moreClients = false;
  /** Why the overview did not come. */
  failure: unknown = null;
  /** The counters as they were last told. */
  #told: FleetCounts | null = null;
  /** Whether something has changed since hours and clients were read. */
  #due = false;
  /** When the chart was last read whole. */
  #wholeAt = 0;

  constructor(host: ReactiveControllerHost, tenant: () => string, isLive: () => boolean) {
    this.#host = host;
    this.#tenant = tenant;
    new Polling(host, READ_AGAIN_MS, async () => {
      if (this.#due || !isLive()) await Promise.all([this.#readActivity(), this.#readClients()]);
    });
  }

  /** Another tenant: nothing of the previous one may stay under its name. */
  forget(): void {
    this.overview = this.hours = this.failure = this.#told = null;
    this.clients = [];
  }

  /** Takes the counters as they are now. */
  tell(counts: FleetCounts): void {
    this.#told = counts;
    if (this.overview) this.overview = { ...this.overview, ...counts };
    this.#due = true;
  }

  async readOverview(): Promise<void> {
    const tenant = this.#tenant();
    const told = this.#told;
    try {
      const [overview, { clients, next }] = await Promise.all([askOverview(tenant), api.clients(tenant)]);
      if (tenant !== this.#tenant()) return;
      // Counters that came while the answer was awaited go on top of it: the answer may be older.
      this.overview = told === this.#told ? overview : { ...overview, ...this.#told };
      this.#takeClients(clients, next);
      this.failure = null;
    } catch (error) {
      if (tenant === this.#tenant()) this.failure = error;
    }
    this.#host.requestUpdate();
  }

  #takeClients(clients: ClientList['clients'], next: string | null): void {
    this.clients = clients;
    this.moreClients = next !== null;
  }

  /** Reads what is missing. */
  async readMissing(): Promise<void> {
    await Promise.all([this.overview ? null : this.readOverview(), this.hours ? null : this.#readActivity()]);
  }

  async #readActivity(): Promise<void> {
    this.#due = false;
    const tenant = this.#tenant();
    try {
      const now = performance.now();
      const earlier = now - this.#wholeAt < WHOLE_EVERY_MS ? this.hours : null;
      const { hours } = await api.activity(tenant, earlier ? 1 : ACTIVITY_DAYS);
      if (tenant !== this.#tenant()) return;
      if (!earlier) this.#wholeAt = now;
      this.hours = earlier ? withReadAgain(earlier, hours) : hours;
    } catch {
      // The list reports the failure, and the earlier hours are still true.
      this.#due = true;
    }
    this.#host.requestUpdate();
  }

  async #readClients(): Promise<void> {
    const tenant = this.#tenant();
    try {
      const { clients, next } = await api.clients(tenant);
      if (tenant === this.#tenant()) this.#takeClients(clients, next);
    } catch {
      this.#due = true;
    }
    this.#host.requestUpdate();
  }
}
