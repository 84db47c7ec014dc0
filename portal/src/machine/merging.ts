// Merging two ids of one PC: the other entry is looked for by what it has in common, or by what is typed. The controller shows the dialog.
import { html, nothing, type ReactiveController, type ReactiveControllerHost } from 'lit';
import type { Machine, MachineSummary } from '../../../schema/machine.ts';
import { tidiedUuid } from '../../../schema/typed-text.ts';
import * as api from '../api/fleet.ts';
import { isProblem } from '../api/http.ts';
import { machine, merge } from '../api/machines.ts';
import { OneAct } from '../core/one-act.ts';
import { SEARCH_FROM } from '../fleet/url.ts';
import type { EntryTyped, MergeChosen } from './merge-dialog.ts';
import './merge-dialog.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The same serial or the same name, as two ids of one PC share them. */
const alike = (a: MachineSummary, b: MachineSummary): boolean =>
  (a.serial !== null && a.serial === b.serial) || (a.hostname !== null && a.hostname === b.hostname);

/** Those that are called so, or have this id. Throws what the API throws. */
async function entriesCalled(tenant: string, typed: string): Promise<MachineSummary[]> {
  const id = tidiedUuid(typed);
  if (UUID.test(id))
    return machine(tenant, id)
      .then((one) => [one])
      .catch((error: unknown) => {
        if (isProblem(error, 'unknown_machine')) return [];
        throw error;
      });
  if (typed.trim().length < SEARCH_FROM) return [];
  const { matches } = await api.search(tenant, typed.trim());
  return matches.map((one) => one.machine);
}

/** Once each, by its id, without the entry that is kept. */
const otherThan = (kept: Machine, machines: readonly MachineSummary[]): MachineSummary[] =>
  [...new Map(machines.map((one) => [one.id, one])).values()].filter((one) => one.id !== kept.id);

/** One merge at a time; put `render()` somewhere in the host's template. */
export class Merging implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #onMerged: (other: string) => void;
  readonly #act: OneAct;
  #asked: { tenant: string; kept: Machine; likely: readonly MachineSummary[] } | null = null;
  /** What the dialog shows; null while it is looked for. */
  #others: readonly MachineSummary[] | null = [];
  #typed = '';
  #unreachable = false;

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

  /** Asks which entry becomes an alias of `kept`. */
  start(tenant: string, kept: Machine): Promise<void> {
    return this.#act.do(async (signal) => {
      const asked = [kept.serial, kept.hostname].map((one) => entriesCalled(tenant, one ?? ''));
      const called = await Promise.all(asked).catch(() => null);
      if (signal.aborted) return;
      this.#unreachable = called === null;
      const likely = otherThan(kept, called?.flat() ?? []).filter((one) => alike(one, kept));
      this.#asked = { tenant, kept, likely };
      this.#others = likely;
    });
  }

  async #find(typed: string): Promise<void> {
    const asked = this.#asked;
    if (!asked) return;
    this.#show(typed.trim() === '' ? asked.likely : null, typed);
    if (typed.trim() === '') return;
    const found = await entriesCalled(asked.tenant, typed).catch(() => null);
    // Something else has been typed meanwhile, or another PC is asked about.
    if (this.#asked !== asked || this.#typed !== typed) return;
    this.#unreachable = found === null;
    this.#show(otherThan(asked.kept, found ?? []), typed);
  }

  #show(others: readonly MachineSummary[] | null, typed: string): void {
    this.#others = others;
    this.#typed = typed;
    this.#host.requestUpdate();
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
      .others=${this.#others}
      ?unreachable=${this.#unreachable}
      .busy=${this.#act.busy}
      .failure=${this.#act.failure}
      @entry-typed=${(event: EntryTyped) => void this.#find(event.detail)}
      @merge-chosen=${(event: MergeChosen) => this.#merge(event.detail)}
      @closed=${this.#close}
    ></merge-dialog>`;
  }
}
