// How the backups of the tenant stand, and one made now.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { BackupRun, BackupState } from '../../../schema/backup.ts';
import { shared } from '../ui/shared-styles.ts';
import { exactTime, shortId } from '../ui/words.ts';

const FAULT_WORDS: Record<NonNullable<BackupRun['fault']>, string> = {
  other_chain:
    'the backup there is not of this tenant’s past; if it was lost, restore it from that backup. Tell your operator',
  manifest_unreadable: 'the latest backup there cannot be read, and is not overwritten. Tell your operator',
  bucket_unreachable: 'the bucket could not be reached',
  too_busy: 'it had not come to its end after six hours',
};
const KILOBYTES = new Intl.NumberFormat(undefined, { style: 'unit', unit: 'kilobyte', maximumFractionDigits: 0 });

@customElement('backup-card')
export class BackupCard extends LitElement {
  static override styles = [
    shared,
    css`
      dl {
        margin-bottom: 1rem;
      }
    `,
  ];
  @property({ attribute: false }) backup: BackupState | null = null;
  @property({ type: Boolean }) asked = false;
  @property({ attribute: false }) busy = false;

  override render() {
    const { backup } = this;
    return html`<div class="card-head"><h2>Backup</h2></div>
      ${backup === null ? html`<p role="status">Loading …</p>` : backup.on ? this.#on(backup) : this.#off()}`;
  }

  #off() {
    return html`<p>
      This installation makes no backups. Your operator can turn them on; until then, keep an export in a safe place.
    </p>`;
  }

  #on({ last, nextAt, runs: [latest] }: BackupState) {
    return html`<p>Everything is written to a bucket once a day, sealed as it is stored here.</p>
      ${
        latest?.outcome === 'failed'
          ? html`<p class="note bad" role="alert">
              The last try failed, ${exactTime(latest.at)}: ${latest.fault ? FAULT_WORDS[latest.fault] : 'nobody knows why'}.
            </p>`
          : nothing
      }
      <dl>
        <dt>Last</dt>
        <dd>${last ? exactTime(last.at) : 'none yet'}</dd>
        ${
          last
            ? html`<dt>Holds</dt>
                <dd>${last.chunks} chunks, ${KILOBYTES.format(last.bytes / 1000)}; ${last.written} were new</dd>
                <dt>Audit head</dt>
                <dd>${last.head?.seq}, <span class="mono" title=${last.head?.hash ?? ''}>${shortId(last.head?.hash ?? '')}</span></dd>`
            : nothing
        }
        <dt>Next</dt>
        <dd>${nextAt === null ? 'with the next call' : exactTime(nextAt)}</dd>
      </dl>
      <button ?disabled=${this.asked || this.busy} @click=${() => this.dispatchEvent(new CustomEvent('backup-wanted'))}>
        ${this.asked ? 'Being made …' : 'Back up now'}
      </button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'backup-card': BackupCard;
  }
}
