// One place to unlock: anybody may ask for it, the app shows the dialog and answers whether the vault is open.

export const UNLOCK_REQUESTED = 'totl-unlock-requested';
export type UnlockRequest = CustomEvent<{ tenant: string; done: (unlocked: boolean) => void }>;

/** Asks the app to unlock this tenant's vault. False when the person gave up. */
export const requestUnlock = (tenant: string): Promise<boolean> =>
  new Promise((done) => {
    window.dispatchEvent(new CustomEvent(UNLOCK_REQUESTED, { detail: { tenant, done } }));
  });
