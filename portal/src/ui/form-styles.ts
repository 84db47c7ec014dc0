// Styles that forms share: one on a single line, of a text, a choice and a button; and a button that looks like a link,
// within a form's words.
import { css } from 'lit';

/** What is wrong with a field, in the place of its hint. */
export const wrongField = css`
  .wrong {
    display: flex;
    gap: 6px;
    margin: 6px 0 0;
    font-size: 13px;
    line-height: 18px;
    color: var(--bad);
  }
`;

/** The host may set `--choice-width`. */
export const rowForm = css`
  form {
    display: grid;
    grid-template-columns: 1fr var(--choice-width, 10rem) auto;
    gap: 0.6rem 1rem;
    align-items: end;
  }
  form > button {
    min-height: max(36px, var(--control));
  }
  @media (max-width: 40rem) {
    form {
      grid-template-columns: 1fr;
    }
    button {
      justify-self: start;
    }
  }
`;

export const plainButton = css`
  .plain-button {
    border: 0;
    background: none;
    color: var(--accent);
    padding: 0;
    min-height: 0;
    text-decoration: underline;
  }
`;
