// Steps in their order, one below another on a line: done, now, to come. Told by the mark’s sign as well as by its colour.
import { css } from 'lit';

export const stepper = css`
  ol {
    list-style: none;
    margin: 0;
    padding: 0;
  }
  li {
    position: relative;
    display: grid;
    grid-template-columns: 26px minmax(0, 1fr) auto;
    gap: 2px 14px;
    align-items: start;
    padding-bottom: 20px;
  }
  li:last-child {
    padding-bottom: 0;
  }
  li:not(:last-child)::before {
    content: "";
    position: absolute;
    inset: 28px auto 2px 12px;
    width: 2px;
    background: var(--line);
  }
  li.done:not(:last-child)::before {
    background: var(--good);
  }
  .mark {
    display: grid;
    place-items: center;
    width: 26px;
    height: 26px;
    border: 1px solid var(--line-strong);
    border-radius: 50%;
    font-size: 12px;
    font-weight: 600;
    color: var(--text-2);
  }
  .done .mark {
    border-color: var(--good);
    background: var(--good);
    color: var(--on-accent);
  }
  [aria-current] .mark {
    border-color: var(--accent);
    background: var(--accent);
    color: var(--on-accent);
  }
  .mark .i {
    width: 14px;
    height: 14px;
    stroke-width: 2.5;
  }
  @media (forced-colors: active) {
    :is(.done, [aria-current]) .mark {
      forced-color-adjust: none;
      border-color: Highlight;
      background: Highlight;
      color: HighlightText;
    }
  }
`;
