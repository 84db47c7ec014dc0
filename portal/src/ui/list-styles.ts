// What the lists share whose entries have words on the left and what to do with them on the right; each says for itself how close they stand.
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
