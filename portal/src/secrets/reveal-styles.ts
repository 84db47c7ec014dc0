// How the reveal looks: what it is about above, the acts below in reach of a thumb, however long what is shown is.
import { css } from 'lit';

export const revealStyles = css`
  dialog {
    --foot: light-dark(#fafbfc, #171c23);
    width: min(640px, calc(100vw - 32px));
  }
  .top {
    display: flex;
    align-items: start;
    justify-content: space-between;
    gap: 8px;
  }
  .top button {
    margin: -6px -8px -6px 0;
    flex: none;
  }
  .what,
  .ids,
  .facts,
  .hides {
    font-size: 13px;
    line-height: 18px;
    color: var(--text-2);
  }
  .what {
    font-weight: 500;
    margin: 0;
    overflow-wrap: anywhere;
  }
  dialog h1 {
    font-size: 20px;
    line-height: 28px;
    overflow-wrap: anywhere;
  }
  .ids {
    margin: 2px 0 0;
    overflow-wrap: anywhere;
  }
  .ids strong {
    font-weight: 700;
    color: var(--text);
    border-bottom: 2px solid var(--accent);
  }
  .note {
    margin: 12px 0 0;
  }
  .facts {
    display: flex;
    gap: 6px;
    margin: 8px 0 0;
    overflow-wrap: anywhere;
  }
  .facts strong {
    font-weight: 550;
    color: var(--text);
  }
  sealed-as {
    font-size: 13px;
    line-height: 18px;
  }
  secret-text {
    display: block;
    margin: 20px 0 12px;
  }
  .hides progress {
    height: 6px;
  }
  .hides {
    display: grid;
    grid-template-columns: auto auto 1fr;
    align-items: center;
    gap: 8px;
    font-variant-numeric: tabular-nums;
  }
  .foot {
    position: sticky;
    bottom: -20px;
    margin: 12px -24px -20px;
    padding: 8px 24px 20px;
    background: var(--raised);
  }
  .foot .actions {
    margin-top: 12px;
  }
  .gap {
    flex: 1;
  }
  button[aria-pressed="true"] {
    background: var(--accent-surface);
    border-color: var(--accent);
  }
  @media (max-width: 719px) {
    dialog {
      width: 100vw;
    }
    .foot {
      bottom: -16px;
      margin: 12px -16px -16px;
      padding: 8px 16px 16px;
    }
    dialog .actions {
      display: grid;
      grid-template-columns: 1fr 1fr;
    }
    .gap,
    .actions kbd {
      display: none;
    }
    .actions button:only-child {
      grid-column: 1 / -1;
    }
  }
`;
