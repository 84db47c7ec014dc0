// Styles shared by the lists' tables; each sets its own look on a narrow screen.
import { css } from 'lit';

export const table = css`
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: 13px;
    line-height: 18px;
  }
  th {
    text-align: left;
    font-weight: 500;
    font-size: 12px;
    line-height: 16px;
    color: var(--text-3);
    height: 32px;
    padding: 0 8px;
    border-bottom: 1px solid var(--line);
  }
  td {
    height: var(--row);
    padding: 4px 8px;
    border-bottom: 1px solid var(--line);
    vertical-align: middle;
  }
  /* A link by itself in a cell is a target. */
  td > a {
    display: inline-block;
    padding: 3px 0;
  }
  tr:last-child > td {
    border-bottom: 0;
  }
  .number {
    text-align: right;
    font-variant-numeric: tabular-nums;
  }
`;
