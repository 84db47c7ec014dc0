// The last messages of this instance of the object, by their cursors: which machines each told of. In memory and short:
// a browser that comes back soon gets the changes it missed, any other reads its lists anew.

/** Some seconds of a busy fleet; minutes of a quiet one. */
const KEPT = 64;

export class RecentChanges {
  /** Marks this instance: a cursor of another one is of no use. */
  readonly #instance = crypto.randomUUID().slice(0, 8);
  #last = 0;
  /** What is kept begins after this message. */
  #begin = 0;
  readonly #kept: (readonly string[])[] = [];

  get cursor(): string {
    return `${this.#instance}.${this.#last}`;
  }

  /** Counts a message that tells of these machines; answers its cursor. */
  add(machines: readonly string[]): string {
    this.#last++;
    this.#kept.push(machines);
    if (this.#kept.length > KEPT) {
      this.#kept.shift();
      this.#begin++;
    }
    return this.cursor;
  }

  /** Something changed that nobody noted: no cursor from before it is of use. */
  forget(): void {
    this.#kept.length = 0;
    this.#begin = ++this.#last;
  }

  /** The machines that changed after this cursor, each once. Null: that is not known. */
  since(cursor: string): string[] | null {
    const [instance, count] = cursor.split('.');
    const known = Number(count);
    if (instance !== this.#instance || known > this.#last || known < this.#begin) return null;
    return [...new Set(this.#kept.slice(known - this.#begin).flat())];
  }
}
