// Styles shared by pages that are read from top to bottom: no wider than a text, one section below another.
import { css } from 'lit';

export const page = css`
  :host {
    display: block;
    max-width: 48rem;
  }
  section {
    margin-top: 1rem;
  }
  .bar {
    justify-content: space-between;
  }
`;
