// How a plaintext looks: in the font whose zero, O, one, l and I differ, large enough for arm's length.
import { css } from 'lit';

export const secretStyles = css`
  .plain,
  .groups,
  .spelled {
    margin: 0 0 8px;
    padding: 0;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: light-dark(#fafbfc, #171c23);
    list-style: none;
  }
  .plain,
  .six,
  .glyph {
    font-family: var(--mono);
    font-variant-numeric: slashed-zero;
    font-variant-ligatures: none;
  }
  .plain {
    padding: 12px 16px;
    font-size: 31px;
    line-height: 1.75;
    user-select: all;
  }
  /* In the order in which it is typed, also where its letters run from right to left. */
  .plain [role="img"] {
    white-space: break-spaces;
    direction: ltr;
    unicode-bidi: isolate-override;
  }
  .block {
    display: inline-block;
    max-width: 100%;
    margin-right: 16px;
    overflow-wrap: anywhere;
  }
  .block > span {
    display: inline-block;
    min-width: 1.45em;
    margin: 2px 1px;
    line-height: 44px;
    text-align: center;
    white-space: pre;
    unicode-bidi: isolate;
  }
  .digit {
    color: var(--accent);
    text-decoration: underline 3px;
    text-underline-offset: 7px;
  }
  .upper {
    font-weight: 700;
  }
  .sign {
    border-radius: var(--radius-tiny);
    background: var(--bad-surface);
    outline: 1px solid;
    color: var(--bad);
  }
  .groups {
    display: grid;
    grid-template-columns: repeat(4, 1fr);
    overflow: hidden;
    user-select: all;
  }
  .groups li {
    min-width: 0;
    padding: 8px 4px 12px;
    text-align: center;
    box-shadow:
      1px 0 0 var(--line),
      0 1px 0 var(--line);
  }
  .number {
    display: block;
    font: 550 12px / 16px var(--sans);
    color: var(--text-3);
    user-select: none;
  }
  .six {
    font-size: clamp(24px, 5.2vw, 32px);
    line-height: 40px;
    font-weight: 550;
    white-space: nowrap;
  }
  .words {
    display: block;
    padding: 0 4px;
    font-size: 13px;
    line-height: 18px;
    color: var(--text-2);
    user-select: none;
  }
  .groups.spelling {
    grid-template-columns: repeat(2, 1fr);
  }
  .groups .fails .six {
    color: var(--bad);
    text-decoration: underline wavy var(--bad) 2px;
    text-underline-offset: 6px;
  }
  .groups .fails .number::after {
    content: " ✕ fails" / "";
    color: var(--bad);
    font-weight: 700;
  }
  .verdict {
    display: flex;
    gap: 6px;
    font-size: 13px;
    line-height: 18px;
    color: var(--good);
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 14px;
    font-size: 13px;
    line-height: 18px;
  }
  .legend .digit {
    text-decoration-thickness: 2px;
    text-underline-offset: 3px;
  }
  .legend .sign {
    padding: 0 4px;
  }
  .spelled {
    padding: 10px 16px;
    columns: 2 220px;
  }
  .spelled li {
    display: grid;
    grid-template-columns: 22px 28px 1fr;
    align-items: baseline;
    gap: 4px;
    line-height: 28px;
    break-inside: avoid;
  }
  .spelled .number {
    text-align: right;
  }
  .glyph {
    font-size: 16px;
    text-align: center;
    white-space: pre;
    text-decoration: none;
  }
  @media (max-width: 719px) {
    .groups,
    .groups.spelling {
      grid-template-columns: repeat(2, 1fr);
    }
    .groups:not(.spelling) li {
      display: flex;
      align-items: center;
      justify-content: center;
      gap: 8px;
      padding: 8px 4px;
    }
    .six {
      font-size: min(30px, 7.6vw);
    }
    .plain {
      padding: 10px;
      font-size: 26px;
    }
  }
`;
