// What every component looks like: type, buttons, fields, cards, notes. Adopted style sheets, so the strict CSP holds.
import { css } from 'lit';
import { controls } from './control-styles.ts';

const text = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  h1 {
    font-size: 20px;
    line-height: 28px;
    font-weight: 600;
    margin: 0;
    letter-spacing: -0.012em;
    min-width: 0;
    overflow-wrap: anywhere;
  }
  /* A heading takes the focus so that it is read from there; there is nothing to press. */
  :is(h1, h2, h3)[tabindex="-1"]:focus {
    outline: none;
  }
  h2 {
    font-size: 15px;
    line-height: 20px;
    font-weight: 600;
    letter-spacing: -0.004em;
    margin: 0 0 12px;
  }
  h3 {
    font-size: 13px;
    line-height: 20px;
    font-weight: 600;
    margin: 0;
  }
  p {
    margin: 0 0 12px;
  }
  p:last-child {
    margin-bottom: 0;
  }
  a {
    color: var(--accent);
    text-underline-offset: 2px;
    text-decoration-thickness: 1px;
  }
  .i {
    width: 16px;
    height: 16px;
    flex: none;
    stroke-width: 1.75;
    vertical-align: -3px;
  }
  :focus-visible {
    outline: var(--focus-width) solid var(--focus);
    outline-offset: 2px;
  }
  dl {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 6px 16px;
    margin: 0;
    font-size: 13px;
    line-height: 18px;
  }
  dt {
    color: var(--text-3);
  }
  dd {
    margin: 0;
    overflow-wrap: anywhere;
  }
  .quiet {
    color: var(--text-3);
  }
  .mono {
    font-family: var(--mono);
    font-weight: 450;
    overflow-wrap: anywhere;
  }
  kbd {
    display: inline-block;
    min-width: 18px;
    padding: 0 5px;
    font: 500 11px / 16px var(--sans);
    text-align: center;
    color: var(--text-3);
    background: var(--surface);
    border: 1px solid var(--line);
    border-bottom-width: 2px;
    border-radius: var(--radius-tiny);
  }
  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;

