// The sign-in as the browser sees it: one person at a time, and no vault left open for the next.
import { urlOf } from '../api/call.ts';
import { SESSION_RESTORED } from '../api/http.ts';
import { forgetNotedPerson, keepNotedPerson, notedPerson } from '../core/noted-person.ts';
import { lock, lockWhatIsOpen } from '../unlock/vault-client.ts';

/** A vault that does not answer must not keep anybody signed in. */
const LOCK_WAIT_MS = 1_500;

/** Takes note of who is signed in. A vault that somebody else unlocked in this browser is locked first. */
export function notePerson(email: string): void {
  if (notedPerson() === email) return;
  lockWhatIsOpen();
  keepNotedPerson(email);
}

/** Locks, for all tabs, then goes to the sign-out. */
export async function signOut(href: string): Promise<void> {
  await Promise.race([lock(), new Promise((resolve) => setTimeout(resolve, LOCK_WAIT_MS))]);
  forgetNotedPerson();
  location.assign(href);
}

/**
 * Signs in again in a pop-up, at the API and from there at the portal: this page, and everything typed or unlocked in
 * it, stays.
 */
export const signInAgain = (): void => {
  window.open(urlOf('GET /v1/sign-in'), 'totl-sign-in', 'popup,width=480,height=640');
};

export const announceRestored = (): void => {
  window.dispatchEvent(new CustomEvent(SESSION_RESTORED));
};
