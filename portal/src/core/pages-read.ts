// Lists that come in pages: as many of them as somebody has asked to see are read again whenever the list is.

/** Beyond it a list is no longer something to look through: a filter finds the item. */
export const PAGES_MAX = 20;

export class PagesRead {
  #wanted = 1;

  forget(): void {
    this.#wanted = 1;
  }

  /** One page more, with the next reading. */
  more(): void {
    this.#wanted = Math.min(PAGES_MAX, this.#wanted + 1);
  }

  get atMost(): boolean {
    return this.#wanted === PAGES_MAX;
  }

  /** The pages that are wanted, one after the other; `next` null: there are no more. */
  async read<Item>(
    page: (after: string | undefined) => Promise<{ items: readonly Item[]; next: string | null }>,
  ): Promise<{ items: Item[]; next: string | null }> {
    const items: Item[] = [];
    let next: string | null = null;
    for (let read = 0; read < this.#wanted; read++) {
      const answer: { items: readonly Item[]; next: string | null } = await page(next ?? undefined);
      items.push(...answer.items);
      next = answer.next;
      if (next === null) break;
    }
    return { items, next };
  }
}
