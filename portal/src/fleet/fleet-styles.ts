// How the fleet page is laid out. Parts that come later have their room from the start, so that nothing jumps.
import { css } from 'lit';

export const fleetPage = css`
  :host {
    display: block;
  }
  fleet-filters {
    display: block;
  }
  .bar {
    justify-content: space-between;
    margin-bottom: 0.75rem;
  }
  .glance {
    display: grid;
    grid-template-columns: 1fr 1fr;
    gap: 0.75rem;
    margin: 0 0 1.25rem;
  }
  .tiles {
    min-height: 14rem;
    display: grid;
  }
  runs-card {
    min-height: 14rem;
  }
  /* Keeps its room, so that nothing jumps when it comes. */
  .away {
    visibility: hidden;
  }
  .busy {
    opacity: 0.55;
  }
  .list {
    padding: 0;
  }
  .waiting {
    min-height: 12rem;
  }
  .tail {
    text-align: center;
    margin: 1rem 0;
  }
  .set-up {
    border-color: var(--accent);
    margin: 1.25rem 0;
  }
  @media (max-width: 60rem) {
    .glance {
      grid-template-columns: minmax(0, 1fr);
    }
  }
`;
