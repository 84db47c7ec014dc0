// Saving the fleet's list as a CSV file: how far it is, how it is stopped, and why it failed.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { OneAct } from '../core/one-act.ts';
import { dayStamp, saveFile } from '../core/save-file.ts';
import { machinesPage } from './attention-first.ts';
import type { List } from './list.ts';
import { PAGE_SIZE } from './reading.ts';
import type { Saving } from './save-list.ts';

export class FleetSaving implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #act: OneAct;
  saving: Saving | null = null;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    this.#act = new OneAct(host);
    host.addController(this);
  }

  hostConnected(): void {}

  get failure(): unknown {
    return this.#act.failure;
  }

  stop(): void {
    this.#act.stop();
  }

  /** Saves the list to its end, or nothing. `total`: how long that is, where it is known. */
  save(tenant: string, list: List, total: number | null): void {
    void this.#act.do(async (signal) => {
      this.#tell({ count: 0, total });
      try {
        const { everyMachine, fleetCsv } = await import('./csv.ts');
        const machines = list.found
          ? [...list.found.values()].map(({ machine }) => machine)
          : await everyMachine(
              (after) => machinesPage(tenant, list.question, after, PAGE_SIZE, signal),
              (count) => this.#tell({ count, total }),
              signal,
            );
        if (!machines || signal.aborted) return;
        saveFile(
          new Blob([fleetCsv(machines, Date.now())], { type: 'text/csv;charset=utf-8' }),
          `fleet-${dayStamp()}.csv`,
        );
      } finally {
        this.#tell(null);
      }
    });
  }

  #tell(saving: Saving | null): void {
    this.saving = saving;
    this.#host.requestUpdate();
  }
}
