// What a Worker logs, while somebody listens.
import type { LogLine } from '../../schema/log.ts';

export class Lines {
  #heard: LogLine[] | null = null;
  #woken: () => void = () => {};

  /** For a Worker's `onLine`. Only lines of the product's own are kept. */
  readonly take = (text: string): void => {
    if (this.#heard === null || !text.startsWith('{"event"')) return;
    this.#heard.push(JSON.parse(text) as LogLine);
    this.#woken();
  };

  /** What was logged from the beginning of `act` up to the first line after it that is the last one wanted. */
  async during(act: () => Promise<unknown>, isLast: (line: LogLine) => boolean): Promise<LogLine[]> {
    const heard: LogLine[] = [];
    this.#heard = heard;
    await act();
    while (!heard.some(isLast))
      await new Promise<void>((woken) => {
        this.#woken = woken;
      });
    this.#heard = null;
    return heard;
  }
}
