// The outcome of the last act, in words. The live region is empty before it speaks: one that is inserted with its words
// is not read out.
import { html, nothing } from 'lit';

export const saidNote = (said: string) =>
  html`<div role="status">${said ? html`<p class="note good">${said}</p>` : nothing}</div>`;
