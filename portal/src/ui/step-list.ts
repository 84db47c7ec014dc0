// Steps in their order, each with what is to be done in it; the first that is not done is the one of now.
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { checkIcon } from './icons.ts';
import { shared } from './shared-styles.ts';
import { stepper } from './stepper-styles.ts';

export type Step = { done: boolean; content: TemplateResult };

@customElement('step-list')
export class StepList extends LitElement {
  static override styles = [
    shared,
    stepper,
    css`
      li {
        grid-template-columns: 26px minmax(0, 1fr);
      }
      p {
        margin: 2px 0 8px;
      }
    `,
  ];
  @property({ attribute: false }) steps: readonly Step[] = [];

  override render() {
    const now = this.steps.findIndex((one) => !one.done);
    return html`<ol>
      ${this.steps.map(
        (
          { done, content },
          place,
        ) => html`<li class=${done ? 'done' : ''} aria-current=${place === now ? 'step' : nothing}>
          <span class="mark" aria-hidden="true">${done ? checkIcon : place + 1}</span>
          <div>${content}${done ? html`<span class="visually-hidden">Done.</span>` : nothing}</div>
        </li>`,
      )}
    </ol>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'step-list': StepList;
  }
}