const parts = css`
  .card {
    background: var(--surface);
    border: 1px solid var(--card-line);
    border-radius: var(--radius);
    padding: 16px;
  }
  /* A card's title and what is done with it, over a line from edge to edge. */
  .card-head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 8px;
    min-height: 48px;
    margin: -16px -16px 16px;
    padding: 7px 16px;
    border-bottom: 1px solid var(--line);
    font-size: 13px;
    line-height: 18px;
  }
  .card-head > :is(h2, h3) {
    margin: 0;
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .card-head > :is(.push, h2 ~ button, h2 ~ .button) {
    margin-left: auto;
  }
  .card > h2:first-child {
    margin: -16px -16px 16px;
    padding: 14px 16px 13px;
    border-bottom: 1px solid var(--line);
  }
  /* What a thing is, at a glance, beside its words. */
  .tile {
    display: grid;
    place-items: center;
    width: 32px;
    height: 32px;
    flex: none;
    border-radius: var(--radius-note);
    background: var(--sunken);
    color: var(--text-2);
  }
  .tile.accent {
    background: var(--accent-surface);
    color: var(--accent);
  }
  .tile.good {
    background: var(--good-surface);
    color: var(--good);
  }
  .tile.warn {
    background: var(--warn-surface);
    color: var(--warn);
  }
  .tile.bad {
    background: var(--bad-surface);
    color: var(--bad);
  }
  .avatar {
    display: grid;
    place-items: center;
    width: 26px;
    height: 26px;
    flex: none;
    border-radius: 50%;
    background: var(--accent-surface);
    color: var(--accent-strong);
    font-size: 11px;
    font-weight: 600;
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
  }
  dialog h1 {
    font-size: 18px;
    line-height: 24px;
  }
  /* A heading beside its buttons. */
  .row > h1,
  .row > h2 {
    margin: 0;
  }
  .row.bar {
    margin-bottom: 8px;
  }
  h1 + p,
  .row.bar + p {
    margin-top: 4px;
  }
  .stack > * + * {
    margin-top: 16px;
  }
  .note {
    border-radius: var(--radius-note);
    padding: 10px 14px;
    border: 1px solid var(--note-line);
    background: var(--accent-surface);
    font-size: 13px;
    line-height: 20px;
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
    display: inline-flex;
    align-items: center;
    gap: 5px;
    height: 22px;
    border-radius: var(--radius-tiny);
    padding: 0 8px;
    border: 1px solid var(--pill-line);
    font-size: 12px;
    line-height: 16px;
    font-weight: 550;
    white-space: nowrap;
    background: var(--sunken);
    color: var(--text-2);
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
    color: var(--accent-strong);
  }
  .count {
    min-width: 18px;
    padding: 0 5px;
    font-size: 11px;
    line-height: 18px;
    font-weight: 600;
    font-variant-numeric: tabular-nums;
    text-align: center;
    border-radius: 9px;
    background: var(--accent);
    color: var(--on-accent);
  }
  .count.warn {
    background: var(--warn-surface);
    color: var(--warn);
  }
  .menu {
    background: var(--raised);
    border-radius: 10px;
    box-shadow: var(--e2);
    padding: 5px;
    font-size: 13px;
    line-height: 18px;
  }
  progress {
    width: 100%;
    height: 8px;
    accent-color: var(--accent);
  }
  progress:not(:indeterminate) {
    display: block;
    appearance: none;
    border: 0;
    border-radius: 4px;
    overflow: hidden;
    background: var(--sunken);
  }
  ::-webkit-progress-bar {
    background: none;
  }
  ::-webkit-progress-value {
    border-radius: 4px;
    background: var(--accent);
  }
  ::-moz-progress-bar {
    border-radius: 4px;
    background: var(--accent);
  }
  dialog {
    --surface: var(--raised);
    width: min(600px, calc(100vw - 32px));
    max-height: calc(100vh - 32px);
    border: 0;
    border-radius: var(--radius-dialog);
    padding: 20px 24px;
    background: var(--raised);
    color: var(--text);
    box-shadow: var(--e3);
  }
  dialog .actions {
    display: flex;
    flex-wrap: wrap;
    justify-content: flex-end;
    gap: 8px;
    margin: 20px -24px -20px;
    padding: 12px 24px;
    border-top: 1px solid var(--line);
    background: light-dark(#fafbfc, #171c23);
  }
  dialog::backdrop {
    background: var(--scrim);
  }
  @media (max-width: 719px) {
    /* A sheet from below, for a thumb. */
    dialog {
      width: 100vw;
      max-width: 100vw;
      margin: auto 0 0;
      padding: 16px;
      border-radius: 16px 16px 0 0;
    }
    dialog .actions {
      margin: 16px -16px -16px;
      padding: 12px 16px;
    }
  }
  @media (prefers-reduced-motion: no-preference) {
    dialog[open] {
      animation: 180ms ease-out risen;
    }
    @keyframes risen {
      from {
        opacity: 0;
        transform: translateY(8px);
      }
    }
  }
  /* The one thing that moves by itself; the words beside it say the same. */
  @media (prefers-reduced-motion: reduce) {
    progress:indeterminate {
      appearance: none;
      height: 6px;
      border-radius: 3px;
      background: var(--line-strong);
    }
  }
  @media print {
    .card {
      border: 0;
      padding: 0;
    }
  }
  @media (forced-colors: active) {
    .count {
      forced-color-adjust: none;
      background: Highlight;
      color: HighlightText;
    }
    .menu,
    dialog {
      border: 1px solid CanvasText;
    }
    progress:not(:indeterminate) {
      appearance: auto;
    }
  }
`;

export const shared = [text, controls, parts];
