// What every component looks like: type, buttons, fields, cards, notes. Adopted style sheets, so the strict CSP holds.
import { css } from 'lit';

export const shared = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  h1 {
    font-size: 1.5rem;
    line-height: 1.25;
    margin: 0;
    letter-spacing: -0.01em;
  }
  h2 {
    font-size: 1.05rem;
    margin: 0 0 0.75rem;
  }
  p {
    margin: 0 0 0.75rem;
  }
  a {
    color: var(--accent);
  }
  :focus-visible {
    outline: var(--focus-width) solid var(--focus);
    outline-offset: 2px;
  }
  button,
  .button {
    font: inherit;
    font-weight: 500;
    display: inline-flex;
    align-items: center;
    gap: 0.4rem;
    min-height: 2.25rem;
    padding: 0.3rem 0.9rem;
    border-radius: var(--radius-small);
    border: 1px solid var(--button-line);
    background: var(--raised);
    color: var(--text);
    cursor: pointer;
    text-decoration: none;
  }
  button:hover:not(:disabled),
  .button:hover {
    border-color: var(--accent);
  }
  button:disabled {
    opacity: 0.55;
    cursor: not-allowed;
  }
  .primary {
    background: var(--accent);
    border-color: var(--accent);
    color: var(--on-accent);
  }
  /* A system's own colours would make all buttons alike. */
  @media (forced-colors: active) {
    .primary {
      forced-color-adjust: none;
      background: Highlight;
      border-color: Highlight;
      color: HighlightText;
    }
  }
  label {
    display: block;
    font-weight: 500;
    margin-bottom: 0.3rem;
  }
  input:not([type="checkbox"], [type="radio"]),
  select,
  textarea {
    font: inherit;
    width: 100%;
    min-height: 2.25rem;
    padding: 0.35rem 0.6rem;
    border-radius: var(--radius-small);
    border: 1px solid var(--field-line);
    background: var(--raised);
    color: var(--text);
  }
  dl {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 0.3rem 1rem;
    margin: 0;
  }
  dt {
    color: var(--text-quiet);
  }
  dd {
    margin: 0;
    overflow-wrap: anywhere;
  }
  .card {
    background: var(--raised);
    border: 1px solid var(--card-line);
    border-radius: var(--radius);
    padding: 1.1rem 1.25rem;
  }
  .quiet {
    color: var(--text-quiet);
  }
  .mono {
    font-family: var(--mono);
    font-size: 0.92em;
    overflow-wrap: anywhere;
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.6rem;
  }
  /* A heading beside its buttons. */
  .row > h1,
  .row > h2 {
    margin: 0;
  }
  .row.bar {
    margin-bottom: 0.6rem;
  }
  h1 + p,
  .row.bar + p {
    margin-top: 0.4rem;
  }
  .stack > * + * {
    margin-top: 1rem;
  }
  .note {
    border-radius: var(--radius-small);
    padding: 0.65rem 0.85rem;
    border: 1px solid var(--note-line);
    background: var(--accent-surface);
  }
  .note.warn {
    background: var(--warn-surface);
  }
  .note.bad {
    background: var(--bad-surface);
  }
  .note.good {
    background: var(--good-surface);
  }
  .pill {
    display: inline-block;
    border-radius: 999px;
    padding: 0 0.6rem;
    border: 1px solid var(--pill-line);
    font-size: 0.85rem;
    white-space: nowrap;
    background: var(--sunken);
  }
  .pill.good {
    background: var(--good-surface);
    color: var(--good);
  }
  .pill.warn {
    background: var(--warn-surface);
    color: var(--warn);
  }
  .pill.bad {
    background: var(--bad-surface);
    color: var(--bad);
  }
  .pill.accent {
    background: var(--accent-surface);
    color: var(--accent);
  }
  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  progress {
    width: 100%;
    accent-color: var(--accent);
  }
  dialog {
    width: min(34rem, calc(100vw - 2rem));
    max-height: calc(100vh - 2rem);
    border: 1px solid var(--line);
    border-radius: var(--radius);
    padding: 1.4rem 1.5rem;
    background: var(--raised);
    color: var(--text);
  }
  dialog .actions {
    display: flex;
    justify-content: flex-end;
    gap: 0.6rem;
    margin-top: 1.2rem;
  }
  dialog::backdrop {
    background: rgb(10 16 24 / 55%);
  }
  /* The one thing that moves by itself; the words beside it say the same. */
  @media (prefers-reduced-motion: reduce) {
    progress:indeterminate {
      appearance: none;
      height: 0.4rem;
      border-radius: 999px;
      background: var(--line-strong);
    }
  }
`;
