// How a run's events look.
import { css } from 'lit';

export const eventStyles = css`
  :host {
    display: block;
  }
  .number {
    font-variant-numeric: tabular-nums;
  }
  .filters {
    display: grid;
    grid-template-columns: minmax(120px, 1fr) auto auto;
    gap: 8px;
    margin-bottom: 12px;
  }
  .filters label {
    margin: 0;
    font-weight: 400;
    min-width: 0;
  }
  .filters label span {
    display: block;
    margin-bottom: 2px;
    font-size: 12px;
    line-height: 16px;
    color: var(--text-3);
  }
  .frame {
    position: relative;
  }
  ol {
    list-style: none;
    margin: 0 -16px -16px;
    padding: 0;
    max-height: min(420px, 70vh);
    overflow: auto;
    overscroll-behavior: contain;
    /* The list keeps what is read in its place by itself, in browsers that would not, too. */
    overflow-anchor: none;
    font-size: 13px;
    line-height: 18px;
    border-top: 1px solid var(--line);
    border-radius: 0 0 11px 11px;
  }
  li {
    display: grid;
    grid-template-columns: 84px 96px minmax(0, 1fr);
    gap: 8px;
    padding: 6px 16px;
    border-bottom: 1px solid var(--line);
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
    font-size: 12px;
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
    min-height: 24px;
    font-size: 12px;
    line-height: 24px;
    color: var(--text-2);
  }
  details dl {
    font-family: var(--mono);
    font-size: 12px;
    margin: 2px 0 4px;
    white-space: pre-wrap;
  }
  details dt {
    color: inherit;
    font-weight: 600;
  }
  .jump {
    position: absolute;
    left: 50%;
    bottom: 0;
    translate: -50% 0;
    box-shadow: var(--e2);
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
      gap: 0 8px;
    }
    .message {
      grid-column: 1 / -1;
    }
  }
`;
