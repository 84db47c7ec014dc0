// One PC as a row of the fleet: a template in the table's own root, so that a row costs no element of its own.
import { html, nothing, type TemplateResult } from 'lit';
import type { MachineSummary, Match } from '../../../schema/machine.ts';
import { isolated } from '../../../schema/shown-text.ts';
import { keyRoundIcon, triangleAlertIcon } from '../ui/icons.ts';
import { marked } from '../ui/marked.ts';
import { theirs } from '../ui/theirs.ts';
import { exactTime, pcWords, phaseWords, shortId, shortRelativeTime } from '../ui/words.ts';
import { statusIcon } from './status-icon.ts';
import { stepStrip } from './steps.ts';
import { attentionTone, attentionWords, FIELD_WORDS, failedIn, statusWords } from './words.ts';

export type RowContext = {
  tenant: string;
  now: number;
  q: string;
  match: Match | undefined;
  selected: boolean;
};

/** What a locked PC shows of its key's id. */
const SHOWN_OF_KEY_ID = 8;

function foundBy({ field, keyId }: Match): TemplateResult {
  if (field !== 'recovery_key' || !keyId)
    return html`<span class="quiet"><span class="visually-hidden">Found by: </span>${FIELD_WORDS[field]}</span>`;
  const id = keyId.toUpperCase();
  return html`<span class="visually-hidden">Found by: ${FIELD_WORDS.recovery_key} </span><strong class="mono">${id.slice(0, SHOWN_OF_KEY_ID)}</strong
    ><span class="mono">${id.slice(SHOWN_OF_KEY_ID)}</span>`;
}

/** `id` is the row's own, for what describes it to a screen reader. */
export function fleetRow(machine: MachineSummary, id: string, { tenant, now, q, match, selected }: RowContext) {
  const { run, lastEventAt, client, serial, model, secrets, silentSince } = machine;
  const [words, tone] = statusWords(machine);
  const name = machine.hostname ?? shortId(machine.id);
  const typed = match ? q : '';
  const said = (text: string | null, none: string) =>
    text === null ? html`<span class="quiet">${match ? none : '–'}</span>` : marked(text, typed);
  return html`<div role="cell" class="pick">
      <input type="checkbox" aria-label="Select ${isolated(name)}" .checked=${selected} />
    </div>
    <div role="cell" class="machine">
      <a class="name" href="/t/${tenant}/machines/${machine.id}" title=${isolated(name)} aria-describedby=${id}>${marked(name, typed)}</a>
    </div>
    <div role="cell" class="client" title=${client === null ? nothing : isolated(client)}>${said(client, 'No client')}</div>
    <div role="cell" class="model" title=${model === null ? nothing : isolated(model)}>${model === null ? '–' : marked(model, '')}</div>
    <div role="cell" class="serial mono" title=${pcWords(machine)}>${said(serial, 'No serial number')}</div>
    <div role="cell" class="status ${tone}" id=${id}>${statusIcon(machine)}<span>${shelfWords(machine) ?? words}</span></div>
    <div role="cell" class="phase">${run ? progress(run, silentSince !== null) : nothing}</div>
    <div role="cell" class="when">
      ${
        lastEventAt === null
          ? html`<span>Never</span>`
          : html`<time datetime=${new Date(lastEventAt).toISOString()} title=${exactTime(lastEventAt)}
              >${shortRelativeTime(lastEventAt, now)}</time
            >`
      }
    </div>
    <div role="cell" class="secrets"><span class="unit">Secrets: </span>${secrets === 0 ? '–' : html`${keyRoundIcon}${secrets}`}</div>
    <div role="cell" class="attention">${match ? foundBy(match) : attention(machine, now)}</div>`;
}

const SHELF_WORDS: Partial<Record<MachineSummary['shelf'], string>> = { archived: 'Archived', aside: 'Set aside' };
const shelfWords = ({ shelf }: MachineSummary): string | undefined => SHELF_WORDS[shelf];

function attention(machine: MachineSummary, now: number) {
  const [first, ...others] = attentionWords(machine, now);
  if (first === undefined) return nothing;
  const more = others.length > 0 ? ` +${others.length}` : '';
  const whole = machine.run?.error ? `${failedIn(machine)}: ${first}` : first;
  return html`<span class="why ${attentionTone(machine)}" title=${[whole, ...others].join('\n')}
    >${triangleAlertIcon}<span>${theirs(first)}${more}<span class="visually-hidden">${others.map((one) => `, ${one}`)}</span></span></span
  >`;
}

function progress(run: NonNullable<MachineSummary['run']>, silent: boolean) {
  const { phase, phasesDone, phasesTotal } = run;
  const all = phasesTotal > 0 && phasesDone === phasesTotal;
  const where = phase && !all ? phaseWords(phase) : all ? `All ${phasesTotal} done` : '';
  return html`${stepStrip(run, silent)}<span class="where" title="${phasesDone} of ${phasesTotal} phases done">${where}</span>`;
}
