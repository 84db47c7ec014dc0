// How a run's events look.
import { css } from 'lit';

export const eventStyles = css`
  :host {
    display: block;
  }
  .head {
    display: flex;
    align-items: center;
    gap: 0.6rem;
    margin-bottom: 0.5rem;
  }
  h2 {
    margin: 0;
  }
  .count {
    margin-left: auto;
    font-variant-numeric: tabular-nums;
  }
  .filters {
    display: grid;
    grid-template-columns: minmax(8rem, 1fr) auto auto;
    gap: 0.6rem;
    margin-bottom: 0.6rem;
  }
  .filters label {
    margin: 0;
    font-weight: 400;
    min-width: 0;
  }
  .filters label span {
    display: block;
    font-size: 0.85rem;
    color: var(--text-3);
  }
  .small {
    min-height: 1.8rem;
    padding: 0.1rem 0.6rem;
    font-size: 0.85rem;
  }
  .frame {
    position: relative;
  }
  ol {
    list-style: none;
    margin: 0;
    padding: 0;
    height: 30rem;
    max-height: 70vh;
    overflow: auto;
    overscroll-behavior: contain;
    /* The list keeps what is read in its place by itself, in browsers that would not, too. */
    overflow-anchor: none;
    font-size: 0.92rem;
    border-top: 1px solid var(--line);
    border-bottom: 1px solid var(--line);
  }
  li {
    display: grid;
    grid-template-columns: 6.6rem 6.5rem minmax(0, 1fr);
    gap: 0.6rem;
    padding: 0.25rem 0.3rem;
    border-bottom: 1px solid var(--sunken);
  }
  time,
  .phase {
    color: var(--text-3);
    font-variant-numeric: tabular-nums;
  }
  .warning {
    background: var(--warn-surface);
  }
  .error {
    background: var(--bad-surface);
  }
  .warning .phase,
  .warning time,
  .error .phase,
  .error time {
    color: inherit;
  }
  .message {
    overflow-wrap: anywhere;
  }
  .text {
    white-space: pre-line;
  }
  .mended {
    margin: 0;
    font-size: 0.85rem;
    font-style: italic;
  }
  mark {
    background: var(--accent);
    color: var(--on-accent);
    border-radius: 2px;
  }
  summary {
    cursor: pointer;
    width: fit-content;
    font-size: 0.85rem;
  }
  details dl {
    font-family: var(--mono);
    font-size: 0.85rem;
    margin: 0.2rem 0 0.3rem;
    white-space: pre-wrap;
  }
  details dt {
    color: inherit;
    font-weight: 600;
  }
  .jump {
    position: absolute;
    left: 50%;
    bottom: 0.8rem;
    translate: -50% 0;
    box-shadow: 0 2px 8px rgb(10 16 24 / 30%);
  }
  @media (max-width: 46rem) {
    .filters {
      grid-template-columns: 1fr 1fr;
    }
    .filters label:first-child {
      grid-column: 1 / -1;
    }
    li {
      grid-template-columns: 1fr auto;
      gap: 0 0.6rem;
    }
    .message {
      grid-column: 1 / -1;
    }
  }
`;
