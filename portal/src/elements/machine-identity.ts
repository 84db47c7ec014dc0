// Who a machine is: its attributes, what they were before, the other ids of the PC, and what a person may do with its entry.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Machine, MergedMachine } from '../../../schema/machine.ts';
import { shared } from '../styles/shared.ts';
import { ATTRIBUTE_WORDS, exactTime, shortId } from '../words.ts';

/** Fired with what is wanted of an entry: the machine's own, or one merged into it. */
export type ShelfWanted = CustomEvent<{ act: 'archive' | 'restore' | 'unmerge'; machine: string }>;

@customElement('machine-identity')
export class MachineIdentity extends LitElement {
  static override styles = [
    shared,
    css`
      .before {
        margin: 1rem 0 0;
      }
      ul {
        margin: 0.4rem 0 0;
        padding-left: 1.2rem;
      }
      .acts {
        margin-top: 1.1rem;
      }
      .small {
        min-height: 1.8rem;
        padding: 0.1rem 0.6rem;
        font-size: 0.85rem;
      }
    `,
  ];
  @property({ attribute: false }) machine!: Machine;
  @property() tenant = '';
  /** Whether the person may archive and merge. */
  @property({ attribute: false }) acting = false;
  @property({ attribute: false }) busy = false;

  #want(act: ShelfWanted['detail']['act'], machine: string) {
    return () => this.dispatchEvent(new CustomEvent('shelf-wanted', { detail: { act, machine } }));
  }

  override render() {
    const { machine } = this;
    const rows: [string, string | null][] = [
      ['Client', machine.client],
      ['Model', [machine.manufacturer, machine.model].filter(Boolean).join(' ') || null],
      ['Serial', machine.serial],
      ['System', machine.osVersion],
      ['Machine ID', machine.id],
      ['Enrolled', exactTime(machine.enrolledAt)],
    ];
    // What changed at least once: a name on the way, a serial that should not have. Two ids of a PC say much that is the same.
    const changed = machine.history.filter((one) =>
      machine.history.some((other) => other.attribute === one.attribute && other.value !== one.value),
    );
    return html`<h2>Identity</h2>
      <dl>
        ${rows.map(([term, value]) => (value ? html`<dt>${term}</dt><dd>${value}</dd>` : nothing))}
      </dl>
      ${
        changed.length > 0
          ? html`<p class="quiet before">What it was before</p>
              <ul>
                ${changed.map(
                  (change) => html`<li>
                    ${ATTRIBUTE_WORDS[change.attribute]} ${change.value ?? 'unknown'}
                    <span class="quiet">since ${exactTime(change.sinceAt)}${this.#from(change.machine)}</span>
                  </li>`,
                )}
              </ul>`
          : nothing
      }
      ${
        machine.merged.length > 0
          ? html`<p class="quiet before">Merged into this entry</p>
              <ul>
                ${machine.merged.map((one) => this.#merged(one))}
              </ul>`
          : nothing
      }
      ${this.acting && machine.shelf !== 'merged' ? this.#acts() : nothing}`;
  }

  #from(id: string) {
    return id === this.machine.id ? nothing : `, under the ID ${shortId(id)}`;
  }

  #merged(one: MergedMachine) {
    return html`<li>
      <a href="/t/${this.tenant}/machines/${one.id}" aria-label="${one.hostname ?? 'No name'}, ID ${shortId(one.id)}"
        >${one.hostname ?? 'No name'}</a
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
      <button @click=${() => this.dispatchEvent(new CustomEvent('merge-wanted'))}>Merge another entry …</button>
      ${
        shelf === 'fleet'
          ? html`<button ?disabled=${this.busy} title="Out of the fleet list; its secrets stay" @click=${this.#want('archive', id)}>
              Archive
            </button>`
          : nothing
      }
    </div>`;
  }
}
