// Several PCs at once: which are selected, and what is done with them. They are archived one by one, each on record as ever; what was done
// can be undone.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { MachineSummary } from '../../../schema/machine.ts';
import { moveMachine } from '../api/machines.ts';
import { inLanes } from '../core/lanes.ts';
import { OneAct } from '../core/one-act.ts';
import { dayStamp, saveFile } from '../core/save-file.ts';
import { machineCount } from './words.ts';

/** As many as a person may ask for within a minute, with room for what else they do (docs/limits.md). */
export const SELECTED_MAX = 200;
const LANES = 4;

export class FleetSelecting implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly act: OneAct;
  selected: ReadonlySet<string> = new Set();
  /** How far an act is. */
  done = 0;
  of = 0;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    this.act = new OneAct(host);
    host.addController(this);
  }

  hostConnected(): void {}

  select(ids: ReadonlySet<string>): void {
    this.selected = new Set([...ids].slice(0, SELECTED_MAX));
    this.#host.requestUpdate();
  }

  clear = (): void => this.select(new Set());

  async export(machines: readonly MachineSummary[]): Promise<void> {
    const { fleetCsv } = await import('./csv.ts');
    saveFile(new Blob([fleetCsv(machines, Date.now())], { type: 'text/csv;charset=utf-8' }), `pcs-${dayStamp()}.csv`);
  }

  archive(tenant: string): void {
    const ids = [...this.selected];
    void this.act.do(async (signal) => {
      const moved: string[] = [];
      try {
        await this.#move(tenant, ids, 'archive', signal, moved);
      } finally {
        // Also where it was refused in between: what was moved can be brought back.
        if (moved.length > 0 && !signal.aborted)
          this.act.offer(`${machineCount(moved.length)} archived`, (undoing) =>
            this.#bringBack(tenant, moved, undoing),
          );
      }
    });
  }

  async #bringBack(tenant: string, ids: readonly string[], signal: AbortSignal): Promise<string> {
    await this.#move(tenant, ids, 'restore', signal, []);
    return `${machineCount(ids.length)} brought back`;
  }

  /** `moved` takes up those that were: what is stopped or refused in between leaves the others where they are, selected. */
  async #move(
    tenant: string,
    ids: readonly string[],
    act: 'archive' | 'restore',
    signal: AbortSignal,
    moved: string[],
  ): Promise<void> {
    const tell = (): void => {
      [this.done, this.of] = [moved.length, ids.length];
      this.#host.requestUpdate();
    };
    tell();
    try {
      await inLanes(
        ids,
        async (id) => {
          if (signal.aborted) return;
          await moveMachine(tenant, id, act);
          moved.push(id);
          tell();
        },
        LANES,
      );
    } finally {
      this.selected = new Set([...this.selected].filter((id) => !moved.includes(id)));
    }
  }
}
