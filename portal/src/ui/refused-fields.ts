// Where a refusal stands in a form, and what the browser finds wrong before anything is sent: at each field that it is about, with the focus at the first of them; whatever is about none stands above the
// form, or where it has a place for that. No message is shown twice.
import { html, type LitElement, type ReactiveController, render } from 'lit';
import { ApiProblem } from '../api/http.ts';
import { refusedWords } from '../api/problem-words.ts';
import { circleAlertIcon } from './icons.ts';
import type { ProblemNote } from './problem-note.ts';
import './problem-note.ts';

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

type Of = {
  /** Why what this form sent was not done; null: it was, or is on its way. */
  failure: () => unknown;
  /** Members of the body, and codes of refusals, by the name of their field where that is another. */
  at?: Readonly<Record<string, string>> | ((said: string) => string | undefined);
  /** Of several forms, the one that was sent. */
  form?: () => HTMLFormElement | null;
};

const FIELDS = 'input, select, textarea';
const isChoice = (field: Field): boolean => field.type === 'radio' || field.type === 'checkbox';
const hasName = (name: string) => (field: Field) => field.name === name;

/** A controller. Its host may have an element with `data-refused`, where what is about no field is said. */
export class RefusedFields implements ReactiveController {
  readonly #host: LitElement;
  readonly #of: Of;
  #shown: unknown = null;
  /** What takes the last refusal off the form. */
  #undo: (() => void)[] = [];
  /** What takes the browser's own words off a field. */
  readonly #unfit = new Map<Field, () => void>();
  #root: HTMLElement | DocumentFragment | null = null;

  constructor(host: LitElement, of: Of) {
    this.#host = host;
    this.#of = of;
    host.addController(this);
  }

  hostUpdated(): void {
    this.#listen();
    const failure = this.#of.failure();
    if (failure === this.#shown) return;
    this.#shown = failure;
    this.#clear();
    if (failure) this.#show(failure);
  }

  #listen(): void {
    if (this.#root) return;
    this.#root = this.#host.renderRoot;
    this.#root.addEventListener('invalid', this.#unfitting, true);
    this.#root.addEventListener('input', ({ target }) => this.#letUnfitPass(target as Field), true);
  }

  /** In place of the browser's bubble, which covers what stood there and goes by itself: words at each field, and the focus at the first. */
  #unfitting = (event: Event): void => {
    const field = event.target as Field;
    event.preventDefault();
    const fields = [...(field.form?.querySelectorAll<Field>(FIELDS) ?? [])];
    if (fields.find((one) => !one.validity.valid) === field) {
      this.#clear();
      field.focus();
    }
    const { patternMismatch } = field.validity;
    this.#letUnfitPass(field);
    this.#mark(field, patternMismatch && field.title ? field.title : field.validationMessage);
    const undo = this.#undo.pop();
    if (undo) this.#unfit.set(field, undo);
  };

  #letUnfitPass(field: Field): void {
    this.#unfit.get(field)?.();
    this.#unfit.delete(field);
  }

  #clear(): void {
    for (const undo of [...this.#undo.splice(0), ...this.#unfit.values()]) undo();
    this.#unfit.clear();
  }

  #show(failure: unknown): void {
    const form = this.#of.form ? this.#of.form() : this.#host.renderRoot.querySelector('form');
    const fields = form ? [...form.querySelectorAll<Field>(FIELDS)] : [];
    const wrong = new Map<Field, string>();
    const rest = new Map<string, string>();
    for (const { said, why, words } of saidOf(failure)) {
      const field = fields.find(hasName(this.#nameOf(said)));
      if (field) wrong.set(field, words);
      else rest.set(said, why);
    }
    for (const [field, words] of wrong) this.#mark(field, words);
    fields.find((field) => wrong.has(field))?.focus();
    if (wrong.size === 0) this.#note(form, failure);
    else if (rest.size > 0) this.#note(form, new Error(refusedWords(rest)));
  }

  #nameOf(said: string): string {
    const { at = {} } = this.#of;
    return (typeof at === 'function' ? at(said) : at[said]) ?? said;
  }

  #mark(field: Field, words: string): void {
    // One of several choices stands for all of them.
    const group = isChoice(field) ? field.closest('fieldset') : null;
    const described: HTMLElement = group ?? field;
    const before = described.getAttribute('aria-describedby');
    const note = document.createElement('p');
    note.className = 'wrong';
    note.id = `${field.id || field.name}-wrong`;
    note.setAttribute('role', 'alert');
    render(html`${circleAlertIcon}<span>${words}</span>`, note);
    described.setAttribute('aria-describedby', before ? `${note.id} ${before}` : note.id);
    if (!group) field.setAttribute('aria-invalid', 'true');
    if (group) group.append(note);
    else (field.closest('label') ?? field).after(note);
    this.#undo.push(() => {
      note.remove();
      if (before === null) described.removeAttribute('aria-describedby');
      else described.setAttribute('aria-describedby', before);
      field.removeAttribute('aria-invalid');
    });
  }

  #note(form: HTMLFormElement | null, error: unknown): void {
    const note: ProblemNote = document.createElement('problem-note');
    note.error = error;
    const place = this.#host.renderRoot.querySelector('[data-refused]');
    if (place) place.append(note);
    else if (form) form.before(note);
    else this.#host.renderRoot.prepend(note);
    this.#undo.push(() => note.remove());
  }
}

/** What a failure says of each member, `words` in a sentence; a refusal that names none says it of its code. */
function saidOf(failure: unknown): { said: string; why: string; words: string }[] {
  if (!(failure instanceof ApiProblem)) return [];
  const { code, message, fields } = failure;
  if (fields.size === 0) return [{ said: code, why: message, words: message }];
  return [...fields].map(([said, why]) => ({ said, why, words: `This ${why}.` }));
}
