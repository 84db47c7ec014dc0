// How the search is laid out: a field, what was found in groups, and the keys; over the whole of a narrow screen.
import { css } from 'lit';

export const findStyles = css`
  dialog {
    width: min(660px, calc(100vw - 32px));
    max-height: min(640px, calc(100vh - 120px));
    margin-top: 88px;
    padding: 0;
  }
  dialog[open] {
    display: flex;
    flex-direction: column;
  }
  .field {
    display: flex;
    align-items: center;
    gap: 12px;
    flex: none;
    height: 56px;
    padding: 0 18px;
    border-bottom: 1px solid var(--line);
  }
  .field > .i {
    width: 18px;
    height: 18px;
    color: var(--text-3);
  }
  .field input[type="text"] {
    flex: 1;
    min-width: 0;
    border: 0;
    padding: 0;
    background: none;
    font-size: 16px;
    outline: none;
    appearance: none;
  }
  .field button .i {
    display: none;
  }
  #hits:not([hidden]) {
    flex: 1;
    overflow-y: auto;
    min-height: 0;
    padding-bottom: 8px;
  }
  .head {
    margin: 0;
    padding: 12px 18px 4px;
    font-size: 12px;
    line-height: 16px;
    font-weight: 550;
    color: var(--text-3);
  }
  .hit {
    display: flex;
    align-items: center;
    gap: 12px;
    min-height: 44px;
    margin: 0 8px;
    padding: 5px 10px;
    border-radius: var(--radius-note);
    cursor: pointer;
    scroll-margin: 32px;
  }
  .hit:hover {
    background: var(--hover);
  }
  .hit[aria-selected="true"] {
    background: var(--selected);
    box-shadow: inset 0 0 0 1px light-dark(#bcd0fb, #2c4473);
  }
  .tile {
    display: grid;
    place-items: center;
    flex: none;
    width: 28px;
    height: 28px;
    border-radius: var(--radius-small);
    background: var(--sunken);
    color: var(--text-2);
  }
  .text {
    flex: 1;
    min-width: 0;
    display: grid;
  }
  .words,
  .about {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .words {
    font-weight: 500;
  }
  .about {
    font-size: 13px;
    line-height: 18px;
    color: var(--text-3);
  }
  .about strong {
    color: var(--text);
    font-weight: 700;
  }
  mark {
    background: light-dark(#ffe7a3, #5a4510);
    color: var(--text);
    border-radius: 2px;
  }
  .status {
    display: inline-flex;
    align-items: center;
    gap: 7px;
    font-size: 13px;
    white-space: nowrap;
    color: var(--text-2);
  }
  .status.good .i {
    color: var(--good);
  }
  .status.warn .i {
    color: var(--warn);
  }
  .status.bad .i {
    color: var(--bad);
  }
  .status.accent .i {
    color: var(--accent);
  }
  .says {
    flex: none;
    margin: 0;
    padding: 0 18px 8px;
    font-size: 12px;
    line-height: 16px;
    min-height: 24px;
  }
  footer {
    display: flex;
    flex-wrap: wrap;
    flex: none;
    gap: 4px 16px;
    padding: 8px 18px;
    border-top: 1px solid var(--line);
    font-size: 12px;
    background: light-dark(#fafbfc, #171c23);
  }
  @media (max-width: 719px) {
    dialog {
      width: 100vw;
      height: 100dvh;
      max-height: none;
      margin: 0;
      border-radius: 0;
    }
    footer,
    .field kbd {
      display: none;
    }
    .field button .i {
      display: block;
    }
  }
  @media (forced-colors: active) {
    .hit[aria-selected="true"] {
      outline: 2px solid Highlight;
      outline-offset: -2px;
    }
  }
`;
