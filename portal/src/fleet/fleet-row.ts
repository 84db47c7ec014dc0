// One machine as a row of the fleet: a template and its styles, in the table's own root, so that a row costs no element of its own.
import { css, html, nothing } from 'lit';
import type { MachineSummary, Match } from '../../../schema/machine.ts';
import { isolated } from '../../../schema/shown-text.ts';
import { marked } from '../ui/marked.ts';
import { theirs } from '../ui/theirs.ts';
import { exactTime, pcWords, phaseWords, relativeTime, shortId } from '../ui/words.ts';
import { attentionWords, FIELD_WORDS, statusWords } from './words.ts';

export type RowContext = { tenant: string; now: number; q: string; match: Match | undefined };

/** What a locked PC shows of its key's id. */
const SHOWN_OF_KEY_ID = 8;

function foundBy({ field, keyId, machine }: Match, q: string) {
  if (field === 'recovery_key' && keyId) {
    const id = keyId.toUpperCase();
    return html`${FIELD_WORDS.recovery_key} <strong class="mono">${id.slice(0, SHOWN_OF_KEY_ID)}</strong
      ><span class="mono">${id.slice(SHOWN_OF_KEY_ID)}</span>`;
  }
  const value = field === 'recovery_key' ? '' : (machine[field] ?? '');
  return html`${FIELD_WORDS[field]} ${marked(value, q)}`;
}

/** `id` is the row's own, for what describes it to a screen reader. */
export function fleetRow(machine: MachineSummary, id: string, { tenant, now, q, match }: RowContext) {
  const [words, tone] = statusWords(machine);
  const attention = attentionWords(machine, now);
  const { run, lastEventAt } = machine;
  const name = theirs(machine.hostname ?? shortId(machine.id));
  // Two clients each have a PC of this name: a match on a part of it always says whose it is.
  const about = match
    ? pcWords(machine)
    : [machine.client, machine.serial].flatMap((text) => (text ? [isolated(text)] : [])).join(' · ') ||
      isolated(machine.model ?? 'Never reported');
  return html`<div role="cell" class="machine">
      <a class="name" href="/t/${tenant}/machines/${machine.id}" aria-describedby=${id}>${name}</a>
      <span class="sub quiet" title=${about}>${about}</span>
      ${match ? html`<span class="sub quiet">Found by: ${foundBy(match, q)}</span>` : nothing}
    </div>
    <div role="cell" class="status" id=${id}>
      <span class="pill ${tone}">${words}</span>
      ${machine.shelf === 'archived' ? html`<span class="pill">Archived</span>` : nothing}
      ${machine.shelf === 'aside' ? html`<span class="pill">Set aside</span>` : nothing}
    </div>
    <div role="cell" class="progress">${run ? progress(run) : nothing}</div>
    <div role="cell" class="when">
      ${
        lastEventAt === null
          ? html`<span class="quiet">None</span>`
          : html`<time datetime=${new Date(lastEventAt).toISOString()} title=${exactTime(lastEventAt)}
              >${relativeTime(lastEventAt, now)}</time
            >`
      }
    </div>
    <div role="cell" class="number"><span class="unit">Secrets: </span>${machine.secrets}</div>
    <div role="cell" class="attention" title=${attention.join('\n') || nothing}>
      ${attention.length > 0 ? html`<span class="why">${attention.join(', ')}</span>` : nothing}
    </div>`;
}

function progress({ phase, phasesDone, phasesTotal }: NonNullable<MachineSummary['run']>) {
  const where = phase ? phaseWords(phase) : phasesDone === phasesTotal ? 'All phases' : '';
  return html`<span class="text quiet"><span>${where}</span><span>${phasesDone} of ${phasesTotal}</span></span>
    <progress max=${phasesTotal} .value=${phasesDone} aria-label="Phases done"></progress>`;
}

export const rowStyles = css`
  .line {
    display: grid;
    grid-template-columns: minmax(11rem, 1.7fr) 8.5rem minmax(8rem, 1fr) 8.5rem 4.5rem minmax(9rem, 1.2fr);
    gap: 0 1rem;
    align-items: center;
    padding: 0 0.75rem;
  }
  .body .line {
    position: absolute;
    inset: 0 0 auto;
    height: var(--row-height);
    border-bottom: 1px solid var(--line);
    contain: strict;
  }
  .body .line:hover {
    background: var(--sunken);
  }
  .body .line.cursor {
    background: var(--accent-surface);
    box-shadow: inset 3px 0 0 var(--accent);
  }
  .line > * {
    min-width: 0;
  }
  .name {
    display: block;
    font-weight: 600;
    text-decoration: none;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    outline-offset: -2px;
  }
  .name:hover {
    text-decoration: underline;
  }
  .sub {
    display: block;
    font-size: 0.85rem;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .sub strong {
    color: var(--text);
    font-size: 1rem;
  }
  mark {
    background: var(--warn-surface);
    color: inherit;
    font-weight: 700;
  }
  .text {
    font-size: 0.85rem;
    display: flex;
    justify-content: space-between;
    gap: 0.5rem;
    white-space: nowrap;
  }
  .text :first-child {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .progress progress {
    display: block;
    height: 6px;
  }
  .number {
    text-align: right;
    font-variant-numeric: tabular-nums;
  }
  .body .unit {
    display: none;
  }
  .why {
    color: var(--warn);
    font-size: 0.9rem;
    line-height: 1.3;
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    line-clamp: 2;
    overflow: hidden;
  }
  @media (max-width: 52rem) {
    .body .line {
      grid-template:
        "machine status" auto
        "progress progress" auto
        "when number" auto
        "attention attention" 1.3rem / 1fr auto;
      gap: 0.3rem 0.75rem;
      align-content: center;
    }
    .machine {
      grid-area: machine;
    }
    .status {
      grid-area: status;
      place-self: start end;
    }
    .progress {
      grid-area: progress;
    }
    .when {
      grid-area: when;
      font-size: 0.9rem;
    }
    .number {
      grid-area: number;
      font-size: 0.9rem;
    }
    .attention {
      grid-area: attention;
    }
    .body .unit {
      display: inline;
      color: var(--text-3);
    }
    .why {
      -webkit-line-clamp: 1;
      line-clamp: 1;
    }
    /* The whole card is the link: it is for a thumb. */
    .name::after {
      content: "";
      position: absolute;
      inset: 0;
    }
  }
`;
