// Setting aside what a revoked token brought, and bringing it back: the dialog, and how much it is, which the server counts a slice at a time. A
// controller.
import { html, nothing, type ReactiveController, type ReactiveControllerHost } from 'lit';
import type { Token } from '../../../schema/token.ts';
import * as api from '../api/tokens.ts';
import type { OneAct } from '../core/one-act.ts';
import type { AsideConfirmed, BroughtSoFar, SinceChosen } from './aside-dialog.ts';
import './aside-dialog.ts';

const NOTHING: BroughtSoFar = { runs: 0, versions: 0, machines: 0, done: false };

type Asked = { token: Token; act: 'set_aside' | 'bring_back' };

export class SettingAside implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #tenant: () => string;
  readonly #acts: OneAct;
  #asked: Asked | null = null;
  #brought = NOTHING;
  #failure: unknown = null;
  #counting: AbortController | null = null;

  constructor(host: ReactiveControllerHost, tenant: () => string, acts: OneAct) {
    this.#host = host;
    this.#tenant = tenant;
    this.#acts = acts;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.#close();
  }

  ask(asked: Asked): void {
    this.#asked = asked;
    if (asked.act === 'set_aside') void this.#count(asked.token, null);
    this.#host.requestUpdate();
  }

  #close = (): void => {
    this.#asked = null;
    this.#stopCounting();
    this.#host.requestUpdate();
  };

  #stopCounting(): void {
    this.#counting?.abort();
    this.#counting = null;
    this.#brought = NOTHING;
    this.#failure = null;
  }

  /**
   * Counts what came since an instant, ms since the epoch; null: all of it. An earlier count for another instant is
   * dropped.
   */
  async #count({ id }: Token, since: number | null): Promise<void> {
    this.#stopCounting();
    const counting = new AbortController();
    this.#counting = counting;
    try {
      for (let after: string | null = ''; after !== null; ) {
        const page = await api.brought(this.#tenant(), id, since, after, counting.signal);
        if (this.#counting !== counting) return;
        const { runs, versions, machines } = this.#brought;
        after = page.next;
        this.#brought = {
          runs: runs + page.runs,
          versions: versions + page.versions,
          machines: machines + page.machines,
          done: after === null,
        };
        this.#host.requestUpdate();
      }
    } catch (error) {
      if (this.#counting !== counting) return;
      this.#failure = error;
      this.#host.requestUpdate();
    }
  }

  #confirm({ token, act }: Asked, since: number | null): void {
    const name = token.label || token.id;
    void this.#acts.do(async () => {
      this.#close();
      if (act === 'bring_back') {
        await api.bringBack(this.#tenant(), token.id);
        return `What “${name}” brought is being brought back.`;
      }
      await api.setAside(this.#tenant(), token.id, since);
      return `What “${name}” brought is being set aside.`;
    });
  }

  render() {
    const asked = this.#asked;
    if (!asked) return nothing;
    return html`<aside-dialog
      .token=${asked.token}
      act=${asked.act}
      .brought=${this.#brought}
      .failure=${this.#failure}
      .busy=${this.#acts.busy}
      @closed=${this.#close}
      @since-chosen=${({ detail }: SinceChosen) => void this.#count(asked.token, detail.since)}
      @confirmed=${({ detail }: AsideConfirmed) => this.#confirm(asked, detail.since)}
    ></aside-dialog>`;
  }
}
