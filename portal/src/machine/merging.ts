// Merging two ids of one PC: the other entry is chosen among some of the fleet, or named by its id. The controller shows the dialog.
import { html, nothing, type ReactiveController, type ReactiveControllerHost } from 'lit';
import type { Machine, MachineSummary } from '../../../schema/machine.ts';
import * as api from '../api/fleet.ts';
import { merge } from '../api/machines.ts';
import { OneAct } from '../core/one-act.ts';
import type { MergeChosen } from './merge-dialog.ts';
import './merge-dialog.ts';

/** How many other machines are offered by name. */
const CANDIDATES = 200;
const FILTER: api.FleetFilter = { sort: 'hostname', shelf: 'fleet' };

/** One merge at a time; put `render()` somewhere in the host's template. */
export class Merging implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #onMerged: (other: string) => void;
  readonly #act: OneAct;
  #asked: { tenant: string; kept: Machine; others: readonly MachineSummary[] } | null = null;

  /** `onMerged` hears which entry was taken in. */
  constructor(host: ReactiveControllerHost, onMerged: (other: string) => void) {
    this.#host = host;
    this.#onMerged = onMerged;
    this.#act = new OneAct(host);
    host.addController(this);
  }

  hostConnected(): void {}

  get busy(): boolean {
    return this.#act.busy;
  }

  /** Why they may not be merged, where the dialog has been closed meanwhile. */
  get failureBehind(): unknown {
    return this.#asked ? null : this.#act.failure;
  }

  /** Asks which entry becomes an alias of `kept`. Where the list does not come, the id can still be typed. */
  start(tenant: string, kept: Machine): Promise<void> {
    return this.#act.do(async (signal) => {
      const page = await api.machines(tenant, FILTER, null, CANDIDATES, signal).catch(() => null);
      if (signal.aborted) return;
      const others = (page?.machines ?? []).filter((one) => one.id !== kept.id);
      this.#asked = { tenant, kept, others };
    });
  }

  /** Another machine: nothing of the previous one may stay under its name. */
  forget(): void {
    this.#asked = null;
    this.#act.forget();
  }

  /** The outcome of a request that has already gone out is told when its answer comes. */
  #close = (): void => {
    this.#asked = null;
    if (this.#act.busy) this.#host.requestUpdate();
    else this.forget();
  };

  #merge(other: string): void {
    const asked = this.#asked;
    if (!asked) return;
    void this.#act.do(async (signal) => {
      await merge(asked.tenant, other, asked.kept.id);
      if (signal.aborted) return;
      this.#asked = null;
      this.#onMerged(other);
    });
  }

  render() {
    if (!this.#asked) return nothing;
    return html`<merge-dialog
      .machine=${this.#asked.kept}
      .others=${this.#asked.others}
      .busy=${this.#act.busy}
      .failure=${this.#act.failure}
      @merge-chosen=${(event: MergeChosen) => this.#merge(event.detail)}
      @closed=${this.#close}
    ></merge-dialog>`;
  }
}
