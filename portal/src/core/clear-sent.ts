// A form after its act: what was sent is taken out, what has been typed since stays.

type Field = HTMLInputElement | HTMLSelectElement;

const isChoice = (field: Field): boolean => field instanceof HTMLSelectElement || field.type === 'checkbox';

/** Empties each text field that still holds what was sent; true where all did, and then the choices are the first ones again. */
export function clearSent(form: HTMLFormElement, sent: FormData): boolean {
  const fields = [...form.querySelectorAll<Field>('input[name], select[name]')];
  const untouched = fields.every((field) => isChoice(field) || field.value === sent.get(field.name));
  if (untouched) form.reset();
  else for (const field of fields) if (!isChoice(field) && field.value === sent.get(field.name)) field.value = '';
  return untouched;
}
