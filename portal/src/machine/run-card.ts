// The selected run: its outcome in a sentence, and its timeline.
import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Machine, Run } from '../../../schema/machine.ts';
import { isolated } from '../../../schema/shown-text.ts';
import { shared } from '../ui/shared-styles.ts';
import { duration, STATUS_WORDS, shortId } from '../ui/words.ts';
import { clockWords } from './clock-words.ts';
import type { Starts } from './timeline.ts';
import '../ui/relative-time.ts';
import './run-timeline.ts';

const counted = (number: number, one: string): string => `${number} ${number === 1 ? one : `${one}s`}`;

@customElement('run-card')
export class RunCard extends LitElement {
  static override styles = shared;
  @property({ attribute: false }) run!: Run;
  /** The machine that it is shown with. */
  @property({ attribute: false }) machine!: Machine;
  @property({ attribute: false }) starts: Starts = new Map();
  /** The URL names another run, which is not one of this machine. */
  @property({ attribute: false }) instead = false;

  override render() {
    const { run, machine } = this;
    const ended = run.finishedAt === null ? '' : ` after ${duration(run.finishedAt - run.startedAt)}`;
    const uploaded = run.uploadedBy === null ? '' : `, uploaded by ${run.uploadedBy}`;
    const elsewhere = run.machine === machine.id ? '' : `, under the ID ${shortId(run.machine)}`;
    const clock = clockWords(run);
    const engine = run.engineVersion === null ? '' : `; engine ${isolated(run.engineVersion)}`;
    return html`<div class="card-head"><h2>Run, started <relative-time .at=${run.startedAt}></relative-time></h2></div>
      ${
        this.instead
          ? html`<p class="note warn">The run that the address names is not one of this machine’s; this is its latest.</p>`
          : nothing
      }
      <p class="quiet">
        ${STATUS_WORDS[run.status][0]}${ended}, ${counted(run.events, 'event')}, ${counted(run.reboots, 'restart')},
        ${counted(run.warnings, 'warning')}, ${counted(run.errors, 'error')}${uploaded}${elsewhere}${engine}
      </p>
      ${clock === null ? nothing : html`<p class="note warn">${clock}</p>`}
      <run-timeline
        .run=${run}
        .silentSince=${run.id === machine.run?.id ? machine.silentSince : null}
        .starts=${this.starts}
      ></run-timeline>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'run-card': RunCard;
  }
}
