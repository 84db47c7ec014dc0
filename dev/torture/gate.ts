// Lets workers through, or has them wait: they are held while what they did is looked at.
export class Gate {
  #opened: Promise<void> = Promise.resolve();
  #open: () => void = () => {};

  close(): void {
    this.#opened = new Promise((open) => {
      this.#open = open;
    });
  }

  open(): void {
    this.#open();
    this.#opened = Promise.resolve();
  }

  /** Answers at once while it is open. */
  pass(): Promise<void> {
    return this.#opened;
  }
}
