// What a form's fields hold, whichever form it is: what is pasted is tidied, and after its act what was sent is taken out.
import { tidiedUuid } from '../../../schema/typed-text.ts';

type Field = HTMLInputElement | HTMLSelectElement;

const isChoice = (field: Field): boolean => field instanceof HTMLSelectElement || field.type === 'checkbox';

/**
 * Empties each text field that still holds what was sent; what has been typed since stays. True where all did, and then the choices are the first
 * ones again.
 */
export function clearSent(form: HTMLFormElement, sent: FormData): boolean {
  const fields = [...form.querySelectorAll<Field>('input[name], select[name]')];
  const untouched = fields.every((field) => isChoice(field) || field.value === sent.get(field.name));
  if (untouched) form.reset();
  else for (const field of fields) if (!isChoice(field) && field.value === sent.get(field.name)) field.value = '';
  return untouched;
}

/**
 * For the `change` of a field that ids are pasted into, which comes before its form is checked: what comes in with one from a chat, a mail or a
 * word processor is taken out before it is judged.
 */
export function tidyField(event: Event): void {
  const field = event.target as HTMLInputElement;
  field.value = tidiedUuid(field.value);
}
