// Pages read again with each reading: as many as were asked for, and never more than there are.
import { describe, expect, it } from 'vitest';
import { PAGES_MAX, PagesRead } from './pages-read.ts';

/** A list of this many items, two a page; the cursor is the last item shown, which may be gone. */
const listOf = (items: readonly number[]) => async (after: string | undefined) => {
  const rest = items.filter((item) => after === undefined || item > Number(after));
  return { items: rest.slice(0, 2), next: rest.length > 2 ? String(rest[1]) : null };
};

describe('pages', () => {
  it('are read one more at a time, from the first on', async () => {
    const pages = new PagesRead();
    const list = listOf([1, 2, 3, 4, 5]);
    expect(await pages.read(list)).toEqual({ items: [1, 2], next: '2' });
    pages.more();
    expect(await pages.read(list)).toEqual({ items: [1, 2, 3, 4], next: '4' });
    pages.more();
    pages.more();
    expect(await pages.read(list)).toEqual({ items: [1, 2, 3, 4, 5], next: null });
    pages.forget();
    expect(await pages.read(list)).toEqual({ items: [1, 2], next: '2' });
  });

  it('hold each item once where the one at the end of a page goes while they are read', async () => {
    const pages = new PagesRead();
    pages.more();
    const answers = [listOf([1, 2, 3, 4, 5]), listOf([1, 3, 4, 5])];
    let asked = 0;
    const read = await pages.read((after) => (answers[asked++] ?? listOf([]))(after));
    expect(read).toEqual({ items: [1, 2, 3, 4], next: '4' });
  });

  it('end at their most, and say so', async () => {
    const pages = new PagesRead();
    const endless = listOf(Array.from({ length: 100 }, (_, i) => i + 1));
    for (let i = 0; i < 2 * PAGES_MAX; i++) pages.more();
    expect(pages.atMost).toBe(true);
    expect((await pages.read(endless)).items).toHaveLength(2 * PAGES_MAX);
  });
});
