// Other people's words in a template: what a PC, an engine, a file or another person has named. Each is isolated from the text around it, and
// what would steer that text is shown by its number. In a title, an option or a sentence made elsewhere it is `isolated`. By itself, because
// whatever shows a name has this, the recovery page too.
import { html } from 'lit';
import { visible } from '../../../schema/shown-text.ts';

/** A name, on one line. */
export const theirs = (text: string) => html`<bdi>${visible(text)}</bdi>`;

/** A text whose lines are its own. */
export const theirLines = (text: string): string => visible(text, { lines: true });
