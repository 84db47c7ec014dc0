// What the forms of settings share: how they look, and that what is being changed stays when the settings are read anew.
import { css, html, nothing, type TemplateResult } from 'lit';

export const settingsStyles = css`
  fieldset {
    border: 0;
    margin: 0 0 1.1rem;
    padding: 0;
    min-width: 0;
  }
  legend {
    font-weight: 500;
    padding: 0;
    margin-bottom: 0.3rem;
  }
  .choice {
    display: flex;
    gap: 0.6rem;
    align-items: baseline;
    font-weight: 400;
  }
  .kept {
    min-height: var(--control);
  }
  .indent {
    margin: 0 0 0.5rem 1.6rem;
    max-width: 16rem;
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
}): TemplateResult => html`<span role="status" class="quiet">${standing(unsaved, saved)}</span>
  ${saved && !unsaved ? html`<button type="button" class="ghost small" @click=${undo}>Undo</button>` : nothing}`;
