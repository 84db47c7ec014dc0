// Who a machine is: its attributes, what they were before, the other ids of the PC, and what a person may do with its entry.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { AttributeChange, Machine, MergedMachine } from '../../../schema/machine.ts';
import { isolated } from '../../../schema/shown-text.ts';
import { shared } from '../ui/shared-styles.ts';
import { theirs } from '../ui/theirs.ts';
import { ATTRIBUTE_WORDS, dateTime, exactTime, shortId } from '../ui/words.ts';

/** Fired with the act wanted on an entry: the machine's own, or one merged into it. */
export type MoveWanted = CustomEvent<{ act: 'archive' | 'restore' | 'unmerge'; machine: string }>;

type Value = AttributeChange & { untilAt: number | null };

/**
 * Attributes that changed at least once: a name on the way, a serial that should not have. Each id of the PC has its
 * own line of values.
 */
function changesOf({ history }: Machine): [AttributeChange['attribute'], Value[]][] {
  const attributes = [...new Set(history.map(({ attribute }) => attribute))];
  return attributes.flatMap((attribute): [AttributeChange['attribute'], Value[]][] => {
    const values = history.filter((one) => one.attribute === attribute);
    if (values.every(({ value }) => value === values[0]?.value)) return [];
    const until = (one: AttributeChange, index: number): number | null =>
      values.slice(index + 1).find(({ machine }) => machine === one.machine)?.sinceAt ?? null;
    return [[attribute, values.map((one, index) => ({ ...one, untilAt: until(one, index) })).reverse()]];
  });
}

@customElement('machine-identity')
export class MachineIdentity extends LitElement {
  static override styles = [
    shared,
    css`
      dl {
        grid-template-columns: minmax(72px, auto) minmax(0, 1fr);
        gap: 8px 16px;
      }
      h3 {
        margin: 16px -16px 12px;
        padding: 12px 16px 0;
        border-top: 1px solid var(--line);
      }
      ul {
        margin: 0;
        padding: 0;
        list-style: none;
        font-size: 13px;
        line-height: 18px;
        overflow-wrap: anywhere;
      }
      li + li,
      dd > div + div {
        margin-top: 6px;
      }
      dd > div > .quiet {
        display: block;
        font-size: 12px;
        line-height: 16px;
      }
      .acts {
        margin: 16px -16px 0;
        padding: 12px 16px 0;
        border-top: 1px solid var(--line);
      }
    `,
  ];
  @property({ attribute: false }) machine!: Machine;
  @property() tenant = '';
  /** Whether the person may archive and merge. */
  @property({ attribute: false }) acting = false;
  @property({ attribute: false }) busy = false;
  @property({ attribute: false }) merging = false;

  #want(act: MoveWanted['detail']['act'], machine: string) {
    return () => this.dispatchEvent(new CustomEvent('move-wanted', { detail: { act, machine } }));
  }

  override render() {
    const { machine } = this;
    const rows: [string, string | null][] = [
      [ATTRIBUTE_WORDS.client, machine.client],
      [ATTRIBUTE_WORDS.model, [machine.manufacturer, machine.model].filter(Boolean).join(' ') || null],
      [ATTRIBUTE_WORDS.serial, machine.serial],
      [ATTRIBUTE_WORDS.osVersion, machine.osVersion],
    ];
    const changed = changesOf(machine);
    return html`<div class="card-head"><h2>Identity</h2></div>
      <dl>
        ${rows.map(([term, value]) => (value ? html`<dt>${term}</dt><dd class=${term === ATTRIBUTE_WORDS.serial ? 'mono' : ''}>${theirs(value)}</dd>` : nothing))}
        <dt>First seen</dt><dd>${exactTime(machine.enrolledAt)}</dd>
        <dt>PC ID</dt><dd class="mono quiet">${machine.id}</dd>
      </dl>
      ${
        changed.length > 0
          ? html`<h3>What it was before</h3>
              <dl>
                ${changed.map(
                  ([attribute, values]) => html`<dt>${ATTRIBUTE_WORDS[attribute]}</dt>
                    <dd>
                      ${values.map(
                        (one) => html`<div>
                          ${theirs(one.value ?? 'unknown')}
                          <span class="quiet">${this.#while(one)}${this.#from(one.machine)}</span>
                        </div>`,
                      )}
                    </dd>`,
                )}
              </dl>`
          : nothing
      }
      ${
        machine.merged.length > 0
          ? html`<h3>Merged into this entry</h3>
              <ul>
                ${machine.merged.map((one) => this.#merged(one))}
              </ul>`
          : nothing
      }
      ${this.acting && machine.shelf !== 'merged' ? this.#acts() : nothing}`;
  }

  #while({ sinceAt, untilAt, times, lastAt }: Value): string {
    if (times !== undefined && lastAt !== undefined)
      return `${times} times, first ${dateTime(sinceAt)}, last ${dateTime(lastAt)}`;
    return untilAt === null ? `since ${dateTime(sinceAt)}` : `${dateTime(sinceAt)} to ${dateTime(untilAt)}`;
  }

  #from(id: string) {
    return id === this.machine.id ? nothing : `, under the ID ${shortId(id)}`;
  }

  #merged(one: MergedMachine) {
    return html`<li>
      <a href="/t/${this.tenant}/machines/${one.id}" aria-label="${isolated(one.hostname ?? 'No name')}, ID ${shortId(one.id)}"
        >${theirs(one.hostname ?? 'No name')}</a
      >, ID
      <span class="mono">${one.id}</span> <span class="quiet">by ${one.mergedBy}, ${exactTime(one.mergedAt)}</span>
      ${
        this.acting
          ? html`<button class="small" ?disabled=${this.busy} aria-label="Undo the merge of ID ${shortId(one.id)}" @click=${this.#want('unmerge', one.id)}>
              Undo
            </button>`
          : nothing
      }
    </li>`;
  }

  #acts() {
    const { id, shelf } = this.machine;
    return html`<div class="row acts">
      <button class="small" ?disabled=${this.merging} @click=${() => this.dispatchEvent(new CustomEvent('merge-wanted'))}>Merge another entry …</button>
      ${
        shelf === 'fleet'
          ? html`<button class="small" ?disabled=${this.busy} title="Out of the fleet list; its secrets stay" @click=${this.#want('archive', id)}>
              Archive
            </button>`
          : nothing
      }
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'machine-identity': MachineIdentity;
  }
}
