// What the first screen does not need waits until that is shown: the vault's worker and the chart are larger than all that comes before.

let show = (): void => {};

/** Resolves when the page that was opened first has something to show: its content, or why there is none. */
export const firstScreen: Promise<void> = new Promise((shown) => {
  show = shown;
});

/** Said by the page that is open. Only the first time counts. */
export const firstScreenIsShown = (): void => show();
