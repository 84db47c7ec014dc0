// Filters of the audit: what is set stands out, what is not is quiet; a list opens below its button.
import { css } from 'lit';

export const picker = css`
  :host {
    position: relative;
    display: block;
    min-width: 0;
  }
  .open {
    max-width: 240px;
    min-height: max(28px, var(--control) - 4px);
    border-color: var(--line);
    font-weight: 500;
    color: var(--text-2);
  }
  .open b {
    font-weight: 550;
    color: var(--text);
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .menu {
    position: absolute;
    z-index: 3;
    top: calc(100% + 4px);
    left: 0;
    width: min(320px, calc(100vw - 32px));
  }
  .list {
    max-height: 320px;
    overflow-y: auto;
  }
  input:not([type="checkbox"]) {
    font-size: 13px;
    margin-bottom: 5px;
  }
  .list button {
    display: grid;
    justify-content: stretch;
    width: 100%;
    min-height: 36px;
    padding: 4px 9px;
    border: 0;
    background: none;
    font: inherit;
    text-align: left;
    overflow-wrap: anywhere;
  }
  .list button:is(:hover, :focus-visible) {
    background: var(--sunken);
    outline-offset: -2px;
  }
  mark {
    background: none;
    color: inherit;
    font-weight: 700;
  }
  p {
    margin: 8px;
  }
`;
