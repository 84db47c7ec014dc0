// How the fleet page is laid out: its head, the strip of figures, one line of filters, and the list from edge to edge. Parts that come later
// have their room from the start, so that nothing jumps.
import { css } from 'lit';

export const fleetPage = css`
  :host {
    display: block;
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 12px;
    min-height: var(--control);
    margin-bottom: 12px;
  }
  .acts {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
    margin-left: auto;
  }
  .filters {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
    min-height: var(--control);
    padding: 12px 0;
  }
  .fold {
    display: none;
  }
  .length {
    margin-left: auto;
    font-size: 13px;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  fleet-search {
    display: contents;
  }
  /* Keeps its room, so that nothing jumps when it comes. */
  .filters button {
    white-space: nowrap;
  }
  .away {
    visibility: hidden;
  }
  .busy {
    opacity: 0.55;
  }
  .list {
    margin: 0 calc(-1 * var(--edge));
  }
  .waiting {
    min-height: 12rem;
  }
  .tail {
    text-align: center;
    margin: 16px 0;
  }
  .set-up {
    border-color: var(--accent);
    margin: 0 0 16px;
  }
  /* One line, whatever is counted: a second one would push the rows down. */
  @media (min-width: 1100px) {
    .filters {
      flex-wrap: nowrap;
    }
  }
  @media (max-width: 719px) {
    fleet-strip {
      margin: 0 calc(-1 * var(--edge));
    }
    .filters {
      padding: 10px 0;
    }
    .fold {
      display: inline-flex;
    }
    .away,
    .length,
    .folded :is(fleet-filters, .acts) {
      display: none;
    }
    .acts {
      flex-basis: 100%;
      margin: 0;
    }
  }
`;
