// The questions that are asked most of an audit, each a link with its whole filter.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { banIcon, eyeIcon, listIcon, settings2Icon, userRoundCheckIcon } from '../ui/icons.ts';
import { shared } from '../ui/shared-styles.ts';
import { type AskedFilter, PRESETS, type Preset, presetOf, urlOfFilter } from './filter.ts';

const WORDS: Record<Preset, [words: string, icon: unknown]> = {
  reveals: ['Reveals · last 7 days', eyeIcon],
  access: ['Access changes · last 30 days', userRoundCheckIcon],
  refusals: ['Refused · last 7 days', banIcon],
  keys: ['Keys and settings · last 90 days', settings2Icon],
  everything: ['Everything', listIcon],
};

@customElement('audit-presets')
export class AuditPresets extends LitElement {
  static override styles = [
    shared,
    css`
      nav {
        display: flex;
        gap: 8px;
        overflow-x: auto;
        scrollbar-width: none;
        padding: 2px;
        margin: -2px;
      }
      a {
        display: inline-flex;
        align-items: center;
        gap: 6px;
        flex: none;
        min-height: 28px;
        padding: 2px 11px;
        border: 1px solid var(--line);
        border-radius: 99px;
        background: var(--surface);
        color: var(--text-2);
        font-size: 13px;
        line-height: 18px;
        font-weight: 550;
        text-decoration: none;
      }
      a:hover {
        background: var(--hover);
      }
      a[aria-current] {
        background: var(--accent-surface);
        border-color: var(--accent);
        color: var(--accent-strong);
      }
      a .i {
        width: 14px;
        height: 14px;
      }
      @media (pointer: coarse), (max-width: 719px) {
        a {
          min-height: 40px;
        }
      }
    `,
  ];
  @property({ attribute: false }) filter!: AskedFilter;
  @property() tenant = '';

  override render() {
    const here = presetOf(this.filter);
    return html`<nav aria-label="Questions">
      ${(Object.keys(PRESETS) as Preset[]).map((name) => {
        const [words, icon] = WORDS[name];
        const to = `/t/${this.tenant}/audit${urlOfFilter(PRESETS[name])}`;
        return html`<a href=${to} aria-current=${here === name ? 'true' : nothing}>${icon}${words}</a>`;
      })}
    </nav>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'audit-presets': AuditPresets;
  }
}
