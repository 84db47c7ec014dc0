// Styles shared by the lists' tables; each sets its own look on a narrow screen.
import { css } from 'lit';

export const table = css`
  table {
    width: 100%;
    border-collapse: collapse;
  }
  th {
    text-align: left;
    font-weight: 500;
    font-size: 0.85rem;
    color: var(--text-quiet);
    padding: 0.6rem 0.75rem;
    border-bottom: 1px solid var(--line);
  }
  td {
    padding: 0.55rem 0.75rem;
    border-bottom: 1px solid var(--line);
    vertical-align: middle;
  }
  .number {
    text-align: right;
    font-variant-numeric: tabular-nums;
  }
`;
