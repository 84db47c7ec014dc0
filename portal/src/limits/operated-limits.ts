// A tenant's limits in an operator's hands: read, shown in a dialog, and changed one at a time. A controller.
import { html, nothing, type ReactiveController, type ReactiveControllerHost } from 'lit';
import type { LimitName, OperatedLimits as Operated } from '../../../schema/limits.ts';
import type { OperatedTenant } from '../../../schema/operator.ts';
import * as api from '../api/operator.ts';
import { OneAct } from '../core/one-act.ts';
import type { LimitChosen } from './limits-dialog.ts';
import { LIMIT_WORDS, limitValue } from './words.ts';
import './limits-dialog.ts';

/** Put `render()` somewhere in the host's template. */
export class OperatedLimits implements ReactiveController {
  readonly #act: OneAct;
  #tenant: OperatedTenant | null = null;
  #operated: Operated | null = null;

  constructor(host: ReactiveControllerHost) {
    this.#act = new OneAct(host);
    host.addController(this);
  }

  hostConnected(): void {}

  /** Shows the dialog at once; its contents come when the tenant's object answers. */
  show(tenant: OperatedTenant): void {
    this.#tenant = tenant;
    void this.#act.do(async (signal) => {
      const operated = await api.limits(tenant.id);
      if (!signal.aborted) this.#operated = operated;
    });
  }

  #close = (): void => {
    this.#tenant = null;
    this.#operated = null;
    this.#act.forget();
  };

  #change({ id }: OperatedTenant, name: LimitName, value: number | null): void {
    void this.#act.do(async (signal) => {
      const operated = await api.changeLimits(id, { [name]: value });
      if (!signal.aborted) this.#operated = operated;
      return `${LIMIT_WORDS[name]}: ${limitValue(name, operated.limits[name])} from now on.`;
    });
  }

  render() {
    const tenant = this.#tenant;
    if (!tenant) return nothing;
    return html`<limits-dialog
      name=${tenant.name}
      .operated=${this.#operated}
      .busy=${this.#act.busy}
      .failure=${this.#act.failure}
      .said=${this.#act.said}
      @closed=${this.#close}
      @limit-chosen=${({ detail: { name, value } }: LimitChosen) => this.#change(tenant, name, value)}
    ></limits-dialog>`;
  }
}
