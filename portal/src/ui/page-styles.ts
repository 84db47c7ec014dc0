// Styles shared by pages that are read from top to bottom: no wider than the container, one section below another.
import { css } from 'lit';

export const page = css`
  :host {
    display: block;
    max-width: 1056px;
  }
  section {
    margin-top: 16px;
  }
  /* Below a list that goes to the edges of its card. */
  .card > :is(token-list, person-list) + p {
    margin-top: 28px;
  }
  .bar {
    justify-content: space-between;
  }
`;
