// A form after its act: the sent text is removed, and text typed since stays.

type Field = HTMLInputElement | HTMLSelectElement;

const isChoice = (field: Field): boolean => field instanceof HTMLSelectElement || field.type === 'checkbox';

/**
 * Empties each text field that still holds what was sent; true if all did, and then the choices are reset to the first
 * ones.
 */
export function clearSent(form: HTMLFormElement, sent: FormData): boolean {
  const fields = [...form.querySelectorAll<Field>('input[name], select[name]')];
  const untouched = fields.every((field) => isChoice(field) || field.value === sent.get(field.name));
  if (untouched) form.reset();
  else for (const field of fields) if (!isChoice(field) && field.value === sent.get(field.name)) field.value = '';
  return untouched;
}
