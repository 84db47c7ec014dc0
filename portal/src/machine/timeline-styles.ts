// How a run's timeline looks: a state is told by shape and outline as well as by colour.
import { css } from 'lit';

export const timelineStyles = css`
  :host {
    display: block;
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: 0.95rem;
  }
  th,
  td {
    padding: 0.16rem 0;
    text-align: left;
    font-weight: 400;
    vertical-align: middle;
  }
  th:first-child {
    width: 9.5rem;
    overflow-wrap: anywhere;
  }
  .state {
    width: 16rem;
    white-space: nowrap;
    padding-left: 0.9rem;
    font-variant-numeric: tabular-nums;
  }
  .mark {
    display: inline-block;
    width: 1.4rem;
    font-weight: 700;
  }
  .succeeded .mark {
    color: var(--good);
  }
  .failed .mark,
  .failed .state {
    color: var(--bad);
  }
  .running .mark {
    color: var(--accent);
  }
  .pending,
  .skipped {
    color: var(--text-3);
  }
  svg {
    display: block;
    width: 100%;
    height: 1.3rem;
    overflow: visible;
  }
  .axis {
    height: 2rem;
    font-size: 0.8rem;
    font-variant-numeric: tabular-nums;
  }
  text {
    fill: var(--text-3);
  }
  .tick {
    stroke: var(--line);
  }
  .reboot {
    stroke: var(--text-3);
    stroke-width: 1.5;
    stroke-dasharray: 3 3;
  }
  .glyph {
    fill: var(--text);
    font-size: 0.9rem;
  }
  .bar {
    fill: var(--good);
    stroke: var(--good);
  }
  .running .bar {
    fill: var(--accent-surface);
    stroke: var(--accent);
    stroke-width: 2;
  }
  .failed .bar {
    fill: var(--bad);
    stroke: var(--bad);
  }
  .cross {
    fill: var(--surface);
    font-weight: 700;
    font-size: 0.85rem;
  }
  .skipped .bar {
    fill: none;
    stroke: var(--line);
  }
  .retry {
    stroke: var(--surface);
    stroke-width: 3;
  }
  .silence {
    fill: none;
    stroke: var(--warn);
    stroke-dasharray: 4 4;
    stroke-width: 2;
  }
  .pill {
    margin-left: 0.3rem;
  }
  .below {
    margin: 0.6rem 0 0;
  }
  @media (max-width: 46rem) {
    tr {
      display: grid;
      grid-template-columns: 1fr auto;
      padding: 0.25rem 0;
    }
    .drawn {
      grid-area: 2 / 1 / 2 / -1;
    }
    thead th:not(.drawn) {
      position: absolute;
      clip-path: inset(50%);
    }
    .state {
      width: auto;
      white-space: normal;
    }
  }
  @media (forced-colors: active) {
    .bar {
      fill: CanvasText;
      stroke: CanvasText;
    }
    .running .bar {
      fill: Canvas;
    }
    .retry {
      stroke: Canvas;
    }
  }
`;
