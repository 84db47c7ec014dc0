// A list that is shown whole: its pages read one after the other, up to a bound. Apart from `call`, because the first screen has no such list.

const PAGES_MAX = 10;

/**
 * Joins the pages that `read` gets by the cursor of the one before. If more is left after the last page, its cursor is
 * kept, so that this can be said.
 */
export async function allPages<Page extends object>(
  read: (after: Page | null) => Promise<Page>,
  goesOn: (page: Page) => boolean,
  join: (whole: Page, page: Page) => Page,
): Promise<Page> {
  let whole: Page = await read(null);
  for (let pages = 1; pages < PAGES_MAX && goesOn(whole); pages++) whole = join(whole, await read(whole));
  return whole;
}
