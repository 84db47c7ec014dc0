// Who was signed in last in this browser.
import { memory } from './memory.ts';

const PERSON_KEY = 'totl.person';

/** Their address, or null. */
export const notedPerson = (): string | null => memory.read(PERSON_KEY);
export const keepNotedPerson = (email: string): void => memory.write(PERSON_KEY, email);
export const forgetNotedPerson = (): void => memory.forget(PERSON_KEY);
