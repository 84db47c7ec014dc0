// Styles that forms share: one on a single line, of a text, a choice and a button; and a button that looks like a link,
// within a form's words.
import { css } from 'lit';

/** The host may set `--choice-width`. */
export const rowForm = css`
  form {
    display: grid;
    grid-template-columns: 1fr var(--choice-width, 10rem) auto;
    gap: 0.6rem 1rem;
    /* What is wrong with a field stands below it, and moves neither the others nor the button. */
    align-items: start;
  }
  form > button {
    min-height: max(36px, var(--control));
    margin-top: 24px;
  }
  @media (max-width: 40rem) {
    form {
      grid-template-columns: 1fr;
    }
    form > button {
      justify-self: start;
      margin-top: 0;
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
