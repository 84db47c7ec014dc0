// Merging two ids of one PC: the other entry is chosen among some of the fleet, or named by its id. The controller shows the dialog.
import { html, nothing, type ReactiveController, type ReactiveControllerHost } from 'lit';
import type { Machine, MachineSummary } from '../../schema/machine.ts';
import { merge } from './api/by-hand.ts';
import * as api from './api/tenant.ts';
import type { MergeChosen } from './elements/merge-dialog.ts';
import './elements/merge-dialog.ts';

/** How many other machines are offered by name. */
const CANDIDATES = 200;
const FILTER: api.FleetFilter = { sort: 'hostname', shelf: 'fleet' };

/** One merge at a time; put `render()` somewhere in the host's template. */
export class Merging implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #onMerged: () => void;
  #asked: { tenant: string; kept: Machine; others: readonly MachineSummary[] } | null = null;
  #fault = '';

  constructor(host: ReactiveControllerHost, onMerged: () => void) {
    this.#host = host;
    this.#onMerged = onMerged;
    host.addController(this);
  }

  hostConnected(): void {}

  /** Asks which entry becomes an alias of `kept`. Where the list does not come, the id can still be typed. */
  async start(tenant: string, kept: Machine): Promise<void> {
    const page = await api.machines(tenant, FILTER, null, CANDIDATES).catch(() => null);
    const others = (page?.machines ?? []).filter((one) => one.id !== kept.id);
    this.#fault = '';
    this.#asked = { tenant, kept, others };
    this.#host.requestUpdate();
  }

  forget = (): void => {
    this.#asked = null;
    this.#host.requestUpdate();
  };

  async #merge(other: string): Promise<void> {
    const asked = this.#asked;
    if (!asked) return;
    try {
      await merge(asked.tenant, other, asked.kept.id);
      if (this.#asked === asked) this.forget();
      this.#onMerged();
    } catch (error) {
      this.#fault = (error as Error).message;
      this.#host.requestUpdate();
    }
  }

  render() {
    if (!this.#asked) return nothing;
    return html`<merge-dialog
      .machine=${this.#asked.kept}
      .others=${this.#asked.others}
      .fault=${this.#fault}
      @merge-chosen=${(event: MergeChosen) => void this.#merge(event.detail)}
      @closed=${this.forget}
    ></merge-dialog>`;
  }
}
