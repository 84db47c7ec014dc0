// A field for an id that people paste: extra characters from a chat, a mail or a word processor are removed before it
// is checked.
import { tidiedUuid } from '../../../schema/typed-text.ts';

/** For a field's `change`, which comes before its form is checked. */
export function tidyField(event: Event): void {
  const field = event.target as HTMLInputElement;
  field.value = tidiedUuid(field.value);
}
