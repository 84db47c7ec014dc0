// Other people's words in a template: what a PC, an engine, a file or another person has named. Each is isolated from
// the text around it, and characters that would steer that text are shown by their numbers. In a title, an option or a
// sentence made elsewhere it is `isolated`.
import { html } from 'lit';
import { visible } from '../../../schema/shown-text.ts';

/** A name, on one line. */
export const theirs = (text: string) => html`<bdi>${visible(text)}</bdi>`;

/** A text whose lines are its own. */
export const theirLines = (text: string): string => visible(text, { lines: true });
