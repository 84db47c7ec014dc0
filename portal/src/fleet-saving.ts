// Saving the fleet's list as a CSV file: how far it is, how it is stopped, and why it failed.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import * as api from './api/tenant.ts';
import type { Saving } from './elements/save-list.ts';
import type { List } from './fleet-list.ts';
import { PAGE_SIZE } from './fleet-reading.ts';
import { dayStamp, saveFile } from './save-file.ts';

export class FleetSaving implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  saving: Saving | null = null;
  failure: unknown = null;
  #stop: AbortController | null = null;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.stop();
  }

  stop(): void {
    this.#stop?.abort();
  }

  /** Saves the list to its end, or nothing. `total`: how long that is, where it is known. */
  async save(tenant: string, list: List, total: number | null): Promise<void> {
    const stop = new AbortController();
    this.#stop = stop;
    this.failure = null;
    this.#tell({ count: 0, total });
    try {
      const { everyMachine, fleetCsv } = await import('./fleet-csv.ts');
      const machines = list.found
        ? [...list.found.values()].map(({ machine }) => machine)
        : await everyMachine(
            (after) => api.machines(tenant, list.question, after, PAGE_SIZE, stop.signal),
            (count) => this.#tell({ count, total }),
            stop.signal,
          );
      if (!machines) return;
      saveFile(
        new Blob([fleetCsv(machines, Date.now())], { type: 'text/csv;charset=utf-8' }),
        `fleet-${dayStamp()}.csv`,
      );
    } catch (error) {
      if (!stop.signal.aborted) this.failure = error;
    } finally {
      this.#tell(null);
    }
  }

  #tell(saving: Saving | null): void {
    this.saving = saving;
    this.#host.requestUpdate();
  }
}
