// JSON objects out of a stream of lines: one a line, as the stand writes them, or over many, as `wrangler tail --format json` prints them.
// Anything that is not an object is left out; one that was cut off ends where the next begins.

/** A longer object is dropped: nothing that a Worker may log comes near this. */
const OBJECT_MAX_CHARACTERS = 4 * 1024 * 1024;

export class JsonLines {
  #open: string[] = [];
  #characters = 0;

  /** Takes one line without its end. Answers the object that it completes, if any. */
  take(line: string): unknown {
    if (line.startsWith('{')) this.#drop();
    else if (this.#open.length === 0) return undefined;
    this.#open.push(line);
    this.#characters += line.length;
    if (this.#characters > OBJECT_MAX_CHARACTERS) this.#drop();
    const ends = this.#open.length === 1 ? line.trimEnd().endsWith('}') : line.trimEnd() === '}';
    return ends ? this.#whole() : undefined;
  }

  #whole(): unknown {
    try {
      const value: unknown = JSON.parse(this.#open.join('\n'));
      this.#drop();
      return value;
    } catch {
      // A first line that only looks whole; or garbage, which is dropped at the next object's beginning.
      return undefined;
    }
  }

  #drop(): void {
    this.#open = [];
    this.#characters = 0;
  }
}
