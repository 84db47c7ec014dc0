// A field for an id that people paste: what comes in with it from a chat, a mail or a word processor is taken out before it is judged.
import { tidiedUuid } from '../../../schema/typed-text.ts';

/** For a field's `change`, which comes before its form is checked. */
export function tidyField(event: Event): void {
  const field = event.target as HTMLInputElement;
  field.value = tidiedUuid(field.value);
}
