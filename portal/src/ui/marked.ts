// A text with the part emphasized that somebody typed, whatever its case.
import { html } from 'lit';
import { visible } from '../../../schema/shown-text.ts';
import { foundAt } from '../../../schema/typed-text.ts';
import { theirs } from './theirs.ts';

export function marked(text: string, q: string) {
  const at = q === '' ? null : foundAt(text, q);
  if (at === null) return theirs(text);
  const [from, to] = at;
  return html`<bdi>${visible(text.slice(0, from))}<mark>${visible(text.slice(from, to))}</mark>${visible(text.slice(to))}</bdi>`;
}
