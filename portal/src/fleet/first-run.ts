// What an admin does until the first PC is here: one list that ticks itself, and can be left after any step.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Overview } from '../../../schema/machine.ts';
import type { Membership } from '../../../schema/person.ts';
import type { Token } from '../../../schema/token.ts';
import * as tokensApi from '../api/tokens.ts';
import { Polling } from '../core/polling.ts';
import { checkIcon, userRoundPlusIcon } from '../ui/icons.ts';
import { shared } from '../ui/shared-styles.ts';
import { stepper } from '../ui/stepper-styles.ts';

const LOOK_EVERY_MS = 5_000;

type Step = { title: string; takes: string; words: string; done: boolean; href: string; action: string };

const works = ({ revokedAt, missing, expiresAt }: Token): boolean =>
  revokedAt === null && !missing && (expiresAt === null || expiresAt > Date.now());

@customElement('first-run')
export class FirstRun extends LitElement {
  static override styles = [
    shared,
    stepper,
    css`
      :host {
        display: block;
        max-width: 760px;
        margin: 24px auto;
      }
      h2 {
        font-size: 26px;
        line-height: 34px;
        margin: 0;
      }
      h3 {
        font-size: 14px;
      }
      .card {
        margin: 16px 0;
        padding: 24px;
      }
      .about {
        font-size: 14px;
        line-height: 20px;
      }
      p {
        margin: 0;
        font-size: 13px;
        line-height: 18px;
        color: var(--text-2);
      }
      @media (max-width: 719px) {
        li {
          grid-template-columns: 26px minmax(0, 1fr);
        }
        .button {
          grid-column: 2;
          justify-self: start;
          margin-top: 6px;
        }
      }
    `,
  ];
  @property({ attribute: false }) membership!: Membership;
  @property({ attribute: false }) overview: Overview | null = null;
  /** An engine can report: a token works. */
  @state() private hasToken = false;

  constructor() {
    super();
    new Polling(this, LOOK_EVERY_MS, () => this.#look());
  }

  override firstUpdated(): void {
    void this.#look();
  }

  /** Where it cannot be asked, the step stays open, and is asked for again. */
  async #look(): Promise<void> {
    const { tokens } = await tokensApi.tokens(this.membership.tenant).catch(() => ({ tokens: [] as Token[] }));
    this.hasToken = tokens.some(works);
  }

  get #steps(): Step[] {
    const at = (page: string) => `/t/${this.membership.tenant}/${page}`;
    const hasKeys = this.overview?.keyState === 'ready';
    return [
      {
        title: 'Create the keys and print the recovery sheet',
        takes: '4 min',
        words:
          'Made in this browser; the server never has them. You choose your passphrase, and one for the team if you want.',
        done: hasKeys,
        href: at('set-up'),
        action: 'First-time set-up',
      },
      {
        title: 'Issue an engine token',
        takes: '1 min',
        words: 'One file for the USB stick. PCs report and seal their secrets with it; it can read nothing.',
        done: this.hasToken,
        href: at('tokens'),
        action: 'Issue a token',
      },
      {
        title: 'Set up the first PC',
        takes: '',
        words: 'Run the engine on it. It shows up here within seconds, by itself.',
        done: false,
        href: '',
        action: '',
      },
    ];
  }

  override render() {
    const steps = this.#steps;
    const now = steps.findIndex(({ done }) => !done);
    return html`<h2>Set up ${this.membership.name}</h2>
      <p class="about">No PCs yet. ${steps.filter(({ done }) => done).length} of ${steps.length} done. You can stop after any step.</p>
      <ol class="card">
        ${steps.map((step, place) => this.#step(step, place, place === now))}
      </ol>
      <p><a href="/t/${this.membership.tenant}/people">${userRoundPlusIcon} Add another admin</a>, so that nobody is the only one.</p>`;
  }

  #step({ title, takes, words, done, href, action }: Step, place: number, current: boolean) {
    return html`<li class=${done ? 'done' : ''} aria-current=${current ? 'step' : nothing}>
      <span class="mark" aria-hidden="true">${done ? checkIcon : place + 1}</span>
      <div>
        <h3>${title}${done ? html`<span class="visually-hidden">, done</span>` : takes ? html` <span class="quiet">· ${takes}</span>` : nothing}</h3>
        <p>${words}</p>
      </div>
      ${current && href ? html`<a class="button primary" href=${href}>${action}</a>` : nothing}
    </li>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'first-run': FirstRun;
  }
}
