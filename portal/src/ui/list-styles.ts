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

/** A list that fills its card from edge to edge: what each thing is at a glance, what it is in words, and its buttons. */
export const cardRows = css`
  :host {
    display: block;
  }
  ul {
    margin: -16px;
  }
  li {
    align-items: center;
    gap: 8px 12px;
    padding: 12px 16px;
  }
  li > .text {
    flex: 1 1 260px;
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .text > strong {
    font-weight: 550;
  }
  .text .quiet {
    font-size: 13px;
    line-height: 18px;
  }
  @media (max-width: 719px) {
    li > .text {
      flex-basis: calc(100% - 44px);
    }
  }
`;
