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
  readonly #act: OneAct;
  selected: ReadonlySet<string> = new Set();
  /** What was archived last, to bring it back. */
  #archived: readonly string[] = [];
  /** How far an act is. */
  done = 0;
  of = 0;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    this.#act = new OneAct(host);
    host.addController(this);
  }

  hostConnected(): void {}

  get failure(): unknown {
    return this.#act.failure;
  }

  get busy(): boolean {
    return this.#act.busy;
  }

  get said(): string {
    return this.#act.said;
  }

  get canUndo(): boolean {
    return this.#archived.length > 0 && !this.busy;
  }

  select(ids: ReadonlySet<string>): void {
    this.selected = new Set([...ids].slice(0, SELECTED_MAX));
    this.#host.requestUpdate();
  }

  clear = (): void => this.select(new Set());

  /** The words of the last act have been read. */
  forget = (): void => {
    this.#archived = [];
    this.#act.forget();
    this.#host.requestUpdate();
  };

  async export(machines: readonly MachineSummary[]): Promise<void> {
    const { fleetCsv } = await import('./csv.ts');
    saveFile(new Blob([fleetCsv(machines, Date.now())], { type: 'text/csv;charset=utf-8' }), `pcs-${dayStamp()}.csv`);
  }

  archive(tenant: string): void {
    const ids = [...this.selected];
    void this.#act.do(async (signal) => {
      this.#archived = await this.#move(tenant, ids, 'archive', signal);
      this.clear();
      return `${machineCount(this.#archived.length)} archived`;
    });
  }

  undo(tenant: string): void {
    const ids = this.#archived;
    void this.#act.do(async (signal) => {
      this.#archived = [];
      await this.#move(tenant, ids, 'restore', signal);
      return `${machineCount(ids.length)} brought back`;
    });
  }

  /** Those that were moved: what is stopped or refused in between leaves the others where they are, selected. */
  async #move(
    tenant: string,
    ids: readonly string[],
    act: 'archive' | 'restore',
    signal: AbortSignal,
  ): Promise<string[]> {
    const moved: string[] = [];
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
      if (act === 'archive') this.#archived = moved;
    }
    return moved;
  }
}
