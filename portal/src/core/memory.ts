// What this browser remembers between visits. Where it keeps nothing, because its storage is full, damaged or turned off, it is remembered for as
// long as the page is open: none of it is worth a page that does not work.

export class Memory {
  readonly #storage: () => Storage;
  /** Values that the storage did not take; null: one that it did not remove. */
  readonly #here = new Map<string, string | null>();

  /** `storage` may throw: a browser that is told to keep nothing has none. */
  constructor(storage: () => Storage) {
    this.#storage = storage;
  }

  read(key: string): string | null {
    const here = this.#here.get(key);
    if (here !== undefined) return here;
    try {
      return this.#storage().getItem(key);
    } catch {
      return null;
    }
  }

  write(key: string, text: string): void {
    this.#keep(key, text, (storage) => storage.setItem(key, text));
  }

  forget(key: string): void {
    this.#keep(key, null, (storage) => storage.removeItem(key));
  }

  keys(): string[] {
    const here = [...this.#here].flatMap(([key, text]) => (text === null ? [] : [key]));
    try {
      return [...new Set([...Object.keys(this.#storage()), ...here])];
    } catch {
      return here;
    }
  }

  #keep(key: string, text: string | null, act: (storage: Storage) => void): void {
    try {
      act(this.#storage());
      this.#here.delete(key);
    } catch {
      this.#here.set(key, text);
    }
  }
}

/** Remembered by this browser, for all its tabs. */
export const memory = new Memory(() => localStorage);
/** Remembered by this tab. */
export const tabMemory = new Memory(() => sessionStorage);
