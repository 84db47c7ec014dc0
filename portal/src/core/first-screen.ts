// What the first screen does not need waits until that is shown: a machine's page is fetched after the fleet's rows, so that Enter finds it.
// By itself, because the app waits for it, pages say it, and no page imports the app.

let show = (): void => {};

/** Resolves when the page that was opened first has something to show: its content, or why there is none. */
export const firstScreen: Promise<void> = new Promise((shown) => {
  show = shown;
});

/** Said by the page that is open. Only the first time counts. */
export const firstScreenIsShown = (): void => show();
