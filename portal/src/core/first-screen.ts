// Everything that the first screen does not need waits until it is shown: a machine's page is fetched after the fleet's
// rows, so that Enter finds it.

let show = (): void => {};

/** Resolves when the page that was opened first has something to show: its content, or why there is none. */
export const firstScreen: Promise<void> = new Promise((shown) => {
  show = shown;
});

/** Said by the page that is open. Only the first time counts. */
export const firstScreenIsShown = (): void => show();
