// How a plaintext looks. The fonts are the reader's own, in the order of how well their zero, O, one, l and I differ; none is fetched.
import { css } from 'lit';

export const secretStyles = css`
  .plain,
  .groups {
    font-family:
      "Cascadia Mono", "SF Mono", "JetBrains Mono", Menlo, Consolas, "DejaVu Sans Mono", "Roboto Mono", ui-monospace,
      monospace;
    font-variant-numeric: slashed-zero;
    font-variant-ligatures: none;
    font-size: 1.35rem;
    line-height: 1.9;
    user-select: all;
  }
  .plain {
    overflow-wrap: anywhere;
    letter-spacing: 0.08em;
    margin: 0 0 0.4rem;
  }
  /* In the order in which it is typed, also where its letters run from right to left. */
  .plain [role="img"] {
    white-space: break-spaces;
    direction: ltr;
    unicode-bidi: isolate-override;
  }
  .plain [role="img"] span {
    unicode-bidi: isolate;
  }
  .digit {
    text-decoration: underline 2px;
    text-underline-offset: 5px;
    color: var(--accent);
  }
  .upper {
    font-weight: 700;
  }
  .sign {
    border: 1px solid var(--line);
    border-radius: 4px;
    color: var(--bad);
  }
  .groups {
    display: grid;
    grid-template-columns: repeat(4, auto);
    justify-content: start;
    gap: 0.2rem 1.4rem;
    margin: 0 0 0.4rem;
    padding: 0;
    list-style: none;
  }
  .groups li {
    white-space: nowrap;
  }
  .groups li::after {
    content: "✓" / "";
    color: var(--good);
    font-size: 0.7em;
    padding-left: 0.35em;
    vertical-align: 0.15em;
  }
  .groups .fails {
    text-decoration: underline wavy var(--bad) 2px;
    text-underline-offset: 6px;
  }
  .groups .fails::after {
    content: "✕" / "";
    color: var(--bad);
    font-weight: 700;
    text-decoration: none;
    display: inline-block;
  }
  .large .plain,
  .large .groups {
    font-size: clamp(1.9rem, 8vw, 4rem);
    line-height: 1.5;
  }
  .large .groups {
    grid-template-columns: repeat(2, auto);
    gap: 0 1.2em;
  }
  @media (max-width: 30rem) {
    .groups {
      grid-template-columns: repeat(2, auto);
    }
  }
  .legend {
    font-size: 0.85rem;
  }
  button {
    min-height: 2.75rem;
  }
  button[aria-pressed="true"] {
    background: var(--accent-surface);
    border-color: var(--accent);
    font-weight: 600;
  }
  .spelled {
    margin: 0.9rem 0 0;
    padding: 0.6rem 0.6rem 0.6rem 2.6rem;
    background: var(--sunken);
    border-radius: var(--radius-small);
    columns: 11rem;
    font-size: 1.1rem;
    line-height: 1.6;
  }
  .spelled.grouped {
    columns: 17rem;
  }
  .spelled li {
    break-inside: avoid;
  }
`;
