// Styles shared by lists whose entries have words on the left and actions on the right; each sets its own spacing.
import { css } from 'lit';

export const list = css`
  ul {
    list-style: none;
    margin: 0;
    padding: 0;
  }
  li {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    border-bottom: 1px solid var(--line);
  }
  li:last-child {
    border-bottom: 0;
  }
`;
