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

/** A table that fills its card from edge to edge, a row a thing that has some words and buttons; on a narrow screen a block each. */
export const cardTable = css`
  .frame {
    margin: -16px;
  }
  .card-head + .frame {
    margin-top: -16px;
  }
  th {
    height: 33px;
    background: var(--canvas);
    white-space: nowrap;
  }
  th:first-child {
    border-top-left-radius: 11px;
  }
  th:last-child {
    border-top-right-radius: 11px;
  }
  .card-head + .frame th {
    border-radius: 0;
  }
  :is(th, td):first-child {
    padding-left: 16px;
  }
  :is(th, td):last-child {
    padding-right: 16px;
  }
  td {
    height: 50px;
    overflow-wrap: anywhere;
  }
  td.acts > * {
    display: flex;
    justify-content: flex-end;
    align-items: center;
    gap: 8px;
  }
  @media (max-width: 719px) {
    thead {
      position: absolute;
      clip-path: inset(50%);
    }
    table,
    tbody {
      display: block;
    }
    tr {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 6px 12px;
      padding: 12px 16px;
      border-bottom: 1px solid var(--line);
    }
    tr:last-child {
      border-bottom: 0;
    }
    td,
    td:is(:first-child, :last-child) {
      display: block;
      height: auto;
      padding: 0;
      border: 0;
    }
    td:first-child {
      flex: 1 1 100%;
    }
    td[data-name]::before {
      content: attr(data-name) " ";
      color: var(--text-3);
    }
    td.acts {
      margin-left: auto;
    }
  }
`;
