// How a machine's secrets are listed: a row each, with what it is at a glance, what it is in words, and its button.
import { css } from 'lit';

export const secretListStyles = css`
  ul,
  ol {
    list-style: none;
    margin: 0;
    padding: 0;
  }
  :host {
    display: block;
  }
  /* From edge to edge of its card. */
  ul {
    margin: -16px;
  }
  p + ul,
  :host([apart]) ul {
    margin-top: 12px;
    border-top: 1px solid var(--line);
  }
  :host([apart]) ul {
    margin-bottom: 16px;
    border-bottom: 1px solid var(--line);
  }
  ul > li {
    display: grid;
    grid-template-columns: 32px minmax(0, 1fr) auto;
    column-gap: 12px;
    align-items: center;
    padding: 12px 16px;
  }
  ul > li + li {
    border-top: 1px solid var(--line);
  }
  ul > li > * {
    grid-column: 2 / -1;
  }
  ul > li > .tile {
    grid-area: 1 / 1 / span 6 / 1;
  }
  .only > .what {
    grid-column: 2;
  }
  .head {
    display: flex;
    justify-content: space-between;
    align-items: center;
    gap: 4px 16px;
  }
  /* The only one that the PC may have: its button is that of the whole row. */
  .only > .head {
    display: contents;
  }
  .only > .head > div {
    grid-column: 2;
  }
  .only > .head > .reveal {
    grid-area: 1 / 3 / span 2 / 3;
  }
  h3 {
    font-size: 14px;
    font-weight: 550;
    overflow-wrap: anywhere;
  }
  p {
    margin: 2px 0;
    font-size: 13px;
    line-height: 18px;
    overflow-wrap: anywhere;
  }
  .row {
    gap: 4px 6px;
  }
  .line {
    font-size: 12px;
    line-height: 16px;
  }
  details {
    margin-top: 4px;
    font-size: 13px;
  }
  summary {
    cursor: pointer;
    width: fit-content;
    min-height: 24px;
    line-height: 24px;
    color: var(--text-2);
  }
  .pill {
    height: auto;
    min-height: 22px;
    white-space: normal;
    overflow-wrap: anywhere;
  }
  .older {
    padding: 6px 0 6px 12px;
    border-left: 2px solid var(--line);
  }
  @media (max-width: 719px) {
    ul > li > .tile {
      align-self: start;
    }
    .reveal {
      min-height: 44px;
      flex: 1 1 100%;
    }
    .only > .head > .reveal {
      grid-area: auto / 1 / auto / -1;
      margin-top: 8px;
    }
    .older,
    ul > li:not(.only) > .head {
      flex-wrap: wrap;
    }
  }
`;
