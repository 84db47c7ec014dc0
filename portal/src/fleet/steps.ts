// The step strip, the product's own mark of progress: a cell a phase, done, now, failed, silent or to come. Hidden from who listens: the
// words beside it say the phase. One element: its cells are a mask over one gradient, whose ends are set by CSSOM, as the CSP wants it.
import { css, html, noChange } from 'lit';
import { Directive, directive, type ElementPart } from 'lit/directive.js';
import type { MachineSummary } from '../../../schema/machine.ts';

type Run = NonNullable<MachineSummary['run']>;

class Measured extends Directive {
  #told = '';

  render(_done: number, _total: number): typeof noChange {
    return noChange;
  }

  override update(part: ElementPart, [done, total]: [number, number]): typeof noChange {
    const { style } = part.element as HTMLElement;
    if (`${done}/${total}` !== this.#told) {
      style.setProperty('--done', String(done));
      style.setProperty('--total', String(total));
    }
    this.#told = `${done}/${total}`;
    return noChange;
  }
}
const measured = directive(Measured);

/** More phases than these are drawn in the width of as many. */
const CELLS_MAX = 12;

export function stepStrip({ status, phasesDone, phasesTotal }: Run, silent: boolean) {
  const total = Math.min(Math.max(phasesTotal, 1), CELLS_MAX);
  const done = Math.floor((phasesDone * total) / Math.max(phasesTotal, 1));
  const look = status === 'running' && silent ? 'silent' : status;
  return html`<span class="steps ${done === total ? 'past' : look}" aria-hidden="true" ${measured(done, total)}></span>`;
}

export const stepStyles = css`
  .steps {
    --cell: 8px;
    --is-done: light-dark(#2f8f5f, #4cbf88);
    --is-now: light-dark(#dfe4ea, #2c343f);
    --to-come: light-dark(#dfe4ea, #2c343f);
    position: relative;
    display: inline-block;
    flex: none;
    width: calc(var(--total) * var(--cell) - 2px);
    height: 10px;
    background: linear-gradient(
      to right,
      var(--is-done) 0 calc(var(--done) * var(--cell)),
      var(--is-now) 0 calc((var(--done) + 1) * var(--cell)),
      var(--to-come) 0
    );
    mask: repeating-linear-gradient(to right, #000 0 6px, transparent 0 8px);
    forced-color-adjust: none;
  }
  .steps.running {
    --is-now: var(--accent);
  }
  .steps.failed {
    --is-now: var(--bad);
  }
  .steps.past {
    --is-done: light-dark(#bfdccc, #28513d);
  }
  .steps.silent::after {
    content: "";
    position: absolute;
    inset: 0 auto 0 calc(var(--done) * var(--cell));
    width: 6px;
    border: 1px solid var(--warn);
    background: repeating-linear-gradient(135deg, var(--warn) 0 2px, transparent 2px 4px);
  }
  .steps.silent {
    --is-now: transparent;
  }
`;
