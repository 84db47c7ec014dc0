// How a machine's page is laid out: what is done with it in a wide column, who it is in a narrow one beside it.
import { css } from 'lit';

export const machineStyles = css`
  :host {
    display: block;
    max-width: 1408px;
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 12px;
    min-height: var(--control);
  }
  .head > .push {
    margin-left: auto;
  }
  .columns {
    display: grid;
    grid-template-columns: minmax(0, 1fr) 300px;
    /* What is beside the others may be taller than they are: only the last row grows with it. */
    grid-template-rows: repeat(5, auto) 1fr;
    column-gap: 16px;
    align-items: start;
  }
  .columns > * {
    grid-column: 1;
    min-width: 0;
    margin-top: 16px;
  }
  .columns > .beside {
    grid-area: 1 / 2 / -1 / 2;
  }
  @media (max-width: 1099px) {
    .columns {
      grid-template-columns: minmax(0, 1fr);
      grid-template-rows: none;
    }
    .columns > .beside {
      grid-area: auto;
    }
  }
  .crumb {
    margin: -4px 0 2px;
    font-size: 13px;
    line-height: 18px;
    overflow-wrap: anywhere;
  }
  .crumb a {
    display: inline-block;
    padding: 3px 0;
  }
  h1:focus {
    outline: none;
  }
  .attention {
    margin: 12px 0 0;
  }
  problem-note {
    display: block;
  }
  .failing {
    margin-top: 16px;
  }
  .more {
    margin: 12px 0 0;
  }
  /* Around a list that goes to the edges of its card. */
  secret-filter {
    display: block;
    margin-bottom: 28px;
  }
  secret-list + .more {
    margin-top: 28px;
  }
`;
