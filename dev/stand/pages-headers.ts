// Cloudflare Pages' `_headers` file: a path line, then indented `Name: value` lines, `! Name` to take one off.

type Rule = { path: RegExp; set: [string, string][]; unset: string[] };

/** Parses the file. The answer gives the headers of a path: rules in order, equal names joined by a comma as Pages does. */
export function parsePagesHeaders(text: string): (path: string) => Map<string, string> {
  const rules: Rule[] = [];
  for (const line of text.split(/\r?\n/)) {
    const content = line.trim();
    if (!content || content.startsWith('#')) continue;
    if (!/^\s/.test(line)) {
      const source = content
        .replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&')
        .replaceAll('*', '.*')
        .replaceAll(/:\w+/g, '[^/]+');
      rules.push({ path: new RegExp(`^${source}$`), set: [], unset: [] });
      continue;
    }
    const rule = rules.at(-1);
    if (!rule) throw new Error('_headers: a header line stands before any path');
    if (content.startsWith('!')) rule.unset.push(content.slice(1).trim().toLowerCase());
    else {
      const colon = content.indexOf(':');
      if (colon < 1) throw new Error('_headers: a line is neither a path nor a header');
      rule.set.push([content.slice(0, colon).trim().toLowerCase(), content.slice(colon + 1).trim()]);
    }
  }
  return (path) => {
    const headers = new Map<string, string>();
    for (const rule of rules) {
      if (!rule.path.test(path)) continue;
      for (const name of rule.unset) headers.delete(name);
      for (const [name, value] of rule.set) {
        const before = headers.get(name);
        headers.set(name, before === undefined ? value : `${before}, ${value}`);
      }
    }
    return headers;
  };
}
