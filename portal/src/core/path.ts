// A page's path as its row writes it, `/t/:tenant/machines/:machine`: a segment after a colon is an id. Both the pattern that finds the
// page and the names of its ids come from that one text.

/** What each id may look like in a URL. A machine's may be pasted in capitals, as Windows shows it. */
const IDS = { tenant: '[a-z0-9-]+', machine: '[A-Za-z0-9-]+' } as const;

type IdName = keyof typeof IDS;
type NamesIn<Path> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | NamesIn<Rest>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never;

/** The ids that a path names. */
export type IdsOf<Path> = Record<NamesIn<Path>, string>;

/** The path itself, or `never` where it names an id whose look nobody knows. */
export type KnownPath<Path> = [NamesIn<Path>] extends [IdName] ? Path : never;

const isIdName = (name: string): name is IdName => name in IDS;

/** A slash at the end, as some mail programs and people put one, is the same page. */
const tidied = (pathname: string): string => pathname.replace(/(?<=.)\/+$/, '');

/** The ids in `pathname`, by the names that `path` gives them; null where it is another path. */
export function idsIn(path: string, pathname: string): Record<string, string> | null {
  const pattern = path.replaceAll(/:(\w+)/g, (_, name: string) => `(?<${name}>${isIdName(name) ? IDS[name] : ''})`);
  const match = new RegExp(`^${pattern}$`).exec(tidied(pathname));
  if (!match) return null;
  return Object.fromEntries(Object.entries(match.groups ?? {}).map(([name, id]) => [name, id.toLowerCase()]));
}

/** Whether the URL still names this path of the app, whatever its query: a page hears of a move before it is taken away. */
export const isAt = (path: string): boolean => tidied(location.pathname).toLowerCase() === path;
