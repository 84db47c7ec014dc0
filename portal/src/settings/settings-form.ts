// What the forms of settings share: how they look, and that what is being changed stays when the settings are read anew.
import { css, html, nothing, type TemplateResult } from 'lit';

export const settingsStyles = css`
  fieldset {
    border: 0;
    margin: 0 0 20px;
    padding: 0;
    min-width: 0;
  }
  legend {
    font-size: 13px;
    line-height: 18px;
    font-weight: 550;
    padding: 0;
    margin-bottom: 8px;
  }
  .choice {
    display: flex;
    gap: 8px;
    align-items: baseline;
    font-weight: 400;
  }
  fieldset .quiet {
    font-size: 13px;
    line-height: 18px;
  }
  /* The foot of the card: what stands is said on the left, the button is on the right. */
  .kept {
    min-height: calc(var(--control) + 16px);
    margin: 0 -16px -16px;
    padding: 7px 16px;
    border-top: 1px solid var(--line);
    border-radius: 0 0 11px 11px;
    background: var(--canvas);
    font-size: 13px;
  }
  .saved {
    color: var(--good);
  }
  .unsaved {
    color: var(--text-2);
  }
  .unsaved::before {
    content: "";
    display: inline-block;
    width: 8px;
    height: 8px;
    margin-right: 6px;
    border-radius: 50%;
    background: var(--warn);
  }
  .kept .primary {
    order: 1;
    margin-left: auto;
  }
  .indent {
    margin: 0 0 8px 28px;
    max-width: 224px;
  }
  @media (min-width: 960px) {
    fieldset {
      display: grid;
      grid-template-columns: 280px minmax(0, 1fr);
      column-gap: 24px;
    }
    /* Floating makes it a part of the grid like any other. */
    legend {
      float: left;
      grid-row: 1 / span 9;
    }
    fieldset > :not(legend) {
      grid-column: 2;
    }
  }
`;

/** Changed fields stay; unchanged ones follow the settings. `before`: the fields as they were filled from the settings. */
export function rebased<Draft extends object>(draft: Draft, before: Draft, now: Draft): Draft {
  const changed = Object.entries(draft).filter(([name, value]) => value !== before[name as keyof Draft]);
  return { ...now, ...Object.fromEntries(changed) };
}

export const isSame = <Draft extends object>(draft: Draft, stored: Draft): boolean =>
  Object.entries(stored).every(([name, value]) => draft[name as keyof Draft] === value);

/** Fired when a form begins or ceases to hold what is not saved. */
export type UnsavedChanged = CustomEvent<boolean>;

const standing = (unsaved: boolean, saved: boolean): string => {
  if (!unsaved) return saved ? 'Saved just now' : '';
  return saved ? 'Saved just now, but not what was changed since' : 'Not saved yet';
};

/** What stands beside a form's button: whether what is shown is kept, and the way back right after it was. */
export const keptWords = ({
  unsaved,
  saved,
  undo,
}: {
  unsaved: boolean;
  saved: boolean;
  undo: () => void;
}): TemplateResult => html`<span role="status" class=${unsaved ? 'unsaved' : 'saved'}>${standing(unsaved, saved)}</span>
  ${saved && !unsaved ? html`<button type="button" class="ghost small" @click=${undo}>Undo</button>` : nothing}`;
