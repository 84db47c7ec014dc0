// How a machine's page is laid out.
import { css } from 'lit';

export const machineStyles = css`
  .columns {
    display: grid;
    grid-template-columns: minmax(0, 1.15fr) minmax(0, 1fr);
    gap: 1rem;
    margin-top: 1.25rem;
    align-items: start;
  }
  .wide {
    grid-column: 1 / -1;
  }
  @media (max-width: 60rem) {
    .columns {
      grid-template-columns: minmax(0, 1fr);
    }
  }
  @media (max-width: 30rem) {
    .card {
      padding: 0.9rem;
    }
  }
  .crumb {
    margin-bottom: 0.5rem;
  }
  h1:focus {
    outline: none;
  }
  .attention {
    margin: 1rem 0 0;
  }
  problem-note {
    display: block;
  }
  .failing {
    margin-top: 1rem;
  }
  .head {
    justify-content: space-between;
    margin-bottom: 0.5rem;
  }
  .head h2 {
    margin: 0;
  }
`;
