// What is pressed, typed into and ticked: buttons, fields, choices. Every target is at least 24 px in each direction, and 40 for a finger.
import { css } from 'lit';

export const controls = css`
  button,
  .button {
    font: 550 13px / 18px var(--sans);
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 6px;
    min-height: var(--control);
    padding: 4px 12px;
    border-radius: var(--radius-small);
    border: 1px solid var(--button-line);
    background: var(--surface);
    color: var(--text);
    cursor: pointer;
    text-decoration: none;
  }
  button:hover:not(:disabled),
  .button:hover {
    background: var(--hover);
  }
  button:active:not(:disabled),
  .button:active {
    background: var(--sunken);
  }
  button:disabled {
    background: var(--sunken);
    border-color: var(--line);
    color: var(--text-3);
    cursor: not-allowed;
  }
  button .i,
  .button .i {
    color: var(--text-2);
  }
  .primary:not(:disabled) {
    background: var(--accent);
    border-color: var(--accent);
    color: var(--on-accent);
  }
  .primary:not(:disabled):is(:hover, :active) {
    background: var(--accent-strong);
    border-color: var(--accent-strong);
  }
  /* It takes something away: the line opens the question, the fill does it. */
  .danger:not(:disabled) {
    color: var(--bad);
    border-color: currentcolor;
  }
  .danger.fill:not(:disabled) {
    background: var(--bad);
    border-color: var(--bad);
    color: var(--on-bad);
  }
  .primary .i,
  .danger .i {
    color: inherit;
  }
  .ghost:not(:disabled) {
    border-color: transparent;
    background: none;
    color: var(--text-2);
    padding-inline: 8px;
  }
  .ghost:not(:disabled):hover {
    background: var(--sunken);
  }
  .small {
    min-height: max(26px, var(--control) - 6px);
    padding: 2px 9px;
    font-size: 12px;
    line-height: 16px;
  }
  .only-icon {
    width: var(--control);
    padding: 0;
  }
  label {
    display: block;
    font-size: 13px;
    line-height: 18px;
    font-weight: 550;
    margin-bottom: 6px;
  }
  /* With its words, a choice is as tall as a target has to be. */
  label:has(> :is(input[type="checkbox"], input[type="radio"])) {
    min-height: 24px;
  }
  input:not([type="checkbox"], [type="radio"]),
  select,
  textarea {
    font: 400 14px / 20px var(--sans);
    width: 100%;
    min-height: max(36px, var(--control));
    padding: 6px 10px;
    border-radius: var(--radius-small);
    border: 1px solid var(--field-line);
    background: var(--surface);
    color: var(--text);
  }
  /* A chevron of two strokes, since no picture may come from a style sheet. */
  select {
    appearance: none;
    padding-right: 28px;
    background-image:
      linear-gradient(45deg, transparent 40%, var(--text-3) 40% 62%, transparent 62%),
      linear-gradient(-45deg, transparent 40%, var(--text-3) 40% 62%, transparent 62%);
    background-size: 5px 5px;
    background-position:
      right 14px center,
      right 10px center;
    background-repeat: no-repeat;
  }
  input:not([type="checkbox"], [type="radio"]):focus-visible,
  select:focus-visible,
  textarea:focus-visible {
    border-color: var(--accent);
    outline-offset: -1px;
  }
  ::file-selector-button {
    font: 550 13px / 18px var(--sans);
    margin-right: 10px;
    padding: 2px 10px;
    border: 1px solid var(--button-line);
    border-radius: var(--radius-tiny);
    background: var(--surface);
    color: var(--text);
    cursor: pointer;
  }
  input:read-only:not([type="checkbox"], [type="radio"], [type="file"]),
  textarea:read-only {
    background: var(--sunken);
  }
  [aria-invalid="true"]:is(input:not([type="checkbox"], [type="radio"]), select, textarea) {
    border-color: var(--bad);
  }
  /* What is wrong with a field, in the place of its hint. */
  .wrong {
    display: flex;
    gap: 6px;
    margin: 6px 0 0;
    font-size: 13px;
    line-height: 18px;
    font-weight: 400;
    color: var(--bad);
  }
  ::placeholder {
    color: var(--text-3);
    opacity: 1;
  }
  input[type="checkbox"],
  input[type="radio"] {
    width: 16px;
    height: 16px;
    margin: 1px 2px;
    align-self: flex-start;
    flex: none;
    appearance: none;
    display: inline-grid;
    place-content: center;
    border: 1.5px solid var(--line-strong);
    border-radius: var(--radius-tiny);
    background: var(--surface);
    cursor: pointer;
  }
  input[type="radio"] {
    border-radius: 50%;
  }
  input[type="checkbox"]:is(:checked, :indeterminate) {
    border-color: var(--accent);
    background: var(--accent);
  }
  input[type="radio"]:checked {
    border: 5px solid var(--accent);
  }
  :is(input[type="checkbox"], input[type="radio"]):disabled {
    border-color: var(--line);
    background: var(--sunken);
    cursor: not-allowed;
  }
  input[type="checkbox"]:disabled:is(:checked, :indeterminate),
  input[type="radio"]:disabled:checked {
    border-color: var(--line-strong);
    background: var(--line-strong);
  }
  /* The mark itself, as a shape: a picture in a style sheet would be a request, or what the CSP forbids. */
  input[type="checkbox"]:checked::before {
    content: "";
    width: 10px;
    height: 10px;
    background: var(--on-accent);
    clip-path: polygon(12% 46%, 0 60%, 40% 94%, 100% 20%, 86% 8%, 38% 68%);
  }
  input[type="checkbox"]:indeterminate::before {
    content: "";
    width: 8px;
    height: 2px;
    background: var(--on-accent);
    clip-path: none;
  }
  /* Choices of which one holds, side by side. */
  .seg {
    display: inline-flex;
    gap: 2px;
    padding: 2px;
    border: 1px solid var(--line);
    border-radius: var(--radius-note);
    background: var(--sunken);
  }
  .seg > button {
    min-height: calc(var(--control) - 6px);
    padding: 2px 11px;
    border-color: transparent;
    background: none;
    font-weight: 500;
    color: var(--text-2);
  }
  .seg > button[aria-pressed="true"] {
    background: var(--surface);
    border-color: var(--line);
    color: var(--text);
    font-weight: 550;
    box-shadow: var(--e1);
  }
  /* A system's own colours would make all buttons alike, and would hide a mark. */
  @media (forced-colors: active) {
    select,
    input[type="checkbox"],
    input[type="radio"] {
      appearance: auto;
      background-image: none;
    }
    input[type="checkbox"]::before {
      display: none;
    }
    .primary,
    .danger.fill,
    .seg > button[aria-pressed="true"] {
      forced-color-adjust: none;
      background: Highlight;
      border-color: Highlight;
      color: HighlightText;
    }
  }
`;
