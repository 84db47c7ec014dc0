// What came of the last act, in words, inside a dialog, which covers a toast. The live region stands empty before it speaks: one that comes with its words is not read out.
// Apart from `problem-note`, which the first screen has: that says nothing of acts.
import { html, nothing } from 'lit';

export const saidNote = (said: string) =>
  html`<div role="status">${said ? html`<p class="note good">${said}</p>` : nothing}</div>`;
