// How a run's timeline looks: a state is told by shape and outline as well as by colour.
import { css } from 'lit';

export const timelineStyles = css`
  :host {
    display: block;
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: 13px;
    line-height: 18px;
  }
  th,
  td {
    height: 26px;
    padding: 3px 0;
    text-align: left;
    font-weight: 400;
    vertical-align: middle;
  }
  th:first-child {
    width: 136px;
    padding-right: 12px;
    overflow-wrap: anywhere;
  }
  .state {
    width: 1px;
    white-space: nowrap;
    padding-left: 16px;
    text-align: right;
    color: var(--text-2);
    font-variant-numeric: tabular-nums;
  }
  .mark {
    display: inline-block;
    width: 22px;
  }
  .mark .i {
    width: 14px;
    height: 14px;
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
  .skipped,
  .pending .state,
  .skipped .state {
    color: var(--text-3);
  }
  svg {
    display: block;
    width: 100%;
    height: 20px;
    overflow: visible;
  }
  .mark svg {
    display: inline-block;
  }
  .axis {
    height: 32px;
    font-size: 12px;
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
    font-size: 13px;
  }
  .bar {
    fill: light-dark(#2f8f5f, #4cbf88);
    stroke: light-dark(#2f8f5f, #4cbf88);
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
    font-size: 12px;
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
    margin-left: 4px;
  }
  .below {
    margin: 8px 0 0;
    font-size: 12px;
    line-height: 16px;
  }
  @media (max-width: 46rem) {
    tr {
      display: grid;
      grid-template-columns: 1fr auto;
      padding: 4px 0;
    }
    th,
    td {
      height: auto;
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
